"""What comes to a channel's own address: whose it is, who sent it, and for whom it may speak."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.utils import timezone

from config.gathering import metrics
from omnichannel.models import Channel, Message
from omnichannel.services.proving import connected
from providers.registry import ADAPTERS, DOORS
from tests import make
from tests.webhooks.caller import with_receiver
from tests.webhooks.doors import KEY, SECRET, SOURCE, KeyedAdapter, KeyedDoor, address, give, sign
from webhooks import pipeline
from webhooks.door_keys import FORGED, NOT_CONNECTED, UNKNOWN_KEY
from webhooks.models import InboundEvent, InboundIssue
from webhooks.retention import bodies_forget, events_replay, replay_for_channel

pytestmark = pytest.mark.django_db(transaction=True)
State = InboundEvent.State
OTHER_KEY = "another_channels-key-0"


@pytest.fixture(autouse=True)
def _provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOORS, "teste", KeyedDoor())
    monkeypatch.setitem(ADAPTERS, SOURCE, KeyedAdapter())


def keyed(company, key: str = KEY, **values) -> Channel:
    """Make a proven channel with an address of its own."""
    given = {
        "kind": SOURCE,
        "name": f"SMS {key}",
        "account_id": "551133330000",
        "phone_number": "+551133330000",
        "credentials": {"secret": SECRET},
        "proven_at": timezone.now(),
    }
    return Channel.unscoped.create(company=company, door_key=key, **{**given, **values})


@pytest.fixture
def sms(clinic) -> Channel:
    return keyed(clinic)


def said(words: str = "oi", **fields: str) -> bytes:
    return urlencode({"From": "+5511988880001", "Body": words, "id": words, **fields}).encode()


def arrive(body: bytes, *, key: str = KEY, secret: str = SECRET, **given) -> InboundEvent:
    """Post to a channel's address, work it off, and return the event as it ended."""
    headers = [(b"x-signature", sign(body or given.get("query", b""), secret))]
    give_to = {"path": address(key), "headers": headers, **given}
    before = set(InboundEvent.objects.values_list("pk", flat=True))
    assert with_receiver(lambda r: give(r, body, **give_to)).status == 200
    pipeline.drain()
    rows = InboundEvent.objects.exclude(pk__in=before)
    return rows.get() if rows else InboundEvent.objects.latest("pk")


def texts() -> list[tuple[str, str]]:
    rows = Message.unscoped.order_by("created_at", "text").select_related("channel")
    return [(row.channel.door_key or "", row.text) for row in rows]


# --- who sent it ---------------------------------------------------------------------------------


def test_what_the_channels_secret_proves_is_stored_as_that_channels(sms, rival):
    keyed(rival, OTHER_KEY, account_id="551144440000")
    event = arrive(said("bom dia"))
    assert (event.state, event.error, event.is_unproven) == (State.DONE, "", None)
    assert texts() == [(KEY, "bom dia")]
    assert Message.unscoped.get().company_id == sms.company_id
    sms.refresh_from_db()
    assert sms.last_webhook_at is not None


def test_a_wrong_signature_is_quarantined_and_nothing_of_it_read(sms, monkeypatch):
    def read(*args):
        raise AssertionError("an unproven body is not read")

    monkeypatch.setattr(KeyedAdapter, "read", read)
    event = arrive(said(), secret="outro")
    assert (event.state, event.error) == (State.QUARANTINED, FORGED)
    assert event.is_unproven
    assert not Message.unscoped.exists()


@pytest.mark.parametrize("headers", [[], [(b"x-signature", b"")], [(b"x-signature", b"x" * 9000)]])
def test_without_a_signature_nothing_is_read(sms, headers):
    event = arrive(said(), headers=headers)
    assert (event.state, event.error) == (State.QUARANTINED, FORGED)


def test_another_channels_secret_proves_nothing(sms, rival):
    keyed(rival, OTHER_KEY, account_id="551144440000", credentials={"secret": "do-rival"})
    assert arrive(said("a"), secret="do-rival").error == FORGED
    assert arrive(said("b"), key=OTHER_KEY).error == FORGED
    assert texts() == []


def test_a_channel_without_a_secret_is_proven_by_nothing(clinic):
    keyed(clinic, credentials={})
    assert arrive(said(), secret="").error == FORGED


def test_once_the_secret_is_mended_a_replay_proves_and_stores(sms):
    event = arrive(said("com o segredo novo"), secret="novo")
    sms.credentials = {"secret": "novo"}
    sms.save(update_fields=["credentials"])
    assert events_replay(InboundEvent.objects.all()) == 1
    pipeline.drain()
    event.refresh_from_db()
    assert (event.state, event.error, event.is_unproven) == (State.DONE, "", None)
    assert texts() == [(KEY, "com o segredo novo")]


