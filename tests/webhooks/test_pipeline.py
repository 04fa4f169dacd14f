"""From kept bodies to stored messages: routing, splitting, counting, replaying."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest
from django.db import DataError, OperationalError
from django.utils import timezone

from accounts.models import AuditEntry
from contacts.models import Consent, Contact, ContactIdentity
from omnichannel.choices import Author
from omnichannel.models import (
    Channel,
    ChannelNotice,
    Conversation,
    Message,
    StatusReceipt,
    Template,
)
from tests import make
from tests.providers.payloads import FIXTURES, load, manifest
from tests.webhooks.caller import post
from webhooks import pipeline
from webhooks.models import InboundEvent, InboundIssue
from webhooks.retention import events_replay, ledger_purge

pytestmark = pytest.mark.django_db
State = InboundEvent.State
NUMBER, WABA = "106540352242922", "102290129340398"


def short(value: object) -> str:
    """Name a parameter that may be a hundred thousand characters long."""
    return ascii(value)[:24]


@pytest.fixture
def sample_channel(clinic):
    """Give the channel that the sample bodies are about."""
    return make.channel(clinic, account_id=NUMBER, waba_id=WABA, phone_number="+551130900000")


@pytest.fixture
def other_sample_channel(rival):
    """Give the rival's channel, for the body that holds two companies."""
    return make.channel(rival, account_id="206540352242000", waba_id="202290129340000")


def texts(channel) -> list[str]:
    rows = Message.objects.for_company(channel.company).order_by("conversation_id", "seq")
    return [row.text for row in rows]


# --- samples -------------------------------------------------------------------------------------

# fixture -> what the clinic has afterwards
STORED = {
    "batch-two_wabas_messages_and_statuses": {"messages": 2, "receipts": 2},
    "business_username_update": {"notices": 1},
    "contacts-request_bsuid": {"messages": 1, "contacts": 1},
    "empty_entry": {},
    "status-delivered-service_free_tier_2026_10": {"receipts": 1},
    "status-delivered-service_regular_2026_10": {"receipts": 1},
    "status-sent-free_entry_point": {"receipts": 1},
    "status-unknown": {},
    "system-user_changed_user_id": {},
    "template_status-paused": {"templates": 1, "notices": 1},
    "text-brazil_12_digits": {"messages": 1, "contacts": 1},
    "text-brazil_13_digits": {"messages": 1, "contacts": 1},
    "text-brazil_landline": {"messages": 1, "contacts": 1},
    "text-bsuid_and_phone": {"messages": 1, "contacts": 1},
    "unknown_field": {},
    "unknown_type": {"messages": 1, "contacts": 1},
    "user_id_update": {},
    "user_preferences-stop_bsuid": {"consents": 1, "contacts": 1},
}
NO_WEBHOOK = ("error-", "request-", "response-", "signature_vectors")


def test_every_sample_webhook_is_in_the_table():
    names = {path.stem for path in FIXTURES.glob("*.json")}
    assert {name for name in names if not name.startswith(NO_WEBHOOK)} == set(STORED)


@pytest.mark.parametrize("name", STORED)
def test_a_sample_webhook_ends_processed_and_stored(name, sample_channel, other_sample_channel):
    (row,) = make.process(load(name))
    company = sample_channel.company
    found = {
        "messages": Message.objects.for_company(company).count(),
        "contacts": Contact.objects.for_company(company).count(),
        "receipts": StatusReceipt.objects.for_company(company).count(),
        "notices": ChannelNotice.objects.for_company(company).count(),
        "templates": Template.objects.for_company(company).count(),
        "consents": Consent.objects.for_company(company).count(),
    }
    expected = {"contacts": 1} if name.startswith("batch") else {}
    assert (row.state, row.error) == (State.DONE, "")
    assert {k: v for k, v in found.items() if v} == {**expected, **STORED[name]}
    assert not InboundIssue.objects.exists()


def third_party() -> list:
    return [
        pytest.param(entry, id=entry["file"])
        for entry in manifest()
        if entry["channel"] == "whatsapp" and entry["kind"] == "webhook"
    ]


SILENT = ("msg.revoke", "msg.system", "msg.request_welcome", "+group_id")
# A reaction to a message that is not here opens nothing.
SILENT_TYPES = ("removed", "reaction")


