"""Secrets at rest."""

from __future__ import annotations

import base64
import secrets

import pytest
from django.core import serializers
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from common import crypto
from common.crypto import SecretUnreadable, key_id_of, reseal, seal, unseal
from omnichannel.models import Channel
from tests import make

SECRET = "segredo-que-nao-pode-vazar"


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def stored(channel: Channel) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM omnichannel_channel WHERE id = %s", [channel.pk])
        return cursor.fetchone()[0]


def test_what_is_sealed_opens_in_its_place():
    value = {"access_token": SECRET, "n": [1, None, "ção"]}
    assert unseal(seal(value, "t:c:1"), "t:c:1") == value


def test_the_same_value_is_never_sealed_the_same_twice():
    assert len({seal({}, "t:c:1") for _ in range(1000)}) == 1000


def test_a_value_moved_to_another_row_does_not_open():
    with pytest.raises(SecretUnreadable):
        unseal(seal({"a": 1}, "t:c:1"), "t:c:2")


@pytest.mark.parametrize(
    "token",
    ["", "v1", "v1:", "v1:t1", "v1:t1:", "v1:t1:AAAA", "v1:t1:não é base64", "v2:t1:AAAA",
     "v1:outra:AAAA", "v1:t1:" + "A" * 400, "{}"],
)  # fmt: skip
def test_anything_else_is_refused_with_one_error(token):
    with pytest.raises(SecretUnreadable):
        unseal(token, "t:c:1")


def test_one_changed_byte_does_not_open():
    token = seal({"a": 1}, "t:c:1")
    raw = bytearray(base64.b64decode(token.rsplit(":", 1)[1]))
    for at in range(len(raw)):
        broken = bytearray(raw)
        broken[at] ^= 1
        with pytest.raises(SecretUnreadable):
            unseal(f"v1:t1:{base64.b64encode(bytes(broken)).decode()}", "t:c:1")


def test_rotation_reads_the_old_key_and_writes_the_new(settings):
    old, new = key("k1"), key("k2")
    settings.CREDENTIALS_KEYS = [old]
    before = seal({"a": 1}, "t:c:1")
    settings.CREDENTIALS_KEYS = [new, old]
    assert unseal(before, "t:c:1") == {"a": 1}
    assert seal({"a": 1}, "t:c:1").split(":")[1] == "k2"
    settings.CREDENTIALS_KEYS = [new]
    with pytest.raises(SecretUnreadable):
        unseal(before, "t:c:1")


def test_the_right_id_with_the_wrong_key_fails_closed(settings):
    settings.CREDENTIALS_KEYS = [key("k1")]
    token = seal({"a": 1}, "t:c:1")
    settings.CREDENTIALS_KEYS = [key("k1")]
    with pytest.raises(SecretUnreadable):
        unseal(token, "t:c:1")


@pytest.mark.parametrize("keys", [[], ["k1"], ["k1:AAAA"], [f":{key('x')[2:]}"]])
def test_a_bad_key_setting_is_said_at_once(settings, keys):
    settings.CREDENTIALS_KEYS = keys
    with pytest.raises((ImproperlyConfigured, ValueError)):
        crypto.keyring()


def test_the_database_holds_no_open_secret(clinic):
    channel = make.channel(clinic, credentials={"access_token": SECRET})
    raw = stored(channel)
    assert raw.startswith("v1:t1:")
    assert SECRET not in raw
    assert Channel.unscoped.get(pk=channel.pk).credentials["access_token"] == SECRET


def test_a_dump_of_the_table_holds_no_open_secret(clinic):
    channel = make.channel(clinic, credentials={"access_token": SECRET})
    assert SECRET not in serializers.serialize("json", [Channel.unscoped.get(pk=channel.pk)])


def test_credentials_copied_to_another_channel_do_not_open(channel, rival_channel):
    Channel.unscoped.filter(pk=rival_channel.pk).update(credentials=stored(channel))
    with pytest.raises(SecretUnreadable):
        _ = Channel.unscoped.get(pk=rival_channel.pk).credentials


def test_an_open_value_cannot_be_written_past_the_seal(channel):
    with pytest.raises(ValueError, match="sealed"), transaction.atomic():
        Channel.unscoped.filter(pk=channel.pk).update(credentials={"access_token": SECRET})
    with pytest.raises(ValueError, match="sealed"), transaction.atomic(savepoint=True):
        Channel.unscoped.bulk_update([channel], ["credentials"])
    assert stored(channel).startswith("v1:")


def test_a_deferred_secret_is_fetched_and_not_taken_for_empty(channel):
    lean = Channel.unscoped.only("id", "name").get(pk=channel.pk)
    assert lean.credentials == {"access_token": "token-de-teste"}


def test_saving_other_fields_keeps_the_secret(channel):
    row = Channel.unscoped.get(pk=channel.pk)
    row.name = "Outro nome"
    row.save()
    assert Channel.unscoped.get(pk=channel.pk).credentials["access_token"] == "token-de-teste"


def test_reseal_moves_a_row_to_the_current_key(channel, settings):
    settings.CREDENTIALS_KEYS = [key("k9"), *settings.CREDENTIALS_KEYS]
    row = Channel.unscoped.get(pk=channel.pk)
    assert key_id_of(row, "credentials") == "t1"
    reseal(row, "credentials")
    row.save()
    fresh = Channel.unscoped.get(pk=channel.pk)
    assert key_id_of(fresh, "credentials") == "k9"
    assert fresh.credentials == {"access_token": "token-de-teste"}


def test_the_account_shows_no_secret_when_printed(channel):
    assert "token-de-teste" not in repr(channel.account())
