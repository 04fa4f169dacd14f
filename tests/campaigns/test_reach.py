"""One class of error, one action: whoever's message it was about, and however it is told."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from campaigns.choices import CampaignPauseReason as PauseReason
from campaigns.choices import CampaignStatus, RecipientStatus
from campaigns.models import Campaign, NumberPace, Recipient
from campaigns.services import campaigns as life
from campaigns.services.campaigns import VariantDraft
from campaigns.services.claiming import number_claim
from campaigns.services.messages import token_of as recipient_token
from campaigns.services.outcomes import Outcome, outcomes_write
from common.scoping import company_scope
from contacts.services.contacts import contact_save
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, Message, SendingStop, Template
from omnichannel.sending.reach import Whose, stops_over
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from omnichannel.services.receipts import receipts_apply, token_of
from providers.choices import MessageKind, MessageStatus
from providers.facts import AccountRef, ProviderFault, StatusUpdate
from providers.meta.errors import GraphFault
from providers.outgoing import OutgoingMessage, Scope, SendError, SendResult
from providers.whatsapp import adapter
from providers.whatsapp.errors import MEANINGS, explain
from tests import make
from tests.campaigns.conftest import patient, template_for

pytestmark = pytest.mark.django_db
Make = Callable[..., Campaign]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Everything that an error may stop."""

    channel: str
    mine: tuple[str, str]
    other: tuple[str, str]
    number_rests: bool
    people: int
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class House:
    """A person who is in a conversation and in a running campaign, and a second campaign with
    another template.
    """

    channel: Channel
    conversation: Conversation
    author: Membership
    mine: Campaign
    other: Campaign
    recipient: Recipient
    answer: Callable[[SendError | None], None]

    def stopped(self) -> Stopped:
        """Look at everything."""
        for row in (self.channel, self.mine, self.other):
            row.refresh_from_db()
        stops = SendingStop.unscoped.filter(channel=self.channel, until__gt=timezone.now())
        pace = NumberPace.unscoped.get(channel=self.channel)
        return Stopped(
            self.channel.status,
            (self.mine.status, self.mine.pause_reason),
            (self.other.status, self.other.pause_reason),
            pace.slow_until is not None and pace.slow_until > timezone.now(),
            stops.exclude(contact=None).count(),
            tuple(stops.exclude(market=None).values_list("market", flat=True)),
        )

    def written(self) -> Message:
        """Write a reply by the campaign's template."""
        wanted = {"name": "oferta", "language": "pt_BR", "variables": {"1": "Joana"}}
        return message_send(
            conversation=self.conversation,
            author=self.author,
            kind=MessageKind.TEMPLATE,
            template=wanted,
        )