def messages_in(entry: dict, payload: dict) -> int:
    """Return how many messages a body leaves, by what the manifest says it contains."""
    if "two_texts" in entry["type"]:
        # Both carry the same placeholder for an id.
        return 1
    count = 0
    for item in entry["contains"]:
        if item.startswith("messages.msg."):
            silent = any(mark in item for mark in SILENT)
            count += not (silent or any(word in entry["type"] for word in SILENT_TYPES))
        elif item.startswith("smb_message_echoes"):
            count += "revoke" not in item
        elif item.startswith("calls.calls ['connect']"):
            count += 1
        elif item.startswith("history"):
            for change in payload["entry"][0]["changes"]:
                for chunk in change["value"]["history"]:
                    count += sum(len(thread["messages"]) for thread in chunk["threads"])
    return count


@pytest.mark.skipif(not third_party(), reason="PAYLOADS_DIR is not set")
@pytest.mark.parametrize("entry", third_party())
def test_a_further_sample_leaves_the_messages_it_contains(entry, clinic, settings):
    import os
    from pathlib import Path

    from providers.whatsapp.parse import parse

    path = Path(os.environ["PAYLOADS_DIR"]) / entry["folder"] / entry["file"]
    # Ids left out of a sample, "<PHONE_NUMBER_ID>", are none that a channel could have.
    payload = json.loads(re.sub("<([A-Z_]+)>", r"\1", path.read_text()))
    accounts = {(fact.account.by, fact.account.value) for fact in parse(payload)}
    for n, (by, value) in enumerate(sorted(accounts)):
        named = {"waba_id": "", "phone_number": "", by: value}
        account_id = named.pop("account_id", f"conta{n}")
        made = make.channel(clinic, name=f"Canal {n}", account_id=f"conta{n}", **named)
        # A sample may name its account as nobody could type it.
        Channel.unscoped.filter(pk=made.pk).update(account_id=account_id)
    (row,) = make.process(payload)
    assert (row.state, row.error) == (State.DONE, "")
    # What the house says itself, such as that somebody wants no advertising, is not in the sample.
    received = Message.objects.for_company(clinic).exclude(author_kind=Author.SYSTEM)
    assert received.count() == messages_in(entry, payload)


# --- routing -------------------------------------------------------------------------------------


