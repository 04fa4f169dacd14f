"""Words after a campaign: whether they mean its messages or the visit it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from campaigns.choices import RecipientStatus
from campaigns.models import Campaign, Recipient
from campaigns.services.campaigns import VariantDraft
from contacts.models import Purpose
from contacts.services.consent import consent_state
from omnichannel.models import Channel, Conversation, Message
from queues.models import Ticket
from queues.services.queues import queue_save
from tests import make
from tests.campaigns.conftest import patient, template_for

OFFER, VISIT = "Olá {{1}}, temos ofertas.", "Olá {{1}}, sua consulta é amanhã às 15h. Confirma?"
WROTE = "wamid.campanha"
Send = Callable[..., Recipient]


def buttons(*labels: str) -> list[dict[str, Any]]:
    """Return a template's components with these quick replies."""
    replies = [{"type": "QUICK_REPLY", "text": label} for label in labels]
    return [{"type": "BUTTONS", "buttons": replies}] if replies else []


@pytest.fixture
def went(
    bells: Any, ready: Callable[..., Campaign], ana: Membership, channel: Channel, clinic: Company
) -> Send:
    """Give a way to send somebody a campaign: kind, category, text, labels."""
    queue_save(company=clinic, actor=None, name="Recepção", is_default=True)
    person = patient(ana)

    def send(kind: str, category: str, text: str, *labels: str, days: float = 0) -> Recipient:
        name = f"modelo_{make.next_number()}"
        components = [{"type": "BODY", "text": text}, *buttons(*labels)]
        template = template_for(channel, name=name, category=category, components=components)
        variant = VariantDraft(template, "", {"1": "{primeiro_nome}"})
        campaign = ready(kind=kind, variants=[variant])
        row = Recipient.unscoped.get(campaign=campaign, contact=person)
        row.status, row.external_id = RecipientStatus.DELIVERED, f"{WROTE}.{name}"
        row.claimed_at = row.sent_at = timezone.now() - timedelta(days=days)
        row.save()
        return row

    return send


def answer(channel: Channel, row: Recipient, text: str, **values: Any) -> Conversation:
    """Let the recipient write; return the conversation as it is then."""
    message = make.inbound(channel, text=text, person=make.person(row.phone), **values)
    return Conversation.unscoped.get(pk=message.conversation_id)


def tap(channel: Channel, row: Recipient, label: str) -> Conversation:
    chosen = {"interactive": {"type": "button", "id": label, "title": label}}
    given = {"kind": "interativo", "metadata": chosen, "reply_to": row.external_id}
    return answer(channel, row, label, **given)


def outcome(talk: Conversation) -> tuple[Any, str, list[str], int]:
    """Return what holds of marketing, the stage, what was said automatically, and tickets."""
    said = Message.unscoped.filter(conversation=talk, metadata__has_key="purpose").order_by("seq")
    return (
        consent_state(talk.contact, Purpose.MARKETING, "whatsapp"),
        talk.stage,
        [row.metadata["purpose"] for row in said],
        Ticket.unscoped.filter(conversation=talk).count(),
    )


STOPPED = (False, "encerrada", ["descadastro"], 0)
ASKED = (True, "fila", ["descadastro_pergunta"], 1)
WAITS = (True, "fila", [], 1)


@pytest.mark.parametrize(
    ("label", "labels"),
    [
        ("Parar promoções", ("Quero agendar", "Parar promoções")),
        ("SAIR", ("SAIR", "Saber mais")),
        ("Não quero receber", ("Quero!", "Não quero receber")),
        ("Cancelar", ("Saber mais", "Cancelar inscrição", "Cancelar")),
    ],
)
def test_a_tap_on_the_campaign_s_own_button_stops(
    went: Send, channel: Channel, label: str, labels: tuple[str, ...]
) -> None:
    row = went("marketing", "MARKETING", OFFER, *labels)
    expected = ASKED if label == "Cancelar" else STOPPED
    assert outcome(tap(channel, row, label)) == expected


@pytest.mark.django_db(transaction=True)
def test_a_tap_as_meta_sends_it_stops(went: Send, channel: Channel) -> None:
    row = went("marketing", "MARKETING", OFFER, "Quero agendar", "Parar promoções")
    tapped = {"payload": "Parar promoções", "text": "Parar promoções"}
    said = make.said(
        type="button", button=tapped, context={"id": row.external_id}, **{"from": row.phone}
    )
    said.pop("text")
    make.process(make.body(channel, said))
    talk = Conversation.unscoped.get(contact=row.contact_id)
    assert outcome(talk) == STOPPED


CONFIRM = ("Confirmar", "Remarcar", "Cancelar")


@pytest.mark.parametrize("is_quote", [True, False])
@pytest.mark.parametrize(
    "text", ["Cancelar", "cancela por favor", "CANCELE!", "remover", "parar", "me tira"]
)
def test_under_a_reminder_a_word_is_about_the_visit(
    went: Send, channel: Channel, text: str, is_quote: bool
) -> None:
    row = went("informativo", "UTILITY", VISIT, *CONFIRM)
    quote = {"reply_to": row.external_id} if is_quote else {}
    assert outcome(answer(channel, row, text, **quote)) == ASKED


def test_the_reminder_s_button_goes_to_the_queue(went: Send, channel: Channel) -> None:
    row = went("informativo", "UTILITY", VISIT, *CONFIRM)
    assert outcome(tap(channel, row, "Cancelar")) == WAITS


@pytest.mark.parametrize(
    ("kind", "category", "text", "labels", "expected"),
    [
        ("marketing", "MARKETING", OFFER, (), STOPPED),
        ("marketing", "MARKETING", OFFER, ("Quero agendar", "Parar promoções"), STOPPED),
        # The reminder went out as the kind the form begins with, or was made advertising by Meta.
        ("marketing", "UTILITY", VISIT, CONFIRM, ASKED),
        ("informativo", "MARKETING", VISIT, (), ASKED),
        ("marketing", "MARKETING", VISIT, CONFIRM, ASKED),
        # It tells its reader what to answer.
        ("informativo", "UTILITY", "{{1}}, para sair da lista responda CANCELAR.", (), STOPPED),
        ("informativo", "UTILITY", "{{1}}, para desmarcar a consulta digite CANCELAR.", (), ASKED),
    ],
)
def test_kind_category_buttons_and_words_tell_what_cancelar_means(
    went: Send, channel: Channel, kind: str, category: str, text: str, labels: Any, expected: Any
) -> None:
    row = went(kind, category, text, *labels)
    assert outcome(answer(channel, row, "Cancelar")) == expected


def test_an_offer_after_a_reminder_leaves_doubt_and_a_quote_takes_it(
    went: Send, channel: Channel
) -> None:
    went("informativo", "UTILITY", VISIT, *CONFIRM, days=1)
    row = went("marketing", "MARKETING", OFFER)
    assert outcome(answer(channel, row, "Cancelar")) == ASKED
    quoted = answer(channel, row, "Cancelar", reply_to=row.external_id)
    assert consent_state(quoted.contact, Purpose.MARKETING, "whatsapp") is False
    # It waits for somebody all the same.
    assert quoted.stage == "fila"


def test_parar_means_the_newest_and_an_old_reminder_nothing(went: Send, channel: Channel) -> None:
    went("informativo", "UTILITY", VISIT, *CONFIRM, days=1)
    row = went("marketing", "MARKETING", OFFER)
    assert outcome(answer(channel, row, "Parar")) == STOPPED
