"""From a version of a campaign's message to what one person gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.choices import PURPOSES, CampaignKind
from campaigns.filling import Filling, Known, places_check
from campaigns.models import Campaign, CampaignVariant, ListedPerson
from campaigns.services.addresses import address_to
from campaigns.services.leaving import leave_url
from common.errors import DomainError
from contacts.models import Contact, Purpose
from omnichannel.sending.tokens import RECIPIENT, token_for
from omnichannel.services.template_filling import HEADER_FILES, template_info
from omnichannel.services.wording import pricing_of, text_measure, text_worded
from providers import registry
from providers.base import Templates
from providers.choices import MessageKind, TemplateStatus
from providers.facts import Json
from providers.outgoing import (
    Destination,
    Letter,
    Measure,
    OutgoingMessage,
    TemplateParts,
    TemplateSend,
)

# The variable that a text is about, where the kind has subjects.
SUBJECT = "subject"
# Stands for whoever a variable is about while nobody is chosen yet.
SOMEBODY = Known(name="Maria da Silva", email="maria@exemplo.com.br")
SOME_NUMBER = "5541999990000"


def has_subject(kind: str) -> bool:
    """Tell whether a campaign's text has a subject on a kind of channel."""
    return registry.policy_of(kind).has_subject


class TemplateUnfit(DomainError):
    """The template cannot be used for this campaign."""

    code = "modelo_indisponivel"


def token_of(recipient_id: Any) -> str:
    """Return what the provider gives back in every receipt of a recipient's message."""
    return token_for(RECIPIENT, recipient_id)


class Composer:
    """Makes the messages of one version; made once for a campaign's run, used for many people.

    Raises ContentRefused and TemplateUnfit when the version cannot be sent to anybody.
    """

    def __init__(self, campaign: Campaign, variant: CampaignVariant) -> None:
        assert campaign.channel is not None
        kind = campaign.channel.kind
        self._kind, self._adapter = kind, registry.adapter_for(kind)
        self._templates = registry.face_of(kind, Templates) if variant.template else None
        self._info = template_info(variant.template) if variant.template else None
        told: Mapping[str, str] = variant.variables
        if self._info is None:
            about = {SUBJECT: variant.variables.get(SUBJECT, "")} if has_subject(kind) else {}
            told = {"text": variant.text, **about}
        self._sender, self._kind_of = campaign.company.name, campaign.kind
        self.filling = Filling(told, is_text=self._info is None)
        self._channel = campaign.channel

    def values_of(self, person: Known) -> dict[str, str] | None:
        """Return the variables for a person, None when one is missing that has no stand-in."""
        return self.filling.fill(person)

    def address(self, phone: str, user_id: str = "") -> Destination:
        """Return where the campaign's channel writes to a number or a user id."""
        return address_to(self._kind, phone, user_id)

    def somewhere(self) -> Destination:
        """Return where somebody invented is written to."""
        to = self.address(SOME_NUMBER)
        return self.address("", SOMEBODY.email) if to.is_nowhere else to

    def message(
        self, recipient_id: Any, to: Destination, values: dict[str, str]
    ) -> OutgoingMessage:
        """Return what the adapter sends. Raises ContentRefused."""
        if self._info is None:
            made = OutgoingMessage(
                token=token_of(recipient_id),
                to=to,
                kind=MessageKind.TEXT,
                text=values["text"],
                subject=values.get(SUBJECT, ""),
                letter=self._letter(recipient_id),
            )
        else:
            made = OutgoingMessage(
                token=token_of(recipient_id),
                to=to,
                kind=MessageKind.TEMPLATE,
                template=self._built(values),
            )
        self._adapter.check(made)
        return made

    def _letter(self, recipient_id: Any) -> Letter | None:
        """Return what stands around a campaign's letter: marketing is left by one click."""
        if not registry.policy_of(self._kind).letters:
            return None
        is_marketing = PURPOSES[CampaignKind(self._kind_of)] == Purpose.MARKETING
        url = leave_url(recipient_id) if is_marketing else ""
        return Letter(sender=self._sender, leave_url=url)

    def _built(self, values: dict[str, str]) -> TemplateSend:
        assert self._info is not None and self._templates is not None
        return self._templates.template_build(self._info, values)

    def shown(self, values: Mapping[str, Any]) -> str:
        """Return the message as the person reads it."""
        shown = self.parts(values)
        return "\n\n".join(part for part in (shown.header, shown.body, shown.footer) if part)

    def parts(self, values: Mapping[str, Any]) -> TemplateParts:
        """Return the same in its parts, with the buttons."""
        if self._info is None or self._templates is None:
            return TemplateParts(body=text_worded(self._channel, str(values.get("text", ""))))
        return self._templates.template_parts(self._info, values)

    def pricing(self, message: OutgoingMessage) -> Json | None:
        """Return what a message is charged as, None where the provider tells it."""
        return pricing_of(self._channel, message)

    def measured(self, values: Mapping[str, Any]) -> Measure | None:
        """Return as how many parts a text is charged; None where a message is paid whole."""
        return text_measure(self._channel, str(values.get("text", "")))