@pytest.fixture
def house(
    bells: Any,
    ana: Membership,
    channel: Channel,
    template: Template,
    ready: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    """Give one that is ready, its provider answering as told."""
    answers: list[SendError | None] = [None]

    def send(self: Any, account: Any, message: OutgoingMessage) -> SendResult:
        if answers[0] is not None:
            raise answers[0]
        return SendResult("wamid.resposta")

    monkeypatch.setattr(adapter.WhatsAppAdapter, "send", send)
    person = patient(ana)
    talk = make.inbound(channel, person=make.person(person.phone.removeprefix("+"))).conversation
    second = template_for(channel, name="lembrete")
    mine = life.campaign_start(campaign=ready(), actor=ana)
    other = ready(variants=[VariantDraft(second, "", {"1": "{primeiro_nome}"})])
    other = life.campaign_start(campaign=other, actor=ana)
    NumberPace.unscoped.create(company_id=channel.company_id, channel=channel)
    recipient = Recipient.unscoped.get(campaign=mine)
    Recipient.unscoped.update(status=RecipientStatus.SENDING, claimed_at=timezone.now(), attempts=1)

    def answer(error: SendError | None) -> None:
        answers[0] = error

    return House(channel, talk, ana, mine, other, recipient, answer)


def error_of(code: int) -> SendError:
    return explain(GraphFault(http=400, code=code), is_send=True)


def told(code: int, token: str, external_id: str) -> StatusUpdate:
    return StatusUpdate(
        AccountRef(make.ACCOUNT_ID),
        external_id,
        MessageStatus.FAILED,
        timezone.now(),
        token,
        ProviderFault(str(code)),
    )


def written(house: House) -> Message:
    return house.written()


def sent(house: House) -> Message:
    house.answer(None)
    row = house.written()
    conversation_deliver(conversation=house.conversation)
    return row


def claimed(house: House) -> Recipient:
    return house.recipient


def reply_answered(house: House, row: Message, code: int) -> None:
    house.answer(error_of(code))
    conversation_deliver(conversation=house.conversation)


def reply_told(house: House, row: Message, code: int) -> None:
    receipts_apply(channel=house.channel, updates=[told(code, token_of(row), "wamid.resposta")])


def recipient_answered(house: House, row: Recipient, code: int) -> None:
    about = Whose(row.contact_id, row.market, ("oferta", "pt_BR"))
    outcomes_write([Outcome(row.pk, house.channel, 1, timezone.now(), error_of(code), about)])


def recipient_told(house: House, row: Recipient, code: int) -> None:
    token = recipient_token(row.pk)
    receipts_apply(channel=house.channel, updates=[told(code, token, "wamid.campanha")])


# What must be there before, and how the error is told of it.
WAYS = (
    (written, reply_answered),
    (sent, reply_told),
    (claimed, recipient_answered),
    (claimed, recipient_told),
)


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever the block did."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


RUNS = (CampaignStatus.RUNNING.value, "")
PAUSED = CampaignStatus.PAUSED.value
NOTHING = Stopped(ChannelStatus.ACTIVE, RUNS, RUNS, False, 0, ())


def expected(scope: Scope, code: str) -> Stopped:
    """Say what each reach of an error stops."""
    broken = PauseReason.PAYMENT if code == "pagamento_pendente" else PauseReason.NUMBER
    halted, spam = (PAUSED, broken.value), (PAUSED, PauseReason.SPAM.value)
    unfit = (PAUSED, PauseReason.TEMPLATE.value)
    return {
        "message": NOTHING,
        "recipient": Stopped(
            ChannelStatus.ACTIVE, RUNS, RUNS, False, int(code == "nao_entregavel"), ()
        ),
        "country": Stopped(ChannelStatus.ACTIVE, RUNS, RUNS, False, 0, ("BR",)),
        "template": Stopped(ChannelStatus.ACTIVE, unfit, RUNS, False, 0, ()),
        "number": Stopped(ChannelStatus.ACTIVE, RUNS, RUNS, True, 0, ()),
        "campaigns": Stopped(ChannelStatus.ACTIVE, spam, spam, False, 0, ()),
        "channel": Stopped(ChannelStatus.ERROR, halted, halted, False, 0, ()),
    }[scope]


@pytest.mark.parametrize(("prepare", "way"), WAYS)
def test_every_code_stops_the_same_for_replies_and_campaigns_told_either_way(
    house: House,
    django_capture_on_commit_callbacks: Any,
    prepare: Callable[[House], Any],
    way: Callable[[House, Any, int], None],
) -> None:
    row = prepare(house)
    assert house.stopped() == NOTHING
    wrong = []
    for code in sorted(MEANINGS):
        error = error_of(code)
        with undone():
            with django_capture_on_commit_callbacks(execute=True):
                way(house, row, code)
            found = house.stopped()
        if found != expected(error.scope, error.code):
            wrong.append((code, found))
    assert wrong == []


def test_a_number_that_was_too_fast_long_ago_is_told_so_too_late(
    house: House, django_capture_on_commit_callbacks: Any
) -> None:
    update = told(130429, recipient_token(house.recipient.pk), "wamid.campanha")
    late = StatusUpdate(
        update.account,
        update.external_id,
        update.status,
        timezone.now() - timedelta(minutes=5),
        update.token,
        update.fault,
    )
    with django_capture_on_commit_callbacks(execute=True):
        receipts_apply(channel=house.channel, updates=[late])
    assert house.stopped() == NOTHING


def test_nobody_of_a_restricted_country_gets_the_next_campaign(
    house: House, ready: Make, ana: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    abroad = contact_save(
        actor=ana, name="Rita Alves", phone="+351912345678", marketing_opt_in=True
    )
    with django_capture_on_commit_callbacks(execute=True):
        recipient_answered(house, house.recipient, 130497)
    row = ready()
    found = {one.contact_id: one.left_out for one in Recipient.unscoped.filter(campaign=row)}
    assert found == {house.recipient.contact_id: "pais_restrito", abroad.pk: ""}
    # Whose list was frozen before is asked when it is claimed.
    SendingStop.unscoped.update(market="PT")
    life.campaign_start(campaign=row, actor=ana)
    NumberPace.unscoped.update(next_at=timezone.now() - timedelta(hours=1))
    with company_scope(house.channel.company_id):
        assert number_claim(channel_id=house.channel.pk, most=10).items == []
    assert Recipient.unscoped.get(campaign=row, contact=abroad).left_out == "pais_restrito"


def test_what_campaigns_knew_of_the_unreachable_is_kept(house: House, ready: Make) -> None:
    move = importlib.import_module("campaigns.migrations.0005_unreachable_people")
    Recipient.unscoped.update(
        status=RecipientStatus.FAILED, error_code="nao_entregavel", claimed_at=timezone.now()
    )
    # Both campaigns had the person.
    with company_scope(house.channel.company_id):
        move.keep(apps, SimpleNamespace(connection=connection))
    stop = SendingStop.unscoped.get()
    assert (stop.channel, stop.contact_id) == (house.channel, house.recipient.contact_id)
    assert timedelta(days=89) < stop.until - timezone.now() <= timedelta(days=90)
    assert Recipient.unscoped.get(campaign=ready()).left_out == "sem_whatsapp"


def test_whoever_a_reply_could_not_reach_is_left_out_of_the_next_campaign(
    house: House, ready: Make, ana: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reply_answered(house, house.written(), 131026)
    row = Recipient.unscoped.get(campaign=ready())
    assert (row.status, row.left_out) == (RecipientStatus.SKIPPED, "sem_whatsapp")
    SendingStop.unscoped.update(until=timezone.now())
    stops_over().delete()
    assert not SendingStop.unscoped.exists()
    assert Recipient.unscoped.get(campaign=ready()).status == RecipientStatus.PENDING
