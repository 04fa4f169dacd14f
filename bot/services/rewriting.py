"""An attendant's own text in other words, by the company's language model. What comes back is shown
beside the text and sent by nobody but the attendant.
"""

from __future__ import annotations

import logging
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from bot.choices import RewriteStyle, SuggestionOrigin
from bot.models import AiProvider, Assistant, BotSuggestion
from bot.services.vendor_answers import vendor_of
from bot.services.writing import writer_of
from bot.vendors.base import ActKind, AiUse, AnswerRequest
from common.errors import DomainError
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message

logger = logging.getLogger(__name__)
# What a person waits for other words.
SECONDS = 12.0
LONGEST = 1_200
RULES = {
    RewriteStyle.FRIENDLY: "Deixe o texto mais simpático e acolhedor, sem exagero.",
    RewriteStyle.FORMAL: "Deixe o texto mais formal, tratando por senhor ou senhora.",
    RewriteStyle.SHORT: "Deixe o texto mais curto, sem perder informação.",
    RewriteStyle.CORRECT: "Corrija só ortografia, acentos, concordância e pontuação do texto.",
}


class RewriteUnavailable(DomainError):
    """Nothing came of it; the text stays as it was written."""

    code = "reescrita_indisponivel"
    message = _("A IA não reescreveu o texto agora. O seu continua como estava.")


class RewriteTooLong(DomainError):
    """More than is rewritten at once."""

    code = "texto_longo_para_reescrever"
    message = _("O texto é longo demais para reescrever: até %(count)d letras.")


class NothingToRewrite(DomainError):
    """The text is that way already."""

    code = "nada_a_reescrever"
    message = _("O texto já está assim: nada a mudar.")


def rewriter_of(conversation: Conversation) -> AiProvider | None:
    """Return the provider that rewrites texts in a conversation; None where the assistant of its
    channel does not allow it, or no provider may write now.
    """
    assistants = Assistant.objects.for_company(conversation.company_id)
    mine = assistants.filter(assistantchannel__channel=conversation.channel_id, rewrites=True)
    return writer_of(conversation) if mine.exists() else None


def text_rewrite(
    *, conversation: Conversation, actor: Membership, text: str, style: RewriteStyle
) -> BotSuggestion:
    """Let the company's provider put an attendant's text in other words. Nothing is locked while it
    is asked. Raises RewriteTooLong, NothingToRewrite, and RewriteUnavailable, also where the guard
    refuses what came back.
    """
    own, writer = text.strip(), rewriter_of(conversation)
    if len(own) > LONGEST:
        raise RewriteTooLong(RewriteTooLong.message % {"count": LONGEST})
    if writer is None or not own:
        raise RewriteUnavailable
    request = AnswerRequest(
        company_id=conversation.company_id,
        use=AiUse.REWRITE,
        call_id=uuid4(),
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        rules=RULES[style],
        newest=own,
        names=tuple(filter(None, (conversation.contact.name,))),
        acts=frozenset({ActKind.ANSWER}),
    )
    result = vendor_of(writer).answer(request, budget_seconds=SECONDS)
    act = result.act
    if result.trouble or act is None or not act.text.strip():
        logger.info("no other words for %s: %s", conversation.pk, result.trouble or "empty")
        raise RewriteUnavailable
    made = act.text.strip()
    if made == own or (style == RewriteStyle.SHORT and len(made) >= len(own)):
        raise NothingToRewrite
    return BotSuggestion.unscoped.create(
        company_id=conversation.company_id,
        conversation=conversation,
        for_seq=_last_asked(conversation),
        origin=SuggestionOrigin.REWRITE,
        style=style,
        text=made,
        by=actor,
    )


def _last_asked(conversation: Conversation) -> int:
    rows = Message.unscoped.filter(conversation=conversation, direction=Direction.IN)
    last: int | None = rows.order_by("-seq").values_list("seq", flat=True).first()
    return last or 0
