"""What a kind declares of its accounts: how given values are read, kept and refused."""

from __future__ import annotations

from typing import Any

import pytest

from providers import account as words
from providers.account import AccountShape, Field, Given
from providers.offers import offers
from providers.outgoing import Account
from providers.pulled import Pulled
from providers.registry import ADAPTERS, adapter_for, shape_of

SHAPE = AccountShape(
    fields=(
        Field("provider", "p", input="choice", choices=(("a", "A"), ("b", "B")), is_required=True),
        Field("number", "n", column="account_id", is_required=True, names_account=True),
        Field("host", "h", input="url", only=("a",), is_required=True),
        Field("user", "u", pattern="[a-z]+", max_length=5, only=("b",), default="x"),
        Field("plain", "f", input="flag", default=False),
        Field("token", "t", is_secret=True, is_required=True, max_length=9),
        Field("old", "o", is_secret=True, only=("b",)),
    ),
    check=lambda settings, secrets: {"plain": "não"} if secrets.get("token") == "falso" else {},
    chosen_by="provider",
)
KEPT: dict[str, Any] = {"provider": "a", "host": "https://a.example", "plain": True}


def read(
    settings: dict[str, Any] | None = None,
    secrets: dict[str, Any] | None = None,
    *,
    kept: dict[str, Any] | None = None,
    number: str = "1",
) -> Given:
    """Read what was given over what is kept."""
    return SHAPE.read(
        settings or {},
        secrets or {},
        kept_settings=KEPT if kept is None else kept,
        kept_secrets={"token": "velho"},
        columns={"account_id": number},
    )


def test_what_was_not_given_stays_and_an_empty_setting_goes_but_no_secret_does():
    found = read({"plain": False}, {"token": " "})
    assert found.settings == {**KEPT, "plain": False}
    assert (found.secrets, found.errors) == ({"token": "velho"}, {})
    assert read(kept={"provider": "b", "user": "ana"}).settings["user"] == "ana"
    assert "user" not in read({"user": ""}, kept={"provider": "b", "user": "ana"}).settings


@pytest.mark.parametrize(
    ("settings", "secrets", "path", "sentence"),
    [
        ({"cor": "azul"}, {}, "settings.cor", words.UNKNOWN),
        ({}, {"senha": "x"}, "credentials.senha", words.UNKNOWN),
        # A secret is no setting, and a setting no secret.
        ({"token": "x"}, {}, "settings.token", words.UNKNOWN),
        ({}, {"host": "x"}, "credentials.host", words.UNKNOWN),
        # Another provider's field.
        ({"user": "ana"}, {}, "settings.user", words.UNKNOWN),
        ({}, {"old": "x"}, "credentials.old", words.UNKNOWN),
        ({"host": ""}, {}, "settings.host", words.REQUIRED),
        ({"host": "ftp://x"}, {}, "settings.host", words.NOT_URL),
        ({"host": "https://eu@x.example"}, {}, "settings.host", words.NOT_URL),
        ({"host": "https://x:porta"}, {}, "settings.host", words.NOT_URL),
        ({"host": 7}, {}, "settings.host", words.NOT_TEXT),
        ({"host": "a\x00b"}, {}, "settings.host", words.NOT_TEXT),
        ({"plain": "sim"}, {}, "settings.plain", words.NOT_FLAG),
        ({"provider": "c"}, {}, "settings.provider", words.NOT_CHOICE),
        ({"provider": "b"}, {}, "settings.provider", words.FIXED),
        ({"provider": ""}, {}, "settings.provider", words.FIXED),
        ({}, {"token": "1234567890"}, "credentials.token", words.TOO_LONG),
        ({}, {"token": "falso"}, "settings.plain", "não"),
    ],
)
def test_what_a_kind_does_not_take_is_told_where_it_stands(settings, secrets, path, sentence):
    assert read(settings, secrets).errors[path] == [sentence]


def test_a_form_is_matched_to_its_end():
    kept = {"provider": "b"}
    assert read({"user": "ana"}, kept=kept).errors == {}
    assert read({"user": "ana1"}, kept=kept).errors == {"settings.user": [words.NOT_FORM]}


def test_a_column_is_read_as_any_other_value():
    assert read(number="").errors == {"number": [words.REQUIRED]}
    assert SHAPE.whole(KEPT, {"account_id": "7"})["number"] == "7"


def test_what_nobody_gave_has_its_default_and_a_foreign_field_has_none():
    assert SHAPE.whole({"provider": "b"}, {}) == {
        "provider": "b",
        "number": "",
        "user": "x",
        "plain": False,
    }
    assert "user" not in SHAPE.whole({"provider": "a"}, {})


def test_a_secret_that_lacks_is_told_of_and_no_error():
    assert [one.name for one in SHAPE.lacking({"provider": "a"}, {})] == ["token"]
    assert SHAPE.lacking({"provider": "a"}, {"token": "x"}) == []


def test_secrets_are_not_shown_with_an_account():
    shown = repr(Account("1", {"host": "h"}, {"token": "segredo"}, verify_token="segredo"))
    assert "segredo" not in shown
    assert "host" in shown


@pytest.mark.parametrize("kind", list(ADAPTERS))
def test_each_kind_declares_fields_that_can_be_drawn_and_stored(kind):
    shape = ADAPTERS[kind].account
    names = [one.name for one in shape.fields]
    assert len(names) == len(set(names))
    for one in shape.fields:
        assert str(one.label)
        assert not (one.is_secret and one.column)
        assert bool(one.choices) == (one.input == "choice")
        assert one.input == "flag" or one.refusal(str(one.absent())) is None
    assert not shape.chosen_by or shape.chosen_by in names
    # Something says whose an incoming message is.
    assert (
        shape.account_id
        or shape.makes_id
        or any(one.column == "account_id" for one in shape.fields)
    )


@pytest.mark.parametrize("offer", offers(), ids=lambda one: one.label)
def test_each_guide_shows_the_address_and_says_what_comes_next(offer):
    guide = shape_of(offer.kind).guide_for(offer.settings)
    words = {"address": "https://aqui.example", "token": "T", "fields": "F"}
    steps = [str(one).format(**words) for one in guide.steps]
    assert str(guide.title) and str(guide.last)
    adapter = adapter_for(offer.kind)
    # Nothing is posted to us where we fetch it ourselves.
    is_pulled = isinstance(adapter, Pulled) and adapter.is_pulled(Account("", offer.settings))
    assert is_pulled or any("https://aqui.example" in one for one in steps)


def test_a_choice_without_a_guide_has_the_kinds():
    assert SHAPE.guide_for({"provider": "a"}) is SHAPE.guide
