"""The one send gate: every sender asks here, when a message is written and again when it is
claimed.

A refusal has a stable code and a sentence that tells the attendant what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.errors import DomainError
from contacts.models import Consent
from contacts.services.consent import consent_state
from omnichannel.choices import AttachmentState, ChannelStatus, Stage
from omnichannel.models import Attachment, Channel, Conversation, Template
from omnichannel.services.comments import may_answer
from omnichannel.services.leaving import has_left
from omnichannel.services.loops import loop_check
from providers import registry
from providers.choices import MEDIA_KINDS, MessageKind, TemplateStatus
from providers.outgoing import OutgoingMessage

# Automatic messages at the end of a conversation: goodbye, the question for a rating, its thanks,
# and that a wish about being written to was heard, which ends one where nothing else was said.
CONFIRMS = "descadastro"
FAREWELLS = ("despedida", "avaliacao", "avaliacao_obrigado", CONFIRMS)


NEVER_OPEN = _("Neste canal só se responde a quem escreveu. Fale com o paciente por outro canal.")


class Refused(DomainError):
    """The gate said no. Nothing was sent and nothing was charged."""

    code = "envio_recusado"


def gate_check(
    *,
    conversation: Conversation,
    draft: OutgoingMessage,
    template: Template | None = None,
    attachments: Sequence[Attachment] = (),
    purpose: str = "",
) -> None:
    """Let a message pass, or raise Refused (or the adapter's ContentRefused) with what to do.

    Looks, in order, at the conversation, the channel, what its kind can carry, the kind's window
    (which a person may answer after where `draft.is_late` says so), the person's wish to be left
    alone, letters that machines would answer, the template's state, their consent to marketing, and
    the content's limits. What is said at the end (`purpose` in FAREWELLS) is written before a
    conversation closes and may leave after.
    """
    channel = conversation.channel
    if purpose not in FAREWELLS:
        _check_conversation(conversation)
    _check_channel(channel)
    adapter = registry.adapter_for(channel.kind)
    if draft.kind not in adapter.policy.kinds:
        raise Refused(
            _("Este canal não aceita este tipo de mensagem. Envie como texto."),
            code="tipo_nao_aceito",
        )
    if draft.to.is_nowhere:
        raise Refused(
            _("Este paciente não tem um endereço neste canal. Fale com ele por outro canal."),
            code="sem_destino",
        )
    # The reply that confirms the wish is the last one.
    if purpose != CONFIRMS and has_left(conversation.contact, channel.kind):
        raise Refused(
            _("O paciente pediu para não receber mais %(channel)s. Fale com ele por outro canal.")
            % {"channel": channel.get_kind_display()},
            code="sem_consentimento",
        )
    loop_check(conversation=conversation, draft=draft, purpose=purpose)
    if draft.kind == MessageKind.TEMPLATE:
        _check_template(template)
        _check_consent(conversation, template)
    elif draft.to.comment_id:
        _check_comment(conversation, draft.to.comment_id)
    elif not (conversation.is_window_open or draft.is_late):
        window = adapter.policy.window
        raise Refused(window.refusal if window else NEVER_OPEN, code="janela_fechada")
    if draft.kind in MEDIA_KINDS or attachments:
        _check_attachments(attachments, adapter.policy.files_per_message)
    adapter.check(draft)


def _check_conversation(conversation: Conversation) -> None:
    if conversation.stage == Stage.CLOSED:
        raise Refused(
            _("Esta conversa está encerrada. Reabra para escrever."),
            code="conversa_encerrada",
            status=409,
        )
    if conversation.other_app:
        raise Refused(
            _("Outro aplicativo responde a esta conversa. Assuma-a para escrever por aqui."),
            code="conversa_de_outro_app",
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


def _check_comment(conversation: Conversation, comment: str) -> None:
    if not may_answer(conversation, comment):
        raise Refused(
            _(
                "O prazo da resposta privada a este comentário acabou: a pessoa precisa escrever."
                " Fale com ela por outro canal."
            ),
            code="janela_fechada",
        )


def _check_template(template: Template | None) -> None:
    if template is None:
        raise Refused(
            _("Modelo não encontrado. Atualize a lista e escolha outro."),
            code="modelo_nao_encontrado",
        )
    if template.status != TemplateStatus.APPROVED:
        raise Refused(
            _("Este modelo não pode ser usado agora (%(status)s). Escolha outro.")
            % {"status": template.get_status_display()},
            code="modelo_indisponivel",
        )


def _check_consent(conversation: Conversation, template: Template | None) -> None:
    if template is None or template.category.upper() != "MARKETING":
        return
    kind = conversation.channel.kind
    state = consent_state(conversation.contact, Consent.Purpose.MARKETING, kind)
    if state is False:
        raise Refused(
            _("O paciente pediu para não receber marketing. Use um modelo de utilidade."),
            code="sem_consentimento",
        )
    # They asked something elsewhere: an answer may come here, promotions they must have allowed.
    if state is None and conversation.continues_id and conversation.last_inbound_at is None:
        raise Refused(
            _(
                "O paciente escreveu por outro canal e não permitiu marketing por este."
                " Use um modelo de utilidade."
            ),
            code="sem_consentimento",
        )


def _check_attachments(attachments: Sequence[Attachment], most: int) -> None:
    if len(attachments) > most:
        raise Refused(
            ngettext(
                "Neste canal vai %(most)s arquivo por mensagem. Envie os outros em seguida.",
                "Neste canal vão %(most)s arquivos por mensagem. Envie os outros em seguida.",
                most,
            )
            % {"most": most},
            code="arquivos_demais",
        )
    if not attachments or any(one.state != AttachmentState.READY for one in attachments):
        raise Refused(
            _("O arquivo não está pronto. Anexe de novo."),
            code="anexo_indisponivel",
        )
