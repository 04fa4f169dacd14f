"""Every WhatsApp webhook fixture, and what it says."""

from datetime import UTC, datetime

import pytest

from contacts.refs import IdentityKind, IdentityRef
from providers.choices import MessageKind, MessageStatus
from providers.facts import (
    AccountNotice,
    AccountRef,
    IdentityChange,
    Ignored,
    InboundMessage,
    Malformed,
    PreferenceUpdate,
    StatusUpdate,
    TemplateUpdate,
)
from tests.providers.payloads import FIXTURES, facts, load, samples

NUMBER = "106540352242922"
MARIANA = (
    IdentityRef(IdentityKind.WA_BSUID, "BR.1502576394655843"),
    IdentityRef(IdentityKind.WA_PHONE, "5511987654321"),
)


def at(stamp):
    return datetime.fromtimestamp(stamp, UTC)


# fixture -> one tuple per fact: its type and the members that matter
TABLE = {
    "batch-two_wabas_messages_and_statuses": [
        (InboundMessage, {"external_id": "wamid.BATCH1", "text": "primeira"}),
        (InboundMessage, {"external_id": "wamid.BATCH2", "text": "segunda"}),
        (StatusUpdate, {"external_id": "wamid.OUT1", "status": MessageStatus.READ}),
        (
            StatusUpdate,
            {
                "external_id": "wamid.OUT1",
                "status": MessageStatus.DELIVERED,
                "pricing": {
                    "billable": True,
                    "pricing_model": "PMP",
                    "type": "regular",
                    "category": "utility",
                },
            },
        ),
        (
            InboundMessage,
            {
                "account": AccountRef("206540352242000"),
                "external_id": "wamid.BATCH3",
                "kind": MessageKind.IMAGE,
            },
        ),
    ],
    "business_username_update": [
        (
            AccountNotice,
            {
                "account": AccountRef("551130900000", "phone_number"),
                "code": "business_username_update",
                "health": {"username": "clinica.sorriso", "username_status": "approved"},
            },
        )
    ],
    "contacts-request_bsuid": [
        (
            InboundMessage,
            {
                "kind": MessageKind.CONTACT,
                "person.identities": MARIANA[:1],
                "person.username": "mari.alves",
                "kept": {
                    "contacts": [
                        {
                            "name": "",
                            "phones": [
                                {
                                    "phone": "+55 11 98765-4321",
                                    "wa_id": "5511987654321",
                                    "type": "CELL",
                                }
                            ],
                            "origin": "contact_request",
                        }
                    ],
                    "shared_phone": "5511987654321",
                },
            },
        )
    ],
    "empty_entry": [],
    "status-delivered-service_free_tier_2026_10": [
        (
            StatusUpdate,
            {
                "status": MessageStatus.DELIVERED,
                "recipient": MARIANA,
                "pricing": {
                    "billable": False,
                    "pricing_model": "PMP",
                    "type": "free_customer_service",
                    "category": "service",
                },
            },
        )
    ],
    "status-delivered-service_regular_2026_10": [
        (
            StatusUpdate,
            {
                "happened_at": at(1792000100),
                "pricing": {
                    "billable": True,
                    "pricing_model": "PMP",
                    "type": "regular",
                    "category": "service",
                },
            },
        )
    ],
    "status-sent-free_entry_point": [
        (
            StatusUpdate,
            {
                "status": MessageStatus.SENT,
                "recipient": MARIANA[1:],
                "metadata": {
                    "conversation": {
                        "id": "8f842dbba350821654c9dfed31f5635c",
                        "expiration_timestamp": "1767485400",
                        "origin": "referral_conversion",
                    }
                },
            },
        )
    ],
    "status-unknown": [(Ignored, {"what": "status.archived"})],
    "system-user_changed_user_id": [
        (
            IdentityChange,
            {
                "old": MARIANA[1],
                "new": IdentityRef(IdentityKind.WA_BSUID, "BR.9912576394651111"),
                "happened_at": at(1767226000),
            },
        ),
        (
            IdentityChange,
            {"old": MARIANA[1], "new": IdentityRef(IdentityKind.WA_PHONE, "5511912340000")},
        ),
    ],
    "template_status-paused": [
        (
            TemplateUpdate,
            {
                "account": AccountRef("102290129340398", "waba_id"),
                "external_id": "1689556908129832",
                "name": "lembrete_consulta",
                "language": "pt_BR",
                "status": "PAUSED",
                "category": "UTILITY",
                "happened_at": at(1767225600),
            },
        )
    ],
    "text-brazil_12_digits": [
        (
            InboundMessage,
            {
                "person.identities": (
                    IdentityRef(IdentityKind.WA_BSUID, "BR.2202576394650001"),
                    IdentityRef(IdentityKind.WA_PHONE, "554198887777"),
                ),
                "person.name": "João Pereira",
            },
        )
    ],
    "text-brazil_13_digits": [(InboundMessage, {"text": "Quero remarcar"})],
    "text-brazil_landline": [(InboundMessage, {"person.name": "Padaria Central"})],
    "text-bsuid_and_phone": [
        (
            InboundMessage,
            {
                "account": AccountRef(NUMBER),
                "kind": MessageKind.TEXT,
                "text": "Boa tarde, vocês atendem aos sábados? 😊",
                "happened_at": at(1767225601),
                "person.identities": MARIANA,
                "person.name": "Mariana Alves",
                "opens_window": True,
                "is_echo": False,
                "kept": {},
            },
        )
    ],
    "unknown_field": [(Ignored, {"what": "unknown.some_new_field_2027"})],
    "unknown_type": [
        (
            InboundMessage,
            {
                "kind": MessageKind.UNSUPPORTED,
                "external_id": "wamid.UNKNOWNTYPE1",
                "kept": {"unsupported": {"type": "hologram"}},
                "opens_window": True,
            },
        )
    ],
    "user_id_update": [
        (
            IdentityChange,
            {
                "old": MARIANA[0],
                "new": IdentityRef(IdentityKind.WA_BSUID, "BR.9912576394651111"),
                "happened_at": at(1767226001),
            },
        )
    ],
    "user_preferences-stop_bsuid": [
        (
            PreferenceUpdate,
            {"granted": False, "person.identities": MARIANA, "happened_at": at(1767226100)},
        )
    ],
}