def test_a_batch_of_several_companies_lands_in_each_and_the_unknown_waits(channel, rival_channel):
    one, two = make.body(channel, make.said("a"), make.said("b")), make.body(rival_channel)
    two["entry"][0]["changes"][0]["value"]["messages"] = [make.said("c")]
    unknown = make.body(channel, make.said("d"))
    unknown["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "999"
    batch = {**one, "entry": [*two["entry"], *unknown["entry"], *one["entry"]]}
    (row,) = make.process(batch)
    assert texts(channel) == ["a", "b"]
    assert texts(rival_channel) == ["c"]
    assert row.state == State.UNROUTED
    issue = InboundIssue.objects.get()
    assert (issue.reason, issue.account, issue.position) == ("sem_rota", "999", 1)


def test_a_payload_cannot_name_a_company(channel, rival):
    payload = make.body(channel, make.said("oi", company=str(rival.pk), company_id=str(rival.pk)))
    payload["company_id"] = str(rival.pk)
    make.process(payload)
    assert Message.unscoped.get().company_id == channel.company_id


def test_what_came_before_the_channel_is_replayed_when_it_is_connected(
    clinic, bells, django_capture_on_commit_callbacks
):
    payload = make.body(make.Channel(account_id="777", waba_id="888"), make.said("cedo"))
    (row,) = make.process(payload)
    assert row.state == State.UNROUTED
    with django_capture_on_commit_callbacks(execute=True):
        channel = make.channel(clinic, account_id="777", waba_id="888")
    assert InboundEvent.objects.get().state == State.PENDING
    assert ("webhooks.tasks.drain", ()) in bells
    pipeline.drain()
    assert texts(channel) == ["cedo"]
    assert InboundEvent.objects.get().state == State.DONE
    assert not InboundIssue.objects.exists()


def test_a_channel_connected_while_its_event_is_worked_off_is_not_missed(clinic, monkeypatch):
    """The replay on connection looks before the event is known as unrouted."""
    payload = make.body(make.Channel(account_id="777", waba_id="888"), make.said("no meio"))
    real, made = pipeline.settle_all, []

    def settle(*args):
        if not made:
            made.append(make.channel(clinic, account_id="777", waba_id="888"))
        real(*args)

    monkeypatch.setattr(pipeline, "settle_all", settle)
    make.process(payload)
    assert texts(made[0]) == ["no meio"]


def test_ten_thousand_unrouted_events_do_not_touch_a_neighbour(channel):
    stray = make.Channel(account_id="31337", waba_id="")
    make.process(
        *(make.body(stray, make.said(str(n))) for n in range(150)),
        make.body(channel, make.said("vizinho")),
    )
    assert texts(channel) == ["vizinho"]
    assert InboundEvent.objects.filter(state=State.UNROUTED).count() == 150


# --- twice ---------------------------------------------------------------------------------------


def test_the_same_webhook_three_times_stores_one_message(channel):
    payload = make.body(channel, make.said("uma vez"))
    for _ in range(3):
        make.process(payload)
    assert texts(channel) == ["uma vez"]
    assert InboundEvent.objects.count() == 1


def test_the_same_message_in_another_body_stores_one_message(channel):
    message = make.said("uma vez")
    first, second = make.process(
        make.body(channel, message), make.body(channel, message, make.said("outra"))
    )
    assert texts(channel) == ["uma vez", "outra"]
    assert {first.state, second.state} == {State.DONE}
    assert Conversation.unscoped.get().unread_count == 2


def test_replaying_everything_changes_nothing(channel, sample_channel, other_sample_channel):
    make.process(
        # Changes of identity last: on a replay they find whoever only came after them.
        *(load(name) for name in sorted(STORED, key=lambda name: "user" in name)),
        make.body(channel, make.said("a"), make.said("b", type="hologram")),
        make.body(channel, statuses=[make.receipt("wamid.x", "delivered")]),
    )
    before = counted()
    assert events_replay(InboundEvent.objects.all()) == len(STORED) + 2
    pipeline.drain()
    assert counted() == before
    assert not InboundEvent.objects.exclude(state=State.DONE).exists()


def counted() -> dict[str, int]:
    models = (Message, Conversation, Contact, ContactIdentity, StatusReceipt, ChannelNotice)
    more = (Consent, Template, AuditEntry)
    found = {model.__name__: model.unscoped.count() for model in (*models, *more)}
    found["unread"] = sum(Conversation.unscoped.values_list("unread_count", flat=True))
    return found


# --- one bad item --------------------------------------------------------------------------------


def test_one_bad_item_of_a_thousand_costs_only_itself(channel):
    messages = [make.said(str(n), **{"from": f"55119{80000000 + n % 40}"}) for n in range(1000)]
    del messages[400]["id"]
    (row,) = make.process(make.body(channel, *messages))
    assert Message.unscoped.count() == 999
    assert row.state == State.QUARANTINED
    issue = InboundIssue.objects.get()
    assert (issue.position, issue.reason) == (400, "malformado")
    assert json.loads(bytes(row.body))["entry"]


def test_one_fact_that_the_database_refuses_costs_only_itself(channel, monkeypatch):
    """A fact that fails at writing: the group, then the event, then only the fact is given up."""
    poison_fact(monkeypatch, "veneno", DataError("x"))
    good, mixed = make.process(
        make.body(channel, make.said("antes")),
        make.body(channel, make.said("um"), make.said("veneno"), make.said("dois")),
    )
    assert sorted(texts(channel)) == ["antes", "dois", "um"]
    assert (good.state, mixed.state) == (State.DONE, State.QUARANTINED)
    issue = InboundIssue.objects.get()
    assert (issue.reason, issue.detail, issue.position) == ("falhou", "DataError", 1)


def test_a_fact_for_two_channels_that_fails_in_both_is_one_issue(channel, monkeypatch):
    make.channel(channel.company, name="Dois", account_id="222")
    payload = load("template_status-paused")
    payload["entry"][0]["id"] = channel.waba_id

    def fail(**given):
        raise DataError("x")

    monkeypatch.setattr(pipeline, "facts_apply", fail)
    (row,) = make.process(payload)
    assert row.state == State.QUARANTINED
    assert InboundIssue.objects.count() == 1


def poison_fact(monkeypatch, text: str, error: Exception) -> None:
    real = pipeline.facts_apply

    def apply(*, channel, facts):
        if any(getattr(fact, "text", "") == text for fact in facts):
            raise error
        real(channel=channel, facts=facts)

    monkeypatch.setattr(pipeline, "facts_apply", apply)


def test_a_parser_that_breaks_costs_only_its_event(channel, monkeypatch):
    real = pipeline.read

    def read(event, keys):
        if b"veneno" in bytes(event.body):
            raise KeyError("bug")
        return real(event, keys)

    monkeypatch.setattr(pipeline, "read", read)
    bad, good = make.process(
        make.body(channel, make.said("veneno")), make.body(channel, make.said("bom"))
    )
    assert (bad.state, bad.error) == (State.QUARANTINED, "KeyError")
    assert good.state == State.DONE
    assert texts(channel) == ["bom"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b"NaN",
        b"1" * 5000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"<xml/>",
        b'{"entry": "x"}',
        b'{"object": "page", "entry": []}',
        b'{"object": "whatsapp_business_account"}',
        b'{"entry": [1]}',
        b'{"entry": [{"id": "1", "changes": [{"field": "messages", "value": []}]}]}',
    ],
    ids=short,
)
def test_a_body_that_is_no_webhook_ends_in_quarantine_with_a_reason(raw):
    (row,) = make.process(raw)
    assert row.state == State.QUARANTINED
    assert row.error or InboundIssue.objects.filter(event=row).exists()
    assert bytes(row.body) == raw


