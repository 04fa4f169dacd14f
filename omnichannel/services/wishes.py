"""What patients say about being written to: a word or a tap that stops marketing acts at once, a
sentence that sounds like it is asked back (Meta, opt-out).

A word that fits an appointment as well acts only as an answer to advertising; else it is asked back
and somebody reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Purpose
from contacts.optout import (
    NOTHING,
    Doubt,
    Heard,
    Wish,
    form_heard,
    hear,
    plain,
    tap_heard,
)
from contacts.services.consent import consent_record, consent_state
from omnichannel.choices import Direction, Stage
from omnichannel.models import Conversation, Message
from omnichannel.services.conversations import conversation_close
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.leaving import leaving_record
from omnichannel.services.observing import Arrival, Observer
from omnichannel.services.spoken import About, Spoken, quote_of, spoken_to
from providers.choices import MEDIA_KINDS, MessageKind
from providers.content import Answer, Choice, FormAnswers, Question, Section
from providers.content_json import content_of
from providers.registry import policy_of

ASKED, DONE = "descadastro_pergunta", "descadastro"
YES, NO, TALK = "descadastro:sim", "descadastro:nao", "descadastro:atendimento"
# Whoever did not answer the question is not asked again for so long.
ASK_AGAIN = timedelta(days=7)
# People also type the answer to it.
AGREED = frozenset({"sim", "s", "sim quero", "quero", "quero sim", "isso", "pode parar"})


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
    """Whether the conversation began, or began again, with these messages, in no person's hands."""
    conversation = arrival.conversation
    is_first = conversation.message_count == len(arrival.messages)
    is_nobodys = conversation.stage in (Stage.QUEUE, Stage.BOT)
    return is_nobodys and (is_first or arrival.is_reopened)


def _settle(conversation: Conversation) -> None:
    """End the conversation before it comes to a queue."""
    conversation_close(conversation=conversation, actor=None, line="descadastro")
    # Those who are told after us look at this very row.
    conversation.refresh_from_db()


def _take(conversation: Conversation, message: Message) -> bool:
    """Act on what a message wishes; return whether that answers it, so that nobody need read it."""
    heard = _heard(conversation, message)
    if heard.wish == Wish.NONE:
        return False
    kind = conversation.channel.kind
    purpose = Purpose.CARE if _ends(conversation) else Purpose.MARKETING
    state = consent_state(conversation.contact, purpose, kind)
    if heard.wish == Wish.STOP:
        _stop(conversation, message, is_news=state is not False)
        return not heard.needs_person
    if heard.wish == Wish.RESUME and state is False:
        return _resume(conversation, message, purpose)
    if heard.wish == Wish.ASK and state is not False:
        _ask(conversation, fits_care=bool(heard.doubt))
    return False


# --- what a message says --------------------------------------------------------------------------


def _heard(conversation: Conversation, message: Message) -> Heard:
    """Return what a message asks for, having looked at what it answers where its words alone leave
    doubt.
    """
    content = content_of(message.metadata)
    if isinstance(content, Answer | FormAnswers):
        return _tapped(conversation, message, content)
    if message.kind != MessageKind.TEXT and message.kind not in MEDIA_KINDS:
        return NOTHING
    heard = hear(message.text)
    if heard.wish == Wish.NONE and plain(message.text) in AGREED:
        heard = Heard(Wish.STOP if _asked_for(conversation, message) == NO else Wish.NONE)
    elif heard.doubt == Doubt.LITTLE and _asked_for(conversation, message):
        heard = Heard(heard.wish)
    elif heard.doubt:
        heard = _typed(heard, conversation, message)
    # A file says something too.
    return heard if message.kind == MessageKind.TEXT else _read(heard)


def _tapped(conversation: Conversation, message: Message, content: Answer | FormAnswers) -> Heard:
    if isinstance(content, FormAnswers):
        heard = form_heard(content.answers)
    elif content.key in (YES, NO, TALK):
        return Heard(Wish.STOP) if content.key == YES else NOTHING
    else:
        title, described = content.title or message.text, content.description
        heard = tap_heard(title=title, payload=content.key, description=described)
    if not heard.doubt or heard.wish != Wish.STOP:
        return heard
    spoken = spoken_to(conversation, answer=message)
    about = spoken[0].about if spoken else About.UNKNOWN
    is_sure = about == About.MARKETING or (heard.doubt == Doubt.LITTLE and about == About.UNKNOWN)
    if is_sure or (spoken and spoken[0].invites(heard.words)):
        return Heard(Wish.STOP, needs_person=heard.needs_person)
    # The button of a reminder means the visit, and a person sees it; of the rest nobody can tell.
    return Heard(Wish.ASK, heard.doubt) if about == About.BOTH else NOTHING


