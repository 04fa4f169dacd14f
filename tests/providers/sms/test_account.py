"""What an SMS channel asks of its administrator."""

from __future__ import annotations

from typing import Any

import pytest

from providers.sms.account import ACCOUNT
from providers.sms.adapter import SmsAdapter
from providers.sms.providers import PROVIDERS
from providers.sms.warnings import warnings_of
from tests.providers.sms.conftest import account_of

TWILIO = {"provider": "twilio", "sender": "27900", "account_sid": "AC" + "0" * 32}
GENERIC = {"provider": "generico", "sender": "27900", "url": "https://sms.example/{{numero}}"}


def errors(settings: dict[str, Any], secrets: dict[str, str] | None = None) -> set[str]:
    given = ACCOUNT.read(settings, secrets or {}, kept_settings={}, kept_secrets={}, columns={})
    return set(given.errors)


def test_each_provider_asks_for_its_own():
    asked = {
        name: {one.name for one in ACCOUNT.fields_for({"provider": name}) if one.is_required}
        for name in ("twilio", "zenvia", "infobip", "generico")
    }
    common = {"provider", "sender"}
    assert asked == {
        "twilio": common | {"account_sid", "auth_token"},
        "zenvia": common | {"api_token"},
        "infobip": common | {"base_url", "api_key"},
        "generico": common | {"url"},
    }


@pytest.mark.parametrize(
    ("settings", "secrets", "wrong"),
    [
        (TWILIO, {"auth_token": "x"}, set()),
        ({**TWILIO, "account_sid": "AC1"}, {}, {"settings.account_sid"}),
        ({**TWILIO, "sender": ""}, {}, {"settings.sender"}),
        ({**TWILIO, "url": "https://x.example"}, {}, {"settings.url"}),
        ({"provider": "outro", "sender": "1234"}, {}, {"settings.provider"}),
        (GENERIC, {"headers": "X-Key: 1"}, set()),
        ({**GENERIC, "url": "http://sms.example/"}, {}, {"settings.url"}),
        ({**GENERIC, "url": "https://10.0.0.1/"}, {}, {"settings.url"}),
        ({**GENERIC, "body": "{{nome}}"}, {}, {"settings.body"}),
        ({**GENERIC, "id_path": "a b"}, {}, {"settings.id_path"}),
        (GENERIC, {"headers": "sem dois pontos"}, {"credentials.headers"}),
        (GENERIC, {"headers": "Host: outro"}, {"credentials.headers"}),
        (GENERIC, {"headers": "A: b\r\nC"}, {"credentials.headers"}),
    ],
)
def test_what_nobody_can_follow_is_refused(settings, secrets, wrong):
    assert errors(settings, secrets) == wrong


def test_an_account_is_named_by_provider_account_and_sender():
    assert ACCOUNT.account_id is not None
    assert ACCOUNT.account_id(TWILIO) == f"twilio:{TWILIO['account_sid']}:27900"
    url = "https://sms.example/send?key=segredo"
    assert ACCOUNT.account_id({**GENERIC, "url": url}) == "generico:sms.example:27900"


@pytest.mark.parametrize(
    ("provider", "is_tried", "words"),
    [
        ("twilio", False, "a Twilio"),
        ("zenvia", False, "a Zenvia"),
        ("infobip", False, "a Infobip"),
        ("generico", True, "o provedor"),
    ],
)
def test_who_confirms_no_account_is_proven_by_a_test(provider, is_tried, words):
    settings = {"provider": provider}
    assert (ACCOUNT.is_tried(settings), ACCOUNT.provider_words(settings)) == (is_tried, words)


def test_each_provider_has_its_guide():
    assert set(ACCOUNT.guides) == set(PROVIDERS)


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        (account_of("twilio"), ()),
        (account_of("zenvia"), ("avisos_sem_segredo",)),
        (account_of("zenvia", {"callback_header": "x"}), ()),
        (account_of("infobip"), ("avisos_sem_segredo",)),
        (account_of("infobip", callback_user="clinica"), ("avisos_sem_segredo",)),
        (account_of("infobip", {"callback_password": "x"}), ()),
        (account_of("infobip", {"callback_secret": "x"}), ()),
        (account_of("generico"), ()),
        (account_of("generico", url="HTTP://sms.example/send"), ("sem_https",)),
        (account_of("infobip", {"callback_secret": "x"}, base_url="http://x"), ("sem_https",)),
    ],
)
def test_what_an_account_lacks_is_told(account, codes, settings):
    settings.DEBUG = False
    assert SmsAdapter().tried(account).warnings == codes
    assert all(SmsAdapter().warning_words(code) != code for code in codes)


def test_where_somebody_develops_a_provider_may_be_plain(settings):
    settings.DEBUG = True
    assert warnings_of(account_of("generico", url="http://127.0.0.1:8001/send")) == ()