def test_a_kind_that_says_nothing_of_proof_takes_nothing_unproven(sms, monkeypatch):
    class Trusting(KeyedAdapter.__mro__[1]):
        kind = SOURCE
        policy, account = KeyedAdapter.policy, KeyedAdapter.account
        read, parse = KeyedAdapter.read, KeyedAdapter.parse
        check, send = KeyedAdapter.check, KeyedAdapter.send

    monkeypatch.setitem(ADAPTERS, SOURCE, Trusting())
    assert arrive(said()).error == FORGED


def test_a_proof_that_breaks_is_none(sms, monkeypatch):
    def proves(*args):
        raise ValueError("bug")

    monkeypatch.setattr(KeyedAdapter, "proves", proves)
    event = arrive(said())
    assert (event.state, event.error) == (State.QUARANTINED, "ValueError")
    assert event.is_unproven


def test_a_replayed_capture_changes_nothing(sms):
    body = said("uma vez")
    for _ in range(3):
        arrive(body)
    InboundEvent.objects.all().delete()
    arrive(body)
    assert texts() == [(KEY, "uma vez")]


def test_a_get_is_proven_and_read_like_a_post(sms):
    assert arrive(b"", method="GET", query=said("pelo endereço")).state == State.DONE
    assert texts() == [(KEY, "pelo endereço")]


# --- whose key -----------------------------------------------------------------------------------


def test_an_unknown_key_is_kept_without_naming_it(sms):
    event = arrive(said(), key=OTHER_KEY)
    assert (event.state, event.error) == (State.UNROUTED, UNKNOWN_KEY)
    assert not InboundIssue.objects.exists()
    assert not Message.unscoped.exists()


def test_a_key_opens_only_the_doors_of_its_own_kind(clinic):
    whatsapp = make.channel(clinic)
    whatsapp.door_key, whatsapp.credentials = KEY, {"secret": SECRET}
    whatsapp.save()
    assert arrive(said()).error == UNKNOWN_KEY


def test_what_came_before_the_channel_was_connected_is_stored_when_it_is(clinic):
    sms = keyed(clinic, proven_at=None)
    for words in ("cedo", "mais"):
        assert arrive(said(words)).error == NOT_CONNECTED
    forged = arrive(said("falso"), secret="outro")
    pipeline.drain()
    assert texts() == []
    sms.proven_at = timezone.now()
    sms.save(update_fields=["proven_at"])
    for observer in connected:
        observer(sms)
    pipeline.drain()
    assert texts() == [(KEY, "cedo"), (KEY, "mais")]
    forged.refresh_from_db()
    assert (forged.state, forged.error) == (State.QUARANTINED, FORGED)
    assert not InboundIssue.objects.exists()


def test_an_event_tried_again_before_its_channel_is_connected_waits_on(clinic):
    sms = keyed(clinic, proven_at=None)
    arrive(said())
    events_replay(InboundEvent.objects.all())
    pipeline.drain()
    assert InboundEvent.objects.get().error == NOT_CONNECTED
    assert InboundIssue.objects.get().account == str(sms.pk)


def test_a_channel_connected_while_its_event_is_worked_off_is_not_missed(clinic, monkeypatch):
    sms = keyed(clinic, proven_at=None)
    real = pipeline.settle_unproven

    def settle(*args):
        Channel.unscoped.filter(pk=sms.pk).update(proven_at=timezone.now())
        replay_for_channel(Channel.unscoped.get(pk=sms.pk))
        real(*args)

    monkeypatch.setattr(pipeline, "settle_unproven", settle)
    arrive(said("no meio"))
    assert texts() == [(KEY, "no meio")]


# --- for whom it may speak -----------------------------------------------------------------------


@pytest.mark.parametrize("to", ["", "551133330000", "+551133330000"])
def test_a_body_may_name_the_channels_own_account_or_none(sms, to):
    assert arrive(said(To=to)).state == State.DONE
    assert len(texts()) == 1


def test_a_body_that_names_another_account_is_nobodys(sms, rival):
    keyed(rival, OTHER_KEY, account_id="551144440000", phone_number="+551144440000")
    for fields in ({"To": "551144440000"}, {"To": "+551144440000"}, {"Account": "551144440000"}):
        event = arrive(said(str(fields), **fields))
        assert (event.state, event.issues.get().account.lstrip("+")) == (
            State.UNROUTED,
            "551144440000",
        )
    assert texts() == []


def test_a_body_that_names_its_own_account_by_its_id_is_the_channels(sms):
    assert arrive(said(Account="551133330000")).state == State.DONE
    assert texts() == [(KEY, "oi")]


def test_the_account_it_was_for_gets_it_once_the_channel_has_that_account(sms):
    arrive(said("número novo", To="551155550000"))
    Channel.unscoped.update(account_id="551155550000")
    assert replay_for_channel(Channel.unscoped.get()) == 1
    pipeline.drain()
    assert texts() == [(KEY, "número novo")]