def member(fact, path):
    for name in path.split("."):
        fact = getattr(fact, name)
    return fact


@pytest.mark.parametrize("name", TABLE)
def test_a_webhook_fixture_says_what_it_says(name):
    found = facts(load(name))
    assert [type(fact) for fact in found] == [kind for kind, _members in TABLE[name]]
    for fact, (_kind, members) in zip(found, TABLE[name], strict=True):
        assert {path: member(fact, path) for path in members} == members


def test_every_webhook_fixture_stands_in_the_table():
    webhooks = {
        path.stem
        for path in FIXTURES.glob("*.json")
        if not path.stem.startswith(("request-", "response-", "error-", "signature_"))
    }
    assert webhooks == set(TABLE)


# What a manifest calls one item, where we give another number of facts for it.
FACTS_PER_ITEM = {
    "messages.msg.system:user_changed_user_id from=5511987654321 uid=None": 2,
    # One chunk of imported conversations with four messages.
    "history.history [None]": 4,
}


@pytest.mark.parametrize(("entry", "payload"), samples("webhook"))
def test_a_further_sample_parses_whole(entry, payload):
    found = facts(payload)
    assert not [fact for fact in found if isinstance(fact, Malformed)]
    expected = sum(
        FACTS_PER_ITEM.get(item, 1) for item in entry["contains"] if not item.startswith("empty ")
    )
    assert len(found) == expected
    messages = [item for item in entry["contains"] if item.startswith("messages.msg.")]
    plain = [
        item
        for item in messages
        if not item.startswith(("messages.msg.system", "messages.msg.request_welcome"))
        and "+group_id" not in item
    ]
    lost = [fact for fact in found if isinstance(fact, Ignored)]
    if messages and len(plain) == len(entry["contains"]):
        assert not lost


@pytest.mark.parametrize(("entry", "payload"), samples("webhook"))
def test_statuses_of_a_further_sample_are_read_as_they_are_named(entry, payload):
    named = [
        item.removeprefix("messages.status.").split()[0]
        for item in entry["contains"]
        if item.startswith("messages.status.") and "recipient_type" not in item
    ]
    words = {
        "sent": MessageStatus.SENT,
        "delivered": MessageStatus.DELIVERED,
        "read": MessageStatus.READ,
        "played": MessageStatus.PLAYED,
        "failed": MessageStatus.FAILED,
    }
    found = [fact for fact in facts(payload) if isinstance(fact, StatusUpdate)]
    assert [fact.status for fact in found] == [words[word] for word in named if word in words]
    assert all(fact.fault for fact in found if fact.status == MessageStatus.FAILED)