def variant_check(campaign: Campaign, variant: CampaignVariant) -> None:
    """Refuse a version that could be sent to nobody: no message, a template that is not approved or
    of another account, missing or extra variables, places nobody fills. Raises DomainError.
    """
    if variant.template is None and not variant.text:
        raise TemplateUnfit(
            _("Escolha um modelo ou escreva a mensagem.")
            if registry.has_face(campaign.channel_kind, Templates)
            else _("Escreva a mensagem.")
        )
    if variant.template is not None:
        _template_check(campaign, variant)
    is_about = has_subject(campaign.channel_kind) and variant.template is None
    if is_about and not variant.variables.get(SUBJECT, "").strip():
        raise TemplateUnfit(_("Escreva o assunto."))
    composer = Composer(campaign, variant)
    places_check(composer.filling.places(), _columns(campaign))
    values = composer.values_of(anybody(composer)) or {}
    # Left empty for everybody is missing; empty for somebody, as {nome|} may be, is not.
    left_empty = {key for key, told in variant.variables.items() if not told.strip()}
    values = {key: text or "x" for key, text in values.items() if key not in left_empty}
    composer.message(variant.pk, composer.somewhere(), values)


def anybody(composer: Composer) -> Known:
    """Return somebody of whom everything is known that a version asks for."""
    return Known(
        name=SOMEBODY.name,
        email=SOMEBODY.email,
        given=dict.fromkeys(composer.filling.places(), "x"),
    )


def _template_check(campaign: Campaign, variant: CampaignVariant) -> None:
    template, channel = variant.template, campaign.channel
    assert template is not None and channel is not None
    if template.company_id != campaign.company_id or template.waba_id != channel.waba_id:
        raise TemplateUnfit(_("O modelo é de outra conta. Escolha um deste canal."))
    if template.status != TemplateStatus.APPROVED:
        raise TemplateUnfit(
            _("Este modelo não pode ser usado agora (%(status)s). Escolha outro.")
            % {"status": template.get_status_display()}
        )
    asked = registry.face_of(channel.kind, Templates).template_variables(template_info(template))
    if any(one.kind in HEADER_FILES or one.kind == "location" for one in asked):
        raise TemplateUnfit(
            _("Modelos com arquivo ou local no cabeçalho não podem ir em campanhas.")
        )


def _columns(campaign: Campaign) -> set[str]:
    """Return the names that people's custom fields and the campaign's list know."""
    listed = ListedPerson.unscoped.filter(campaign=campaign).order_by("line").first()
    known = set(listed.given) if listed else set()
    return known | custom_names(campaign.company_id)


def custom_names(company_id: Any) -> set[str]:
    """Return the names of the custom fields that a company's newest people have."""
    rows = Contact.objects.for_company(company_id).exclude(custom={}).order_by("-id")
    return {name for custom in rows.values_list("custom", flat=True)[:500] for name in custom}
