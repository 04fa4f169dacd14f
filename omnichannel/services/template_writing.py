"""Templates that people write here: handed to Meta for review, changed, deleted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from omnichannel.models import Channel, Template
from omnichannel.services.proving import waba_check
from omnichannel.services.template_filling import template_info
from providers import registry
from providers.base import Drafts
from providers.choices import TemplateStatus
from providers.outgoing import SendError, TemplateDraft, TemplateInfo, TemplateVerdict

T = TypeVar("T")
EDITABLE = (TemplateStatus.APPROVED, TemplateStatus.REJECTED, TemplateStatus.PAUSED)
# Meta, templates: an approved one is edited once in 24 hours.
BETWEEN_EDITS = timedelta(hours=24)
# Stands for the sample's handle until it is uploaded, so that the rest is checked first.
LATER = "…"


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """The example of the file in a template's header."""

    file: IO[bytes]
    mime_type: str


def template_create(
    *, channel: Channel, actor: User, draft: TemplateDraft, sample: Sample | None = None
) -> Template:
    """Hand a new template to Meta for review and keep it. Raises ContentRefused for what Meta would
    refuse, DomainError for what it did refuse, Conflict for a name that is taken.
    """
    waba_check(channel)
    mine = Template.objects.for_company(channel.company_id).filter(waba_id=channel.waba_id)
    taken = mine.filter(name=draft.name, language=draft.language)
    if taken.exclude(status=TemplateStatus.DELETED).exists():
        sentence = _("Já existe um modelo com este nome neste idioma. Edite-o ou use outro nome.")
        raise Conflict(sentence, code="modelo_ja_existe", fields={"name": [sentence]})
    adapter = registry.face_of(channel.kind, Drafts)
    draft = _with_sample(channel, draft, sample)
    began = timezone.now()
    verdict = _asked(lambda: adapter.template_create(channel.account(), draft))
    return _keep(channel, actor, draft, verdict, began, "modelo.enviado")


def template_edit(
    *,
    template: Template,
    channel: Channel,
    actor: User,
    draft: TemplateDraft,
    sample: Sample | None = None,
) -> Template:
    """Replace a template's content; Meta reviews it again. Name and language stay as they are.

    Raises as `template_create`, and Conflict while Meta does not let it be edited.
    """
    waba_check(channel)
    _check_editable(template, draft)
    adapter = registry.face_of(channel.kind, Drafts)
    draft = _with_sample(channel, draft, sample)
    draft = dataclasses.replace(draft, name=template.name, language=template.language)
    began = timezone.now()
    verdict = _asked(lambda: adapter.template_edit(channel.account(), template.external_id, draft))
    return _keep(channel, actor, draft, verdict, began, "modelo.editado")


def template_delete(*, template: Template, channel: Channel, actor: User) -> None:
    """Delete a template at Meta, in this language only; our copy stays, marked as deleted."""
    waba_check(channel)
    adapter = registry.face_of(channel.kind, Drafts)
    if template.external_id:
        _asked(
            lambda: adapter.template_delete(channel.account(), template.name, template.external_id)
        )
    with transaction.atomic():
        Template.unscoped.filter(pk=template.pk).update(
            status=TemplateStatus.DELETED, updated_at=timezone.now()
        )
        audit_record(
            company=template.company_id, actor=actor, action="modelo.excluido", target=template
        )


def template_draft(template: Template) -> TemplateDraft | None:
    """Return a template as a draft to edit; None when it has parts that are not written here."""
    (kind,) = registry.kinds_with(Drafts)
    return registry.face_of(kind, Drafts).draft_of(template_info(template))


def draft_info(channel: Channel, draft: TemplateDraft) -> TemplateInfo:
    """Return a draft as the provider would list it, whatever is still wrong with it."""
    return registry.face_of(channel.kind, Drafts).draft_info(draft)


