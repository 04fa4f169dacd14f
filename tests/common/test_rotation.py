"""Secrets at rest survive a change of key, and nothing else opens them."""

from __future__ import annotations

import base64
import secrets
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common.crypto import SecretUnreadable, key_id_of, keyring, seal
from common.rotation import credentials_rotate, sealed_fields
from omnichannel.models import Channel
from tests import make

SECRET = "token-que-ninguem-ve"


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def stored(channel: Channel) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(c)::text FROM omnichannel_channel c WHERE id = %s", [channel.pk]
        )
        return str(cursor.fetchone()[0])


def fresh(channel: Channel) -> Channel:
    return Channel.unscoped.get(pk=channel.pk)


@pytest.fixture
def channel(clinic):
    return make.channel(clinic, credentials={"access_token": SECRET})


def rotate(*arguments: str) -> str:
    said = StringIO()
    call_command("rotate_credentials", *arguments, stdout=said)
    return said.getvalue()


def test_the_plain_secret_is_nowhere_in_the_row(channel):
    assert SECRET not in stored(channel)
    assert fresh(channel).credentials == {"access_token": SECRET}


def test_every_sealed_column_of_the_project_is_found():
    assert (Channel, "credentials") in [(model, field.name) for model, field in sealed_fields()]


def test_rotating_moves_every_value_to_the_first_key(channel, rival_channel, settings):
    old = settings.CREDENTIALS_KEYS
    settings.CREDENTIALS_KEYS = [key("novo"), *old]
    assert "2 moved" in rotate()
    assert {key_id_of(fresh(one), "credentials") for one in (channel, rival_channel)} == {"novo"}
    settings.CREDENTIALS_KEYS = settings.CREDENTIALS_KEYS[:1]
    assert fresh(channel).credentials == {"access_token": SECRET}


def test_rotating_again_changes_nothing(channel, settings):
    settings.CREDENTIALS_KEYS = [key("novo"), *settings.CREDENTIALS_KEYS]
    rotate()
    before = stored(channel)
    assert "0 moved, 1 current before" in rotate()
    assert stored(channel) == before


def test_rotating_works_through_more_rows_than_a_batch(clinic, settings, monkeypatch):
    monkeypatch.setattr("common.rotation.BATCH", 2)
    made = [make.channel(clinic, account_id=f"1000{n}", is_default=False) for n in range(5)]
    settings.CREDENTIALS_KEYS = [key("novo"), *settings.CREDENTIALS_KEYS]
    results = {row.field: row for row in credentials_rotate()}
    result = results["omnichannel.Channel.credentials"]
    assert (result.moved, result.current) == (5, 0)
    assert {key_id_of(fresh(one), "credentials") for one in made} == {"novo"}


def test_the_check_fails_while_an_old_key_is_needed_and_changes_nothing(channel, settings):
    settings.CREDENTIALS_KEYS = [key("novo"), *settings.CREDENTIALS_KEYS]
    before = stored(channel)
    with pytest.raises(CommandError, match="Old keys are still needed"):
        rotate("--check")
    assert stored(channel) == before
    rotate()
    assert "0 sealed with another key" in rotate("--check")


def test_a_lost_key_is_told_and_its_value_is_left_alone(channel, rival_channel, settings):
    before = stored(channel)
    settings.CREDENTIALS_KEYS = [key("outro")]
    with pytest.raises(CommandError, match="open with no key"):
        rotate()
    assert stored(channel) == before


def test_a_wrong_key_of_the_same_name_opens_nothing(channel, settings):
    name = next(iter(keyring()))
    settings.CREDENTIALS_KEYS = [key(name)]
    with pytest.raises(SecretUnreadable):
        _ = fresh(channel).credentials


def test_a_ciphertext_moved_to_another_row_does_not_open(channel, rival_channel):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE omnichannel_channel SET credentials ="
            " (SELECT credentials FROM omnichannel_channel WHERE id = %s) WHERE id = %s",
            [channel.pk, rival_channel.pk],
        )
    with pytest.raises(SecretUnreadable):
        _ = fresh(rival_channel).credentials


def test_the_same_secret_is_never_sealed_the_same_way_twice():
    sealed = [seal({"access_token": SECRET}, "t:c:1") for _ in range(2000)]
    nonces = {base64.b64decode(one.rpartition(":")[2])[:12] for one in sealed}
    assert len(nonces) == 2000
