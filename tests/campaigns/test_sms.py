"""Campaigns by a kind of channel without templates: a text for whoever has a number, in the hours
of the kind, priced by parts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from accounts.models import Company, Membership
from campaigns.choices import LeftOut, RecipientStatus
from campaigns.dispatch import send_slice
from campaigns.hours import PersonClocks, may_send, sends_again_at
from campaigns.models import Campaign, NumberPace, Recipient
from campaigns.selectors import costs_of, left_out_labels
from campaigns.services import campaigns as life
from campaigns.services.audiences import campaign_forecast
from campaigns.services.campaigns import VariantDraft, campaign_problems
from campaigns.services.claiming import number_claim
from campaigns.services.outcomes import Outcome, outcomes_write
from common.scoping import company_scope
from contacts.services.contacts import contact_save
from omnichannel.models import Channel, MessageCost, Rate, StatusReceipt, Template
from omnichannel.sending.reach import Whose
from omnichannel.services.receipts import receipts_apply, receipts_settle
from providers.choices import MessageStatus
from providers.facts import AccountRef, StatusUpdate
from providers.outgoing import SendResult
from providers.policy import Hours, Policy
from providers.sms import errors
from providers.sms.adapter import SmsAdapter
from tests import make
from tests.campaigns.conftest import patient, template_for

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Campaign]
SEND = "/v2/channels/sms/messages"
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TEXT = "Olá, {primeiro_nome|paciente}!\nVenha nos visitar."


def policy_with(hours: Hours | None) -> Policy:
    return replace(SmsAdapter.policy, marketing_hours=hours)


@pytest.fixture
def any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SMS go at whatever hour the test runs."""
    monkeypatch.setattr(SmsAdapter, "policy", policy_with(None))


@pytest.fixture
def taken(httpserver: HTTPServer) -> list[dict[str, Any]]:
    """Give the texts that the provider took, each answered with an id of its own."""
    found: list[dict[str, Any]] = []

    def answer(request: Request) -> Response:
        found.append(json.loads(request.get_data()))
        return Response(json.dumps({"id": f"z{len(found)}"}), content_type="application/json")

    httpserver.expect_request(SEND, method="POST").respond_with_handler(answer)
    return found


@pytest.fixture
def sms(clinic: Company, httpserver: HTTPServer, settings: Any) -> Channel:
    """Give an SMS channel at a provider on the loopback."""
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    return make.sms_channel(clinic, "zenvia", api_url=httpserver.url_for("").rstrip("/"))


@pytest.fixture
def by_sms(ready: Make, sms: Channel) -> Make:
    """Give a way to make a campaign by SMS whose list is frozen."""

    def made(text: str = TEXT, **values: Any) -> Campaign:
        return ready(channel=sms, variants=[VariantDraft(None, text)], **values)

    return made


def test_a_text_goes_to_whoever_has_a_number_and_allowed_it(
    bells: Any, by_sms: Make, ana: Membership, taken: Any, any_hour: None
) -> None:
    # Nobody ever wrote: there is no window to be open.
    people = [patient(ana, "Rita Souza"), patient(ana, "Davi Lima")]
    contact_save(actor=ana, name="Sem Número", email="a@exemplo.com.br", marketing_opt_in=True)
    patient(ana, "Não Quer", allows=False)
    row = life.campaign_start(campaign=by_sms(), actor=ana)

    send_slice(5)

    said = {one["to"]: one["contents"][0]["text"] for one in taken}
    numbers = [person.phone.removeprefix("+") for person in people]
    assert said == {
        numbers[0]: "Ola, Rita!\nVenha nos visitar.",
        numbers[1]: "Ola, Davi!\nVenha nos visitar.",
    }
    found = Recipient.unscoped.filter(campaign=row)
    assert found.filter(status=RecipientStatus.SENT).count() == 2
    left = set(found.exclude(left_out="").values_list("left_out", flat=True))
    assert left == {LeftOut.NO_ADDRESS, LeftOut.OPTED_OUT}
    assert left_out_labels(row)[LeftOut.NO_ADDRESS] == "Sem SMS"