def template_channel(template: Template) -> Channel:
    """Return a channel of the template's account, a working one first. Raises DomainError."""
    channels = Channel.objects.for_company(template.company_id).filter(
        waba_id=template.waba_id, is_waba_proven=True
    )
    channel = channels.order_by("status", "id").first()
    if channel is None:
        raise DomainError(
            _("Nenhum canal usa a conta deste modelo. Conecte o canal primeiro."),
            code="modelo_sem_canal",
        )
    return channel


def _check_editable(template: Template, draft: TemplateDraft) -> None:
    if template.status not in EDITABLE or not template.external_id:
        raise Conflict(
            _("O provedor só deixa editar modelos aprovados, rejeitados ou pausados."),
            code="modelo_nao_editavel",
        )
    if template.status != TemplateStatus.APPROVED:
        return
    if draft.category != template.category:
        sentence = _("A categoria de um modelo aprovado não muda. Crie outro modelo.")
        raise Conflict(sentence, code="categoria_fixa", fields={"category": [sentence]})
    last = template.submitted_at
    if last is not None and timezone.now() - last < BETWEEN_EDITS:
        when = date_format(timezone.localtime(last + BETWEEN_EDITS), "d/m H:i")
        raise Conflict(
            _("Um modelo aprovado só é editado uma vez em 24 horas. Tente depois de %(when)s.")
            % {"when": when},
            code="edicao_recente",
        )


def _with_sample(channel: Channel, draft: TemplateDraft, sample: Sample | None) -> TemplateDraft:
    """Upload the header's example, after everything else has been found good."""
    adapter = registry.face_of(channel.kind, Drafts)
    # A handle is used once: what Meta lists is an address, and not taken back.
    adapter.draft_check(dataclasses.replace(draft, header_handle=LATER if sample else ""))
    if sample is None or draft.header not in ("IMAGE", "VIDEO", "DOCUMENT"):
        return dataclasses.replace(draft, header_handle="")
    try:
        handle = adapter.sample_upload(channel.account(), sample.file, sample.mime_type)
    except SendError as exc:
        refusal = _refusal(exc)
        raise DomainError(
            refusal.detail, code=refusal.code, fields={"header_file": [refusal.detail]}
        ) from exc
    return dataclasses.replace(draft, header_handle=handle)


def _asked(call: Callable[[], T]) -> T:
    try:
        return call()
    except SendError as exc:
        raise _refusal(exc) from exc


def _refusal(error: SendError) -> DomainError:
    if error.retryable:
        return DomainError(
            _("O provedor não respondeu. Sincronize os modelos antes de enviar de novo."),
            code=error.code,
        )
    if not error.said:
        return DomainError(error.detail, code=error.code)
    words: dict[str, Any] = {"sentence": error.detail, "said": error.said}
    return DomainError(_("%(sentence)s O provedor disse: %(said)s") % words, code=error.code)


@transaction.atomic
def _keep(
    channel: Channel,
    actor: User,
    draft: TemplateDraft,
    verdict: TemplateVerdict,
    began: datetime,
    action: str,
) -> Template:
    info = draft_info(channel, draft)
    row, _made = Template.unscoped.get_or_create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name=info.name,
        language=info.language,
        defaults={"status": TemplateStatus.PENDING},
    )
    row = Template.unscoped.select_for_update().get(pk=row.pk)
    row.external_id = verdict.external_id
    row.components = list(info.components)
    row.parameter_format = info.parameter_format
    row.submitted_at = began
    # The verdict's webhook may have overtaken the answer to our own call.
    if row.heard_at.get("status", 0) < int(began.timestamp()):
        known = verdict.status in TemplateStatus.values
        row.status = verdict.status if known else TemplateStatus.PENDING
        row.rejected_reason = ""
    if row.heard_at.get("category", 0) < int(began.timestamp()):
        row.category = verdict.category or info.category
    row.save()
    audit_record(company=channel.company_id, actor=actor, action=action, target=row)
    return row
