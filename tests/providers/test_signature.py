"""The signature of Meta's webhooks, against vectors and every way to get it wrong."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pywa.utils import webhook_updates_validator

from providers.meta.signature import signature_valid
from tests.providers.payloads import FIXTURES

VECTORS = json.loads((FIXTURES / "signature_vectors.json").read_text())["vectors"]
SECRET = "0123456789abcdef0123456789abcdef"
BODY = b'{"object":"whatsapp_business_account","entry":[]}'


def signed(body=BODY, secret=SECRET, digest=hashlib.sha256):
    return hmac.new(secret.encode(), body, digest).hexdigest().encode()


GOOD = b"sha256=" + signed()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_vector_is_judged_as_it_says(vector):
    body = bytes.fromhex(vector["body_hex"])
    header = vector["header_value"].encode()
    assert signature_valid([vector["app_secret"]], body, header) is vector["expect_valid"]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if vector["header_value"].isascii()],
    ids=lambda vector: vector["name"],
)
def test_an_independent_client_judges_the_same(vector):
    body = bytes.fromhex(vector["body_hex"])
    theirs = webhook_updates_validator(vector["app_secret"], body, vector["header_value"])
    ours = signature_valid([vector["app_secret"]], body, vector["header_value"].encode())
    assert theirs is ours


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"sha256=",
        signed(),
        GOOD.upper(),
        b"SHA256=" + signed(),
        b"sha256=" + signed().upper(),
        GOOD[:-1],
        GOOD + b"0",
        GOOD + b"\n",
        b" " + GOOD,
        GOOD + b" ",
        GOOD + b"," + GOOD,
        b"sha1=" + signed(digest=hashlib.sha1),
        b"sha256=" + signed(secret="another"),
        b"sha256=" + signed(BODY + b" "),
        b"sha256=" + b"0" * 64,
        "sha256=é".encode() + signed()[2:],
        b"\xff\xfe" * 40,
    ],
)
def test_anything_but_the_exact_signature_is_refused(header):
    assert signature_valid([SECRET], BODY, header) is False


def test_any_of_several_secrets_signs_while_one_is_replaced():
    assert signature_valid(["old", SECRET], BODY, GOOD)
    assert signature_valid([SECRET, "new"], BODY, GOOD)
    assert not signature_valid(["old", "new"], BODY, GOOD)


def test_without_a_secret_nothing_is_valid():
    assert not signature_valid([], BODY, b"sha256=" + b"0" * 64)
    assert not signature_valid([""], BODY, b"sha256=" + signed(secret=""))


@settings(deadline=None)
@given(st.binary(max_size=90), st.binary(max_size=200))
def test_no_forged_header_is_valid_or_raises(header, body):
    assert signature_valid([SECRET], body, header) is False


@settings(deadline=None)
@given(st.binary(max_size=500), st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_what_is_signed_is_valid(body, secret):
    assert signature_valid([secret], body, b"sha256=" + signed(body, secret))