def test_a_source_without_an_adapter_waits_in_quarantine():
    make.event(b'{"entry":[]}', source="instagram")
    pipeline.drain()
    assert InboundEvent.objects.get().state == State.QUARANTINED


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("text", {"body": "a\x00b"}),
        ("text", {"body": "meio \ud800 par"}),
        ("text", {"body": "x" * 100_000}),
        ("text", {"body": "‮moc.live‬ ​​﻿"}),
        ("text", {"body": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L" * 500}),
        ("id", "wamid." + "x" * 5000),
        ("timestamp", "1e18"),
        ("timestamp", -5),
        ("timestamp", "0"),
        ("timestamp", "9" * 400),
        ("type", "\x00\ud800" * 40),
        ("context", {"id": "\x00", "from": None}),
        ("referral", {"headline": "\x00" * 10, "body": "\ud800", "source_url": "x" * 70_000}),
    ],
    ids=short,
)
def test_odd_values_are_stored_clean_and_never_lost(channel, member, value):
    payload = make.body(channel, make.said("texto", **{member: value}))
    raw = json.dumps(payload).encode()
    (row,) = make.process(raw)
    assert row.state == State.DONE
    stored = Message.unscoped.get()
    assert "\x00" not in stored.text
    assert bytes(row.body) == raw


@pytest.mark.parametrize(
    "name", ["a\x00b", "\ud800", "‮evil", "​​", "x" * 5000, "", None, 5, {"a": 1}], ids=short
)
def test_odd_names_are_stored_clean(channel, name):
    contacts = [{"wa_id": make.PHONE, "profile": {"name": name}}]
    (row,) = make.process(make.body(channel, make.said("oi"), contacts=contacts))
    assert row.state == State.DONE
    assert len(Contact.unscoped.get().name) <= 255


def test_moments_of_the_future_are_clamped_and_still_ordered(channel):
    now = timezone.now().timestamp()
    make.process(make.body(channel, make.said("futuro", at=now + 9000), make.said("agora", at=now)))
    future = Message.unscoped.get(text="futuro")
    assert (future.happened_at - timezone.now()).total_seconds() < 61


@pytest.mark.django_db(transaction=True)
def test_news_of_one_kind_posted_to_anothers_address_is_read_by_its_own(clinic):
    channel = make.channel(clinic)
    assert (
        post(
            json.dumps(make.body(channel, make.said("pelo endereço do Instagram"))).encode(),
            path="/webhooks/instagram/",
        ).status
        == 200
    )
    pipeline.drain()
    assert texts(channel) == ["pelo endereço do Instagram"]


# --- attempts ------------------------------------------------------------------------------------


@contextmanager
def a_worker_that_dies_on(monkeypatch, text: str):
    """Stand for an event that kills its process: the transaction ends, nothing after it runs."""

    class Killed(BaseException):
        pass

    real = pipeline.read

    def read(event, keys):
        if text.encode() in bytes(event.body):
            raise Killed
        return real(event, keys)

    def drain() -> None:
        try:
            pipeline.drain()
        except Killed:
            pass

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "read", read)
        yield drain


def test_a_killed_worker_leaves_its_event_to_the_next(channel, monkeypatch):
    make.event(make.body(channel, make.said("sozinha")))
    with a_worker_that_dies_on(monkeypatch, "sozinha") as drain:
        drain()
        assert InboundEvent.objects.get().state == State.PENDING
        drain()
        row = InboundEvent.objects.get()
        # The first attempt left its mark only; it is counted with the second.
        assert (row.state, row.attempts) == (State.PROCESSING, 2)
    assert pipeline.drain() == 1
    assert InboundEvent.objects.get().state == State.DONE
    assert texts(channel) == ["sozinha"]


