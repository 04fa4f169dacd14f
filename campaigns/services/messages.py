"""From a version of a campaign's message to what one person gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.filling import Filling, Known, places_check
from campaigns.models import Campaign, CampaignVariant, ListedPerson
from common.errors import DomainError
from contacts.models import Contact
from omnichannel.adapters import registry
from omnichannel.adapters.outgoing import OutgoingMessage, Recipient, TemplateSend
from omnichannel.choices import MessageKind, TemplateStatus
from omnichannel.services.template_filling import HEADER_FILES, template_info

TOKEN_PREFIX = "cmp:"  # noqa: S105  (a label in the provider's callback data, not a secret)
# Stands for whoever a variable is about while nobody is chosen yet.
SOMEBODY = Known(name="Maria da Silva", email="maria@exemplo.com.br")


class TemplateUnfit(DomainError):
    """The template cannot be used for this campaign."""

    code = "modelo_indisponivel"


def token_of(recipient_id: Any) -> str:
    """Return what the provider gives back in every receipt of a recipient's message."""
    return f"{TOKEN_PREFIX}{recipient_id}"


class Composer:
    """Makes the messages of one version; made once for a campaign's run, used for many people.

    Raises ContentRefused and TemplateUnfit when the version cannot be sent to anybody.
    """

    def __init__(self, campaign: Campaign, variant: CampaignVariant) -> None:
        assert campaign.channel is not None
        self._adapter = registry.adapter_for(campaign.channel.kind)
        self._info = template_info(variant.template) if variant.template else None
        told: Mapping[str, str] = variant.variables if self._info else {"text": variant.text}
        self.filling = Filling(told)

    def values_of(self, person: Known) -> dict[str, str] | None:
        """Return the variables for a person, None when one is missing that has no stand-in."""
        return self.filling.fill(person)

    def message(self, recipient_id: Any, to: Recipient, values: dict[str, str]) -> OutgoingMessage:
        """Return what the adapter sends. Raises ContentRefused."""
        if self._info is None:
            made = OutgoingMessage(
                token=token_of(recipient_id), to=to, kind=MessageKind.TEXT, text=values["text"]
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

    def _built(self, values: dict[str, str]) -> TemplateSend:
        assert self._info is not None
        return self._adapter.template_build(self._info, values)

    def shown(self, values: Mapping[str, Any]) -> str:
        """Return the message as the person reads it."""
        if self._info is None:
            return str(values.get("text", ""))
        return self._adapter.template_preview(self._info, values)


def variant_check(campaign: Campaign, variant: CampaignVariant) -> None:
    """Refuse a version that could be sent to nobody: no message, a template that is not approved or
    of another account, missing or extra variables, places nobody fills. Raises DomainError.
    """
    if variant.template is None and not variant.text:
        raise TemplateUnfit(_("Escolha um modelo ou escreva a mensagem."))
    if variant.template is not None:
        _template_check(campaign, variant)
    composer = Composer(campaign, variant)
    places_check(composer.filling.places(), _columns(campaign))
    values = {
        key: text or "x" for key, text in (composer.values_of(anybody(composer)) or {}).items()
    }
    composer.message(variant.pk, Recipient(phone="5541999990000"), values)


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
            _("A Meta não permite usar este modelo agora (%(status)s). Escolha outro.")
            % {"status": template.get_status_display()}
        )
    asked = registry.adapter_for(channel.kind).template_variables(template_info(template))
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