def test_two_channels_same_body_is_two_messages_and_two_events(sms, rival):
    keyed(rival, OTHER_KEY, account_id="551144440000")
    arrive(said("igual"))
    arrive(said("igual"), key=OTHER_KEY)
    assert sorted(texts()) == [(OTHER_KEY, "igual"), (KEY, "igual")]
    assert {row.company_id for row in Message.unscoped.all()} == {sms.company_id, rival.pk}


def test_good_forged_and_unknown_in_one_group_each_end_as_they_should(sms):
    for n in range(4):
        for key, secret in ((KEY, SECRET), (KEY, "outro"), (OTHER_KEY, SECRET)):
            body = said(f"{n}-{secret}")
            headers = [(b"x-signature", sign(body, secret))]
            given = {"path": address(key), "headers": headers}
            with_receiver(lambda r, b=body, g=given: give(r, b, **g))
    pipeline.drain()
    ended = sorted(InboundEvent.objects.values_list("state", "error"))
    assert ended == sorted(
        [(State.DONE, "")] * 4
        + [(State.QUARANTINED, FORGED)] * 4
        + [(State.UNROUTED, UNKNOWN_KEY)] * 4
    )
    assert len(texts()) == 4


# --- what is left of it --------------------------------------------------------------------------


def test_an_erasure_reaches_forms_and_addresses_and_leaves_others_quarantine(sms, rival):
    keyed(rival, OTHER_KEY, account_id="551144440000")
    stored = [arrive(said("um")), arrive(b"", method="GET", query=said("dois"))]
    mine = arrive(said("meu"), secret="outro")
    theirs = arrive(said("deles"), key=OTHER_KEY, secret="outro")
    assert bodies_forget(["5511988880001", "ana@exemplo.com.br"], keys=[KEY]) == 3
    for event in (*stored, mine):
        event.refresh_from_db()
        assert (event.raw, event.request) == (b"", None)
    theirs.refresh_from_db()
    assert theirs.raw == said("deles")
    # What is empty is read by nobody when it is put in line again.
    events_replay(InboundEvent.objects.exclude(pk=theirs.pk))
    pipeline.drain()
    assert sorted(texts()) == [(KEY, "dois"), (KEY, "um")]


def test_an_address_that_a_form_encodes_is_found_too(sms):
    arrive(said("oi", email="ana@exemplo.com.br"))
    assert b"ana%40exemplo" in InboundEvent.objects.get().raw
    assert bodies_forget(["ana@exemplo.com.br"]) == 1


def test_the_metrics_count_what_nothing_proved(sms):
    arrive(said("a"), secret="outro")
    arrive(said("b"), secret="outro")
    arrive(said("c"), key=OTHER_KEY)
    arrive(said("d"))
    told = metrics().decode()
    assert "central_inbound_forged 2.0" in told
    assert "central_inbound_unknown_keys 1.0" in told


# --- what no reader should have to read ----------------------------------------------------------

FORM = b"application/x-www-form-urlencoded"
JSON = b"application/json"


@pytest.fixture
def real(clinic, monkeypatch) -> Channel:
    """A channel of the SMS adapter itself, whose provider is whoever knows the address."""
    monkeypatch.undo()
    settings = {"provider": "zenvia", "sender": "551133330000"}
    return keyed(clinic, settings=settings, credentials={"token": "t"})


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"&".join(b"f%d=%d" % (n, n) for n in range(10_000)), FORM),
        (b"a=%FF%00%ZZ&=&&&b", FORM),
        (b"[" * 100_000, JSON),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, JSON),
        (b'{"type": "MESSAGE", "message": {"from": {"x": []}, "contents": 7}}', JSON),
        (b'{"n": ' + b"9" * 10_000 + b"}", JSON),
        (b'{"type": "\\ud800", "message": NaN}', JSON),
        (b"eyJ0eXBlIjogIk1FU1NBR0UifQ==", JSON),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"text/xml"),
        (
            b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x--",
            b"multipart/form-data",
        ),
        (b"\x1f\x8b\x08\x00" + bytes(range(256)), b"application/octet-stream"),
        (b"null", JSON),
        (b'"texto"', JSON),
        (b"\xff\xfe\x00", b"\xff"),
    ],
    ids=lambda one: repr(one[:24]),
)
def test_whatever_comes_to_a_real_door_ends_and_holds_nobody_up(real, body, media_type):
    path = f"/webhooks/sms/{KEY}/"
    event = arrive(body, path=path, headers=[(b"content-type", media_type)])
    assert event.state in (State.DONE, State.QUARANTINED, State.UNROUTED)
    assert event.error not in ("cinco tentativas sem sucesso", UNKNOWN_KEY, FORGED)
    assert not Message.unscoped.exists()