def test_an_event_that_kills_its_worker_is_quarantined_after_five_and_alone(channel, monkeypatch):
    rows = [make.event(make.body(channel, make.said(text))) for text in ("a", "veneno", "b", "c")]
    assert len({tuple(row.lanes) for row in rows}) == 1
    with a_worker_that_dies_on(monkeypatch, "veneno") as drain:
        for _ in range(6):
            drain()
        states = list(InboundEvent.objects.order_by("id").values_list("state", "attempts"))
        assert states[1] == (State.QUARANTINED, 6)
        assert [state for state, _ in states].count(State.DONE) == 3
    assert texts(channel) == ["a", "b", "c"]
    assert InboundEvent.objects.get(pk=rows[1].pk).error


def test_a_person_whom_the_database_troubles_does_not_stop_the_others(channel, monkeypatch):
    other = make.channel(channel.company, name="Dois", account_id="224", waba_id="")
    bad = make.event(make.body(channel, make.said("veneno")))
    good = make.event(make.body(other, make.said("bom", **{"from": "5511988887777"})))
    assert set(bad.lanes).isdisjoint(good.lanes)
    error = OperationalError("lock timeout")
    poison_fact(monkeypatch, "veneno", error)
    for turn in range(1, 6):
        pipeline.drain()
        assert InboundEvent.objects.get(pk=bad.pk).attempts == turn
        assert InboundEvent.objects.get(pk=good.pk).state == State.DONE
    pipeline.drain()
    assert InboundEvent.objects.get(pk=bad.pk).state == State.QUARANTINED


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_deadlock_is_tried_again_and_nobody_notices(channel, monkeypatch, sqlstate):
    error = OperationalError("deadlock detected")
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": sqlstate})()
    real, calls = pipeline.facts_apply, []

    def apply(**given):
        calls.append(1)
        if len(calls) < 3:
            raise error
        real(**given)

    monkeypatch.setattr(pipeline, "facts_apply", apply)
    (row,) = make.process(make.body(channel, make.said("insiste")))
    assert len(calls) == 3
    assert (row.state, row.attempts) == (State.DONE, 1)
    assert texts(channel) == ["insiste"]


def test_a_replayed_event_starts_counting_anew(channel, monkeypatch):
    row = make.event(make.body(channel, make.said("veneno")))
    with a_worker_that_dies_on(monkeypatch, "veneno") as drain:
        for _ in range(6):
            drain()
    events_replay(InboundEvent.objects.filter(pk=row.pk))
    pipeline.drain()
    assert InboundEvent.objects.get(pk=row.pk).state == State.DONE
    assert texts(channel) == ["veneno"]


def test_a_replay_leaves_what_still_waits_alone(channel):
    make.event(make.body(channel, make.said("espera")))
    assert events_replay(InboundEvent.objects.all()) == 0


# --- people, in order ----------------------------------------------------------------------------


def test_who_wrote_before_changing_number_is_the_same_person_even_in_one_group(channel):
    """First message, change of number and next message wait together: order must hold."""
    old, new = "5511988887777", "5511977776666"
    changed = {
        "from": old,
        "id": "wamid.troca",
        "timestamp": str(int(timezone.now().timestamp())),
        "type": "system",
        "system": {"type": "user_changed_number", "wa_id": new, "body": "mudou"},
    }
    make.process(
        make.body(channel, make.said("do antigo", **{"from": old})),
        make.body(channel, changed),
        make.body(channel, make.said("do novo", **{"from": new})),
    )
    assert Contact.unscoped.count() == 1
    assert texts(channel) == ["do antigo", "do novo"]


def test_the_channel_remembers_that_it_was_heard(channel):
    assert channel.last_webhook_at is None
    make.process(make.body(channel, make.said()))
    channel.refresh_from_db()
    assert (timezone.now() - channel.last_webhook_at).total_seconds() < 5


# --- retention -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "days", "kept"),
    [
        (State.DONE, 29, True),
        (State.DONE, 31, False),
        (State.QUARANTINED, 29, True),
        (State.QUARANTINED, 31, False),
        (State.UNROUTED, 6, True),
        (State.UNROUTED, 8, False),
        (State.PENDING, 400, True),
        (State.PROCESSING, 400, True),
    ],
)
def test_bodies_are_kept_as_long_as_the_policy_says(channel, state, days, kept):
    row = make.event(make.body(channel, make.said()))
    InboundEvent.objects.filter(pk=row.pk).update(
        state=state, created_at=timezone.now() - timezone.timedelta(days=days)
    )
    ledger_purge()
    assert InboundEvent.objects.exists() is kept
