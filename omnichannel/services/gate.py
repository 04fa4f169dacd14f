"""The one send gate: every sender asks here, when a message is written and again when it is
claimed.

A refusal has a stable code and a sentence that tells the attendant what to do next.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from contacts.models import Consent
from contacts.refs import IdentityKind
from contacts.services.consent import consent_state
from omnichannel.adapters import registry
from omnichannel.adapters.outgoing import OutgoingMessage, Recipient
from omnichannel.choices import (
    MEDIA_KINDS,
    AttachmentState,
    ChannelStatus,
    MessageKind,
    Stage,
    TemplateStatus,
)
from omnichannel.models import Attachment, Channel, Conversation, Template

# Automatic messages at the end of a conversation: goodbye, the question for a rating, its thanks.
FAREWELLS = ("despedida", "avaliacao", "avaliacao_obrigado")


class Refused(DomainError):
    """The gate said no. Nothing was sent and nothing was charged."""

    code = "envio_recusado"


def gate_check(
    *,
    conversation: Conversation,
    draft: OutgoingMessage,
    template: Template | None = None,
    attachment: Attachment | None = None,
    purpose: str = "",
) -> None:
    """Let a message pass, or raise Refused (or the adapter's ContentRefused) with what to do.

    Looks, in order, at the conversation, the channel, what the channel can carry, the 24-hour
    window (Meta, customer service window), the template's state, the person's consent to marketing,
    and the content's limits. What is said at the end (`purpose` in FAREWELLS) is written before a
    conversation closes and may leave after.
    """
    channel = conversation.channel
    if purpose not in FAREWELLS:
        _check_conversation(conversation)
    _check_channel(channel)
    adapter = registry.adapter_for(channel.kind)
    if draft.kind not in adapter.capabilities.kinds:
        raise Refused(
            _("Este canal não aceita este tipo de mensagem. Envie como texto."),
            code="tipo_nao_aceito",
        )
    if not (draft.to.phone or draft.to.user_id):
        raise Refused(
            _("Este paciente não tem um endereço neste canal. Fale com ele por outro canal."),
            code="sem_destino",
        )
    if draft.kind == MessageKind.TEMPLATE:
        _check_template(template)
        _check_consent(conversation, template)
    elif not conversation.is_window_open:
        raise Refused(
            _(
                "A janela de 24 horas fechou: o paciente precisa escrever de novo."
                " Envie um modelo aprovado para retomar a conversa."
            ),
            code="janela_fechada",
        )
    if draft.kind in MEDIA_KINDS or attachment is not None:
        _check_attachment(attachment)
    adapter.check(draft)


def recipient_of(conversation: Conversation) -> Recipient:
    """Return where to write to the person: the exact id they wrote from, by user id when the phone
    is hidden (Meta, ninth digit: use the stored id, never guess)."""
    known = conversation.contact.identities.for_company(conversation.company_id)
    # The newest of a kind: a person who changed number keeps the old one on record.
    identities = {row.kind: row for row in known.order_by("id")}
    mine = conversation.identity
    phone = identities.get(IdentityKind.WA_PHONE)
    if mine.kind == IdentityKind.WA_PHONE:
        phone = mine
    user = mine if mine.kind == IdentityKind.WA_BSUID else identities.get(IdentityKind.WA_BSUID)
    if mine.kind not in (
        IdentityKind.WA_PHONE,
        IdentityKind.WA_BSUID,
        IdentityKind.WA_PARENT_BSUID,
    ):
        return Recipient(user_id=mine.value)
    return Recipient(phone=phone.value if phone else "", user_id=user.value if user else "")


def _check_conversation(conversation: Conversation) -> None:
    if conversation.stage == Stage.CLOSED:
        raise Refused(
            _("Esta conversa está encerrada. Reabra para escrever."),
            code="conversa_encerrada",
            status=409,
        )


def _check_channel(channel: Channel) -> None:
    if channel.status == ChannelStatus.ERROR:
        raise Refused(
            _("O canal está com erro e não envia. Avise um administrador para validá-lo de novo."),
            code="canal_com_erro",
        )
    if channel.status != ChannelStatus.ACTIVE:
        raise Refused(
            _("O canal não está ativo. Peça a um administrador para ativá-lo."),
            code="canal_inativo",
        )


def _check_template(template: Template | None) -> None:
    if template is None:
        raise Refused(
            _("Modelo não encontrado. Atualize a lista e escolha outro."),
            code="modelo_nao_encontrado",
        )
    if template.status != TemplateStatus.APPROVED:
        raise Refused(
            _("A Meta não permite usar este modelo agora (%(status)s). Escolha outro.")
            % {"status": template.get_status_display()},
            code="modelo_indisponivel",
        )


def _check_consent(conversation: Conversation, template: Template | None) -> None:
    if template is None or template.category.upper() != "MARKETING":
        return
    kind = conversation.channel.kind
    if consent_state(conversation.contact, Consent.Purpose.MARKETING, kind) is False:
        raise Refused(
            _("O paciente pediu para não receber marketing. Use um modelo de utilidade."),
            code="sem_consentimento",
        )


def _check_attachment(attachment: Attachment | None) -> None:
    if attachment is None or attachment.state != AttachmentState.READY:
        raise Refused(
            _("O arquivo não está pronto. Anexe de novo."),
            code="anexo_indisponivel",
        )
