"""What patients say about being written to: a word that stops marketing acts at once, a sentence
that sounds like it is asked back (Meta, opt-out).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Purpose
from contacts.optout import Wish, wish_of
from contacts.services.consent import consent_record, consent_state
from omnichannel.choices import MessageKind, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_close
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.holding import Arrival, Observer

ASKED, DONE = "descadastro_pergunta", "descadastro"
YES, NO = "descadastro:sim", "descadastro:nao"
# Whoever did not answer the question is not asked again for so long.
ASK_AGAIN = timedelta(days=7)


class Wishes(Observer):
    """Listens to what patients write."""

    def arrived(self, arrivals: Sequence[Arrival]) -> None:
        """Act on each wish. Where nothing else was said, nobody needs to answer."""
        for arrival in arrivals:
            is_new = _is_new(arrival)
            done = [_take(arrival.conversation, message) for message in arrival.messages]
            if is_new and all(done):
                _settle(arrival.conversation)


def _is_new(arrival: Arrival) -> bool:
    """Whether the conversation began, or began again, with these messages, in nobody's hands."""
    conversation = arrival.conversation
    is_first = conversation.message_count == len(arrival.messages)
    return conversation.stage == Stage.QUEUE and (is_first or arrival.is_reopened)


def _settle(conversation: Conversation) -> None:
    """End the conversation before it comes to a queue."""
    conversation_close(conversation=conversation, actor=None, line="descadastro")
    # Those who are told after us look at this very row.
    conversation.refresh_from_db()


def _take(conversation: Conversation, message: Message) -> bool:
    """Act on what a message wishes; return whether that answers it."""
    if message.kind == MessageKind.TEXT:
        wish = wish_of(message.text)
    else:
        wish = {YES: Wish.STOP}.get(_chosen(message), Wish.NONE)
    if wish == Wish.NONE:
        return False
    state = consent_state(conversation.contact, Purpose.MARKETING, conversation.channel.kind)
    if wish == Wish.STOP:
        _stop(conversation, message, is_news=state is not False)
        return True
    if wish == Wish.RESUME and state is False:
        _resume(conversation, message)
        return True
    if wish == Wish.ASK and state is not False:
        _ask(conversation)
    return False


def _chosen(message: Message) -> str:
    interactive = message.metadata.get("interactive")
    return str(interactive.get("id", "")) if isinstance(interactive, dict) else ""


def _stop(conversation: Conversation, message: Message, *, is_news: bool) -> None:
    _record(conversation, message, is_granted=False)
    # One confirmation, then silence.
    if is_news:
        text = _(
            "Pronto! Você não vai mais receber nossas mensagens de promoção. O seu atendimento"
            " continua normalmente. Para voltar a receber, responda VOLTAR."
        )
        courtesy_send(conversation, DONE, text=text)


def _resume(conversation: Conversation, message: Message) -> None:
    _record(conversation, message, is_granted=True)
    text = _("Pronto! Você voltou a receber nossas novidades. Para parar, responda SAIR.")
    courtesy_send(conversation, DONE, text=text)


def _record(conversation: Conversation, message: Message, *, is_granted: bool) -> None:
    # Every channel: who stops means all of it, and who comes back is asked by this very word.
    consent_record(
        contact=conversation.contact,
        purpose=Purpose.MARKETING,
        is_granted=is_granted,
        source="palavra",
        occurred_at=message.happened_at,
        proof=f"mensagem {message.pk}",
    )


def _ask(conversation: Conversation) -> None:
    since = timezone.now() - ASK_AGAIN
    asked = Message.objects.for_company(conversation.company_id).filter(
        conversation=conversation, metadata__purpose=ASKED, created_at__gte=since
    )
    if asked.exists():
        return
    buttons = ((YES, _("Parar promoções")), (NO, _("Continuar")))
    courtesy_send(
        conversation,
        ASKED,
        kind=MessageKind.INTERACTIVE,
        interactive={
            "type": "button",
            "body": {
                "text": _(
                    "Quer parar de receber nossas mensagens de promoção? O seu atendimento"
                    " continua normalmente."
                )
            },
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": key, "title": words}}
                    for key, words in buttons
                ]
            },
        },
    )