def test_a_receipt_that_only_has_the_providers_id_and_comes_before_it_is_written_is_not_lost(
    by_sms: Make, sms: Channel, ana: Membership, bells: Any
) -> None:
    patient(ana)
    row = Recipient.unscoped.get(campaign=by_sms())
    Recipient.unscoped.update(status=RecipientStatus.SENDING, claimed_at=timezone.now())
    update = StatusUpdate(AccountRef(sms.account_id), "z1", MessageStatus.DELIVERED, timezone.now())
    receipts_apply(channel=sms, updates=[update])
    row.refresh_from_db()
    assert row.status == RecipientStatus.SENDING and StatusReceipt.unscoped.count() == 1
    outcomes_write([Outcome(row.pk, sms, 1, timezone.now(), SendResult("z1"), Whose())])
    receipts_settle(channel=sms)
    row.refresh_from_db()
    assert (row.status, row.external_id) == (RecipientStatus.DELIVERED, "z1")
    assert StatusReceipt.unscoped.get().settled_at is not None


def test_another_channels_receipt_with_the_same_id_says_nothing(
    by_sms: Make, sms: Channel, channel: Channel, ana: Membership, bells: Any
) -> None:
    patient(ana)
    row = Recipient.unscoped.get(campaign=by_sms())
    Recipient.unscoped.update(status=RecipientStatus.SENT, external_id="z1")
    for token in ("", f"cmp:{row.pk}"):
        update = StatusUpdate(
            AccountRef(channel.account_id), "z1", MessageStatus.READ, timezone.now(), token
        )
        receipts_apply(channel=channel, updates=[update])
    row.refresh_from_db()
    assert row.status == RecipientStatus.SENT


# --- hours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        # 30 November 2026 is a Monday.
        ("2026-11-30 09:00", None),
        ("2026-11-30 17:59", None),
        ("2026-11-30 08:59", "2026-11-30 09:00"),
        ("2026-11-30 18:00", "2026-12-01 09:00"),
        ("2026-12-05 12:59", None),
        ("2026-12-05 13:00", "2026-12-07 09:00"),
        ("2026-12-06 10:00", "2026-12-07 09:00"),
        # Christmas is a Friday.
        ("2026-12-25 10:00", "2026-12-26 09:00"),
    ],
)
def test_sms_keeps_its_hours(by_sms: Make, when: str, opens: str | None) -> None:
    at = datetime.fromisoformat(when).replace(tzinfo=SAO_PAULO)
    row = by_sms()
    assert may_send(row, at) is (opens is None)
    expected = datetime.fromisoformat(opens or when).replace(tzinfo=SAO_PAULO)
    assert sends_again_at(row, at) == expected


def test_other_kinds_leave_the_hours_to_the_campaign(ready: Make) -> None:
    assert may_send(ready(), datetime(2026, 12, 6, 3, tzinfo=SAO_PAULO))


def test_a_person_is_asked_by_the_clock_of_their_number(by_sms: Make) -> None:
    row = by_sms()
    at = datetime(2026, 11, 30, 9, 30, tzinfo=SAO_PAULO)
    clocks = PersonClocks(row, at)
    assert clocks.opens_at("5541998887777") is None
    # In Acre it is half past seven.
    assert clocks.opens_at("5568998887777") == at + timedelta(hours=1, minutes=30)
    # Nobody knows the clocks of foreign numbers: the clinic's counts.
    assert clocks.opens_at("351912345678") is None


