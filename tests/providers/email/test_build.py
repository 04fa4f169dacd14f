"""Mails as they are written: nothing that a person typed leaves its place."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.choices import MessageKind
from providers.email.build import MOST_REFERENCES, mail_of
from providers.email.limits import FILES_BYTES, mail_check
from providers.email.tags import tags_in
from providers.outgoing import (
    Account,
    ContentRefused,
    Destination,
    Letter,
    OutgoingMedia,
    OutgoingMessage,
    QuotedLetter,
)

WORDS = st.text(st.characters(exclude_categories=[]), max_size=80)
HEADERS = {
    *("content-type", "mime-version", "subject", "from", "to", "cc", "reply-to", "message-id"),
    *("date", "references", "in-reply-to", "auto-submitted", "x-auto-response-suppress"),
    *("list-unsubscribe", "list-unsubscribe-post"),
}
AT = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)


def account(**settings):
    given = {"provider": "servidor", "address": "contato@clinica.example", **settings}
    return Account("contato@clinica.example", given)


def message(text="Bom dia", *, letter=None, subject="Consulta", **given):
    given = {"token": f"msg:{uuid4()}", "kind": MessageKind.TEXT, **given}
    to = Destination(address="maria@exemplo.example")
    return OutgoingMessage(to=to, text=text, subject=subject, letter=letter or Letter(), **given)


def written(account, message):
    return message_from_bytes(mail_of(account, message).message().as_bytes(), policy=policy.default)


def file(name, content=b"%PDF-1.4", mime_type="application/pdf"):
    return OutgoingMedia(
        MessageKind.DOCUMENT, "", name, False, mime_type, len(content), lambda: io.BytesIO(content)
    )


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, st.lists(WORDS, max_size=30), st.booleans())
def test_whatever_is_typed_stays_where_it_was_typed(
    text, subject, sender, signature, quoted, filename, ids, has_plus
):
    letter = Letter(
        sender=sender,
        copies=("joao@exemplo.example",),
        earlier=(*ids, "a@b.example"),
        signature=signature,
        quoted=QuotedLetter(sender, AT, quoted),
        reference=f"2026{subject[:3]}" if has_plus else "",
        is_automatic=has_plus,
    )
    sent = message(text, letter=letter, subject=subject, media=(file(filename),))
    found = written(account(plus_addresses=has_plus), sent)
    assert {name.lower() for name in found} <= HEADERS
    assert [one.addr_spec for one in found["To"].addresses] == ["maria@exemplo.example"]
    assert [one.addr_spec for one in found["Cc"].addresses] == ["joao@exemplo.example"]
    assert found["From"].addresses[0].addr_spec == "contato@clinica.example"
    assert list(tags_in(found["Message-ID"])) == [sent.token]
    shown, page, part = list(found.walk())[2:5]
    assert (shown.get_content_type(), page.get_content_type()) == ("text/plain", "text/html")
    assert part.get_payload(decode=True) == b"%PDF-1.4"
    assert "<script" not in page.get_content()


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=300))
def test_a_text_is_read_as_it_was_written(text):
    shown = written(account(), message(text)).get_body(("plain",)).get_content()
    assert shown.rstrip() == text.rstrip()


def test_an_answer_is_found_again_by_three_ways():
    ids = [f"{number}@mail.example" for number in range(40)]
    sent = message(letter=Letter(earlier=tuple(ids), reference="20261130-7"), reply_to=ids[3])
    found = written(account(plus_addresses=True), sent)
    expected = [f"<{one}>" for one in (*ids[-(MOST_REFERENCES - 1) :], ids[3])]
    assert found["References"].split() == expected
    assert found["In-Reply-To"] == f"<{ids[3]}>"
    assert found["Subject"] == "Re: Consulta"
    assert list(tags_in(str(found["Reply-To"]))) == [sent.token]
    envelope = mail_of(account(plus_addresses=True), sent).from_email
    assert list(tags_in(envelope)) == [sent.token]
    # Without plus addresses the subject carries the number, once.
    plain = written(account(), sent)
    assert plain["Subject"] == "Re: Consulta [#20261130-7]"
    assert plain["Reply-To"] is None


@pytest.mark.parametrize(
    ("subject", "earlier", "shown"),
    [
        ("", (), "Mensagem da clínica"),
        ("RES: Re: re: Exames", ("a@b.c",), "Re: Exames"),
        ("Re: Exames", (), "Exames"),
        ("Olá\r\nBcc: todos@exemplo.example", (), "Olá Bcc: todos@exemplo.example"),
    ],
)
def test_subjects(subject, earlier, shown):
    found = written(account(), message(subject=subject, letter=Letter(earlier=earlier)))
    assert found["Subject"] == shown
    assert found["Bcc"] is None


def test_signature_and_history_stand_below_the_text():
    letter = Letter(signature="Ana\nRecepção", quoted=QuotedLetter("Maria", AT, "Posso ir?\n\nEu"))
    body = written(account(), message("Pode sim.", letter=letter))
    text = body.get_body(("plain",)).get_content()
    assert text == (
        "Pode sim.\n\n-- \nAna\nRecepção\n\n"
        "Em 3 de Novembro de 2026 às 09:05, Maria escreveu:\n> Posso ir?\n>\n> Eu\n"
    )
    page = body.get_body(("html",)).get_content()
    assert 'class="gmail_quote"' in page and "Posso ir?<br>" in page


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (Letter(), (None, None, None)),
        (Letter(is_automatic=True), ("auto-generated", "All", None)),
        (Letter(is_automatic=True, earlier=("a@b.c",)), ("auto-replied", "All", None)),
        (Letter(leave_url="https://x.example/s/1"), (None, None, "<https://x.example/s/1>")),
    ],
)
def test_only_what_is_automatic_says_so(letter, expected):
    found = written(account(), message(letter=letter))
    names = ("Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe")
    assert tuple(found[name] for name in names) == expected
    one_click = found["List-Unsubscribe-Post"]
    assert one_click == ("List-Unsubscribe=One-Click" if letter.leave_url else None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "a" * 100_001}, "text"),
        ({"letter": Letter(copies=("ana@exemplo.example, b@c.example",))}, "copies"),
        ({"letter": Letter(copies=("ana@exemplo.example\nBcc: x@y.example",))}, "copies"),
        ({"letter": Letter(copies=("ana@exemplo.example",) * 21)}, "copies"),
        (
            {
                "kind": MessageKind.DOCUMENT,
                "media": (OutgoingMedia(MessageKind.DOCUMENT, "", size=FILES_BYTES // 2),) * 3,
            },
            "attachment",
        ),
    ],
)
def test_what_would_not_arrive_is_refused(changes, field):
    with pytest.raises(ContentRefused) as refused:
        mail_check(message(**changes))
    assert list(refused.value.fields) == [field]