def _typed(heard: Heard, conversation: Conversation, message: Message) -> Heard:
    """Decide what typed words with a second meaning are about; in doubt they are asked back."""
    spoken = spoken_to(conversation, answer=message)
    if heard.wish == Wish.RESUME:
        # "Quero receber" answers an attendant's question sooner than it takes back a refusal.
        return NOTHING if any(one.about == About.CARE for one in spoken) else heard
    if _ends(conversation) and not any(one.about == About.CARE for one in spoken):
        # Carriers want these words obeyed, whatever else they may mean.
        return Heard(heard.wish, needs_person=heard.needs_person)
    if _is_about_marketing(heard, spoken, is_quote=bool(quote_of(message))):
        return Heard(heard.wish, needs_person=heard.needs_person)
    return Heard(Wish.ASK, heard.doubt)


def _is_about_marketing(heard: Heard, spoken: Sequence[Spoken], *, is_quote: bool) -> bool:
    if not spoken:
        return heard.doubt == Doubt.LITTLE and not is_quote
    if spoken[0].invites(heard.words):
        return True
    if heard.doubt == Doubt.LITTLE:
        return spoken[0].about == About.MARKETING
    return all(one.about == About.MARKETING for one in spoken)


def _asked_for(conversation: Conversation, message: Message) -> str:
    """Return the other choice of our question when it is what a message answers, else nothing. To a
    question with two sides "sim" says nothing.
    """
    rows = Message.objects.for_company(conversation.company_id).filter(
        conversation=conversation, is_internal=False, seq__lt=message.seq
    )
    last = rows.order_by("-seq").first()
    if last is None or last.direction != Direction.OUT or last.metadata.get("purpose") != ASKED:
        return ""
    question = content_of(last.metadata)
    keys = {choice.key for choice in question.choices} if isinstance(question, Question) else set()
    return TALK if TALK in keys else NO


def _read(heard: Heard) -> Heard:
    return Heard(heard.wish, heard.doubt, True, heard.words) if heard.wish else heard


# --- what is done ---------------------------------------------------------------------------------


def _stop(conversation: Conversation, message: Message, *, is_news: bool) -> None:
    _record(conversation, message, is_granted=False)
    # One confirmation, then silence.
    if is_news:
        if _ends(conversation):
            text = _(
                "Pronto! Você não vai mais receber SMS da clínica. Para voltar a receber, responda"
                " VOLTAR."
            )
        else:
            text = _(
                "Pronto! Você não vai mais receber nossas mensagens de promoção. O seu atendimento"
                " continua normalmente. Para voltar a receber, responda VOLTAR."
            )
        courtesy_send(conversation, DONE, text=text)


def _resume(conversation: Conversation, message: Message, purpose: str) -> bool:
    """Take a refusal back and say so; return whether that holds."""
    _record(conversation, message, is_granted=True)
    if consent_state(conversation.contact, purpose, conversation.channel.kind) is False:
        # By its moment the refusal is no older (clocks differ, words come late): somebody reads it.
        return False
    text = _("Pronto! Você voltou a receber nossas novidades. Para parar, responda SAIR.")
    courtesy_send(conversation, DONE, text=text)
    return True


def _ends(conversation: Conversation) -> bool:
    """Whether a wish to be left alone ends everything on this kind of channel."""
    return policy_of(conversation.channel.kind).stops_with_wish


def _record(conversation: Conversation, message: Message, *, is_granted: bool) -> None:
    if _ends(conversation):
        leaving_record(
            contact=conversation.contact,
            channel=conversation.channel,
            is_granted=is_granted,
            source="palavra",
            at=message.happened_at,
            proof=f"mensagem {message.pk}",
        )
        return
    # Every channel: who stops means all of it, and who comes back is asked by this very word.
    consent_record(
        contact=conversation.contact,
        purpose=Purpose.MARKETING,
        is_granted=is_granted,
        source="palavra",
        occurred_at=message.happened_at,
        proof=f"mensagem {message.pk}",
    )


def _ask(conversation: Conversation, *, fits_care: bool) -> None:
    """Ask what was meant; `fits_care` when it may have been an appointment."""
    since = timezone.now() - ASK_AGAIN
    asked = Message.objects.for_company(conversation.company_id).filter(
        conversation=conversation, metadata__purpose=ASKED, created_at__gte=since
    )
    if asked.exists():
        return
    if fits_care:
        text = _(
            "Recebemos a sua mensagem e vamos ler. Se você quer parar de receber nossas promoções,"
            " toque no botão. Se é sobre a sua consulta, já vamos falar com você."
        )
        buttons = ((YES, _("Parar promoções")), (TALK, _("É sobre a consulta")))
    else:
        text = _(
            "Quer parar de receber nossas mensagens de promoção? O seu atendimento"
            " continua normalmente."
        )
        buttons = ((YES, _("Parar promoções")), (NO, _("Continuar")))
    choices = tuple(Choice(key, words) for key, words in buttons)
    question = Question((Section(choices),), text)
    courtesy_send(conversation, ASKED, kind=MessageKind.INTERACTIVE, content=question)