def test_whoever_sleeps_waits_and_the_others_are_sent(
    by_sms: Make, sms: Channel, ana: Membership, bells: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = timezone.now().astimezone(SAO_PAULO)
    begins, ends = ((here + timedelta(minutes=n)).time() for n in (-30, 30))
    day: tuple[time, time] = (begins, ends)
    monkeypatch.setattr(SmsAdapter, "policy", policy_with(Hours((day,) * 7)))
    monkeypatch.setattr("campaigns.hours._house_holidays", lambda *_: frozenset())
    awake = patient(ana, "Acordada")
    asleep = contact_save(actor=ana, name="Dorme", phone="+5568998887777", marketing_opt_in=True)
    row = life.campaign_start(campaign=by_sms(), actor=ana)
    past = timezone.now() - timedelta(hours=1)
    NumberPace.unscoped.create(company_id=sms.company_id, channel=sms, next_at=past)
    with company_scope(sms.company_id):
        claim = number_claim(channel_id=sms.pk, most=10)
    assert [item.about.contact_id for item in claim.items] == [awake.pk]
    waits = Recipient.unscoped.get(campaign=row, contact=asleep)
    assert waits.status == RecipientStatus.PENDING
    assert timezone.now() + timedelta(minutes=60) < waits.send_after


# --- cost -----------------------------------------------------------------------------------------


def rate_of_sms(sms: Channel) -> None:
    Rate.unscoped.create(
        company_id=sms.company_id,
        market="BR",
        category="sms_zenvia",
        currency=sms.currency,
        valid_from="2026-01-01",
        price=Decimal("0.10"),
    )


def test_a_text_is_priced_by_its_parts(by_sms: Make, sms: Channel, ana: Membership) -> None:
    for place in range(3):
        patient(ana, f"Pessoa {place}")
    rate_of_sms(sms)
    # 161 septets and a name are two parts.
    row = by_sms("{primeiro_nome}" + "a" * 161)
    told = campaign_forecast(row)
    assert told is not None
    (line,) = told.lines
    assert (line.category, line.count, told.total) == ("sms_zenvia", 6, Decimal("0.60"))
    assert row.forecast_cost == Decimal("0.60")


def test_each_part_is_paid_once_the_provider_took_it(
    bells: Any, by_sms: Make, sms: Channel, ana: Membership, taken: Any, any_hour: None
) -> None:
    patient(ana)
    rate_of_sms(sms)
    row = life.campaign_start(campaign=by_sms("a" * 161), actor=ana)
    send_slice(3)
    assert len(taken) == 1 and costs_of([row])[row.pk] == Decimal("0.20")
    cost = MessageCost.objects.for_company(sms.company_id).get()
    assert (cost.market, cost.category, cost.price) == ("BR", "sms_zenvia", Decimal("0.20"))
    # A receipt adds nothing.
    sent = Recipient.unscoped.get(campaign=row)
    update = StatusUpdate(
        AccountRef(sms.account_id), sent.external_id, MessageStatus.DELIVERED, timezone.now()
    )
    receipts_apply(channel=sms, updates=[update])
    assert costs_of([row])[row.pk] == Decimal("0.20")


def test_a_number_that_takes_no_sms_is_left_out_of_the_next_campaign(
    by_sms: Make, sms: Channel, ana: Membership, bells: Any
) -> None:
    patient(ana)
    row = Recipient.unscoped.get(campaign=by_sms())
    refused = errors.refused(errors.LANDLINE)
    about = Whose(row.contact_id, "BR")
    outcomes_write([Outcome(row.pk, sms, 1, timezone.now(), refused, about)])
    assert Recipient.unscoped.get(campaign=by_sms()).left_out == LeftOut.NO_ADDRESS


def test_whoever_left_at_their_carrier_gets_nothing_whatever_it_is_about(
    by_sms: Make, sms: Channel, ana: Membership, bells: Any
) -> None:
    patient(ana)
    row = Recipient.unscoped.get(campaign=by_sms())
    Recipient.unscoped.update(status=RecipientStatus.SENDING, claimed_at=timezone.now())
    refused = errors.refused(errors.LEFT)
    outcomes_write([Outcome(row.pk, sms, 1, timezone.now(), refused, Whose(row.contact_id))])
    row.refresh_from_db()
    assert row.status == RecipientStatus.OPTED_OUT
    told = Recipient.unscoped.get(campaign=by_sms(kind="informativo"))
    assert told.left_out == LeftOut.OPTED_OUT


# --- what cannot be sent --------------------------------------------------------------------------


def test_a_template_of_another_channel_is_no_message_here(
    ready: Make, sms: Channel, channel: Channel
) -> None:
    other = template_for(channel, name="outra")
    row = ready(channel=sms, variants=[VariantDraft(other, "", {"1": "x"})])
    assert "message.A" in campaign_problems(row)


def test_a_variable_left_empty_is_missing(
    ready: Make, channel: Channel, template: Template
) -> None:
    told = {"": "message.A", " ": "message.A", "{nome|}": None, "Joana": None}
    for text, problem in told.items():
        row = ready(channel=channel, variants=[VariantDraft(template, "", {"1": text})])
        found = campaign_problems(row)
        assert (problem in found) if problem else ("message.A" not in found), text


def test_without_a_text_it_asks_for_one_and_not_for_a_template(ready: Make, sms: Channel) -> None:
    row = ready(channel=sms, variants=[VariantDraft()])
    assert campaign_problems(row)["message.A"] == ["Escreva a mensagem."]


def test_a_long_text_is_refused_and_not_cut(by_sms: Make) -> None:
    assert "message.A" in campaign_problems(by_sms("a" * 1600))
    assert "message.A" not in campaign_problems(by_sms("a" * 1500))
