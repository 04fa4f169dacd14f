"""Assistants: made, changed, published, switched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership
from accounts.services.audit import audit_record
from bot.models import Assistant, AssistantChannel, AssistantVersion, KnowledgeEntry
from bot.services.evaluating import eval_run
from common.errors import Conflict
from omnichannel.models import Channel

KEPT = (
    *("name", "mode", "greeting", "emergency_words", "session_turns", "person_daily"),
    *("monthly_turns", "close_after_hours", "answers_campaigns", "takes_again", "rewrites"),
)


class AssistantNameTaken(Conflict):
    """Another assistant of the company has this name."""

    code = "assistente_existente"
    message = _("Já existe um assistente com este nome. Escolha outro.")


class ChannelServed(Conflict):
    """Another assistant answers on the channel."""

    code = "canal_com_assistente"
    message = _("Outro assistente já responde neste canal. Tire-o de lá antes.")


class SafetyFailed(Conflict):
    """A test case about safety fails: nothing is published."""

    code = "teste_de_seguranca"
    message = _("Um caso de segurança falhou: a versão não foi publicada. Veja a rodada de testes.")


@transaction.atomic
def assistant_save(
    *,
    company: Company,
    actor: Membership | None,
    assistant: Assistant | None = None,
    channels: Sequence[Channel] | None = None,
    **values: Any,
) -> Assistant:
    """Make or change an assistant. `channels` are those it answers on, in place of those it has;
    None leaves them. Raises AssistantNameTaken, ChannelServed.
    """
    row = assistant or Assistant(company=company)
    for name, value in values.items():
        setattr(row, name, value)
    others = Assistant.objects.for_company(company).exclude(pk=row.pk)
    if others.filter(name__iexact=row.name).exists():
        raise AssistantNameTaken(fields={"name": [AssistantNameTaken.message]})
    row.save()
    if channels is not None:
        _serve(row, channels)
    audit_record(
        company=company, actor=actor.user if actor else None, action="assistente.salvo", target=row
    )
    return row


def assistant_publish(*, assistant: Assistant, actor: Membership | None) -> AssistantVersion:
    """Publish an assistant as it is now, having run the test cases. Raises SafetyFailed; the run
    stays to be read.
    """
    run = eval_run(assistant=assistant, actor=actor)
    if run.safety_failed:
        raise SafetyFailed
    with transaction.atomic():
        row = Assistant.unscoped.select_for_update(of=("self",)).get(pk=assistant.pk)
        last = AssistantVersion.unscoped.filter(assistant=row).aggregate(last=Max("number"))["last"]
        entries = KnowledgeEntry.objects.for_company(row.company_id).in_force()
        row.version = AssistantVersion.unscoped.create(
            company_id=row.company_id,
            assistant=row,
            number=(last or 0) + 1,
            settings={name: getattr(row, name) for name in KEPT},
            entries={str(one.pk): one.updated_at.isoformat() for one in entries},
            result={"total": run.total, "passed": run.passed, "run": str(run.pk)},
            author=actor,
        )
        row.save(update_fields=["version", "updated_at"])
        audit_record(
            company=row.company_id,
            actor=actor.user if actor else None,
            action="assistente.publicado",
            target=row,
        )
    assistant.version = row.version
    return row.version


def _serve(row: Assistant, channels: Sequence[Channel]) -> None:
    wanted = {channel.pk for channel in channels}
    held = AssistantChannel.objects.filter(channel__in=wanted).exclude(assistant=row)
    if held.exists():
        raise ChannelServed(fields={"channels": [ChannelServed.message]})
    mine = AssistantChannel.objects.filter(assistant=row)
    mine.exclude(channel__in=wanted).delete()
    have = set(mine.values_list("channel_id", flat=True))
    AssistantChannel.objects.bulk_create(
        AssistantChannel(assistant=row, channel_id=pk) for pk in wanted - have
    )
