"""What is read of a mail, however it was made: real ones, broken ones and hostile ones."""

from __future__ import annotations

import random
import time

import pytest

from providers.email.decoding import decoded, header
from providers.email.mime import addresses
from providers.email.verdict import verdict_of
from providers.facts import Bounce, InboundMessage
from tests import make

BOUNCES = {
    "delayed-sisimai": ("shironeko@me.example.com", False),
    "lhost-exchange2007-01-sisimai": ("mikeneko@example.co.jp", True),
    "lhost-gmail-03-sisimai": ("kijitora@example.co.jp", True),
    "lhost-qmail-01-sisimai": ("kijitora@example.ne.jp", True),
    "mailboxfull-sisimai": ("kijitora@example.edu", True),
    "lhost-office365-01-sisimai": (None, True),
    "lhost-yahoo-01-sisimai": (None, True),
}
MAILS = {
    "gbk_charset-webklex": ("Hi", False),
    "null_content_charset-webklex": ("Hi!", False),
    "missing_from-webklex": ("Hi", False),
    "bad_encoded_subject-imaptools": ("TEST", False),
    "rfc3834-04-sisimai": ("***Please", True),
    "rfc3834-06-sisimai": ("This email inbox", True),
    "forwarded-message-helpdesk": ("This is email body", False),
    "utf-nondecodable-helpdesk": ("-------- Forwarded", False),
}


@pytest.mark.parametrize(("name", "told"), BOUNCES.items())
def test_bounces_of_real_servers(name, told, read_mail, third_party) -> None:
    (fact,) = read_mail(third_party(f"email-{name}.eml"))
    assert isinstance(fact, Bounce)
    assert (fact.recipient and fact.recipient.value, fact.is_final) == told


@pytest.mark.parametrize(("name", "told"), MAILS.items())
def test_real_mails(name, told, read_mail, third_party) -> None:
    (fact,) = read_mail(third_party(f"email-{name}.eml"))
    assert isinstance(fact, InboundMessage) and fact.text.startswith(told[0])
    assert fact.is_automatic is told[1] and fact.person.identities[0].value


@pytest.mark.parametrize(
    ("data", "charset", "text", "is_guessed"),
    [
        (b"\xe1\x93", "iso-8859-1", "á“", False),
        ("não".encode(), "us-ascii", "não", False),
        (b"n\xe3o", "utf-8", "não", True),
        ("não".encode(), "x-unknown", "não", True),
        ("não".encode(), "utf-8", "não", False),
        (b"\x00oi", "", "oi", False),
    ],
)
def test_words_in_any_charset(data, charset, text, is_guessed) -> None:
    assert decoded(data, charset) == (text, is_guessed)


def test_headers_and_addresses_that_are_not_as_they_should_be() -> None:
    assert header("=?utf-8?B?T2zDoQ?= =?iso-8859-1?Q?_n=E3o?=") == "Olá não"
    assert header("=?utf-8?B?!!!?=") == ""
    found = addresses(['"Dias, Joana" <J@X.example>, <b@y.example>; sem arroba'])
    assert [(one.address, one.name) for one in found] == [
        ("j@x.example", "Dias, Joana"),
        ("b@y.example", ""),
    ]


def test_only_our_own_server_says_who_is_verified() -> None:
    host, sender = "mx.example", "joana@paciente.example"
    ours = "mx.example; dkim=pass header.d=outro.example; dmarc=fail (p=none)"
    assert verdict_of([ours, "mx.example; dmarc=pass"], host, sender) == "fail"
    assert verdict_of(["mal.example; dmarc=pass"], host, sender) == ""
    aligned = "mx.example; dkim=pass header.d=paciente.example"
    assert verdict_of([aligned], host, sender) == "pass"
    assert verdict_of(["mx.example; spf=pass smtp.mailfrom=a@b.example"], host, sender) == "none"
    assert verdict_of([aligned], "", sender) == ""


@pytest.mark.parametrize(
    "results",
    [
        # What a stranger told a server stands in quotes and brackets, which stand in each other.
        'spf=pass smtp.mailfrom="a; dmarc=pass b"@mal.example; dmarc=fail',
        r'spf=pass smtp.mailfrom="a\"; dmarc=pass b"@mal.example; dmarc=fail',
        "spf=none (a; dmarc=pass (b) c) smtp.mailfrom=mal.example; dmarc=fail",
        f"spf=none (a ({'b' * 600}; dmarc=pass)); dmarc=fail",
        # Of another sender than the one that we read.
        "dmarc=pass header.from=mal.example",
    ],
)
def test_nobody_writes_their_own_verdict(results) -> None:
    assert verdict_of([f"mx.example; {results}"], "mx.example", "joana@paciente.example") == "fail"


@pytest.mark.parametrize(
    "sender",
    [
        "mal@mal.example (<joana@paciente.example>)",
        "<mal@mal.example> (=?utf-8?q?=3Cjoana=40paciente.example=3E?=)",
        '<mal@mal.example> "<joana@paciente.example>"',
        "=?utf-8?q?joana=40paciente.example=2C?= <mal@mal.example>",
        "=?utf-8?q?=22Joana=22_=3Cjoana=40paciente.example=3E=2C?= <mal@mal.example>",
        "(joana@paciente.example) mal@mal.example",
    ],
)
def test_a_name_is_never_taken_for_the_address(sender, read_mail) -> None:
    (fact,) = read_mail(make.mail(sender=sender))
    assert fact.person.identities[0].value == "mal@mal.example"


def hostile(kind: int, seed: int) -> bytes:
    """Return a mail that was made to hurt."""
    chance = random.Random(seed)
    size = chance.randrange(1, 12)
    match kind:
        case 0:
            parts = [
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                for n in range(size * 100)
            ]
            return b"From: a@b.example\r\n" + b"".join(parts)
        case 1:
            to = ", ".join(f"n{n} <p{n}@x.example>" for n in range(2000))
            return make.mail(to=to)
        case 2:
            return make.mail(subject="a " * (100_000 * size // 6))
        case 3:
            return make.mail("x", to="(" * 2000 * size)
        case 4:
            parts = b"".join(b"--B\r\n\r\nx\r\n" for _n in range(1000 * size))
            return b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" + parts
        case 5:
            html = b"<div>" * (2000 * size) + b"oi"
            return b"From: a@b.example\r\nContent-Type: text/html; charset=klingon\r\n\r\n" + html
        case 6:
            return b"From: a@b.example\r\nContent-Type: text/plain; charset=\xff\r\n\r\n" + bytes(
                chance.randrange(256) for _n in range(2000)
            )
        case 7:
            return bytes(chance.randrange(256) for _n in range(3000))
        case 9:
            ends = (
                b"From: MAILER-DAEMON@x.example\r\nReturn-Path: <>\r\nSubject: undelivered\r\n\r\n"
            )
            return ends + b"final-recipient:" + b" \n" * (9000 * size)
        case 10:
            opening = (b"<style>", b"<!--", b"<svg ", b"<a ")[seed // 11 % 4]
            html = opening * (12_000 * size)
            return b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n" + html
        case 8:
            inner = b"Content-Type: message/rfc822\r\n\r\n" * (60 * size)
            return b"From: a@b.example\r\n" + inner + b"oi"
        case _:
            word = "=?utf-8?b?" + "A" * chance.randrange(3000) + "?="
            return make.mail(subject=word * size, sender=f"{word} <a@b.example>")


@pytest.mark.slow
def test_a_thousand_hostile_mails_cost_little_and_none_is_lost(read_mail) -> None:
    slowest = 0.0
    for n in range(1000):
        began = time.perf_counter()
        facts = read_mail(hostile(n % 12, n))
        slowest = max(slowest, time.perf_counter() - began)
        assert len(facts) == 1, n
    assert slowest < 2.0
