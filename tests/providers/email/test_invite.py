"""Appointments that come with mails, and what Outlook packs into a winmail.dat."""

from __future__ import annotations

import struct
import time
from base64 import encodebytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.email.invite import invite_of
from providers.email.mime import part_bytes
from providers.email.winmail import SIGNATURE, winmail_read
from tests import make

EVENT = """BEGIN:VCALENDAR
METHOD:{method}
BEGIN:VTIMEZONE
DTSTART:16010101T000000
END:VTIMEZONE
BEGIN:VEVENT
{lines}
END:VEVENT
END:VCALENDAR
"""
WHOLE = (
    "SUMMARY:Retorno\\, Dra. Inês\nLOCATION:Rua das Acácias\n  120\n"
    'ORGANIZER;CN="Dias; Joana":MAILTO:joana@paciente.example\n'
    "DTSTART;TZID=E. South America Standard Time:20270310T140000\nDTEND:20270310T173000Z"
)


@pytest.mark.parametrize(
    ("method", "lines", "told"),
    [
        (
            "REQUEST",
            WHOLE,
            {
                "method": "REQUEST",
                "title": "Retorno, Dra. Inês",
                "place": "Rua das Acácias 120",
                "organiser": "Dias; Joana <joana@paciente.example>",
                "starts_at": "2027-03-10T14:00:00-03:00",
                "ends_at": "2027-03-10T17:30:00+00:00",
            },
        ),
        (
            "REQUEST",
            "DTSTART:20270310T140000\nDURATION:PT1H30M\nSTATUS:CANCELLED",
            {
                "method": "CANCEL",
                "starts_at": "2027-03-10T14:00:00",
                "ends_at": "2027-03-10T15:30:00",
            },
        ),
        (
            "REPLY",
            "DTSTART;VALUE=DATE:20270310",
            {"method": "REPLY", "starts_at": "2027-03-10"},
        ),
        ("REQUEST", "SUMMARY:Sem data", {}),
        ("REQUEST", "DTSTART:20279999T999999", {}),
    ],
)
def test_an_appointment_is_read(method: str, lines: str, told: dict[str, str]) -> None:
    assert invite_of(EVENT.format(method=method, lines=lines)) == told


def test_no_line_holds_the_reader_up() -> None:
    began = time.perf_counter()
    assert invite_of("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART" + ";X=" * 100_000 + "\n" * 9000) == {}
    assert time.perf_counter() - began < 1


@given(st.text(alphabet=st.sampled_from('DTSTART;TZID=:2027"\\n\nBEGIN:VEVENT')))
def test_any_calendar_is_read(words: str) -> None:
    invite_of(EVENT.format(method="REQUEST", lines=words))


def test_a_mail_shows_its_appointment_and_keeps_the_file(read_mail) -> None:
    calendar = EVENT.format(method="REQUEST", lines=WHOLE)
    body = (
        "--x\nContent-Type: text/plain; charset=utf-8\n\nSegue o convite.\n"
        "--x\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n"
        f"Content-Disposition: attachment; filename=convite.ics\n\n{calendar}--x--\n"
    )
    raw = make.mail(body, Content_Type="multipart/mixed; boundary=x")
    (fact,) = read_mail(raw)
    assert (fact.text, fact.mail.invite["title"]) == ("Segue o convite.", "Retorno, Dra. Inês")
    assert [one.filename for one in fact.media] == ["convite.ics"]


# --- winmail.dat ---------------------------------------------------------------------------------


def attribute(name: int, body: bytes, level: int = 2) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(body)) + body + struct.pack("<H", 0)


def text_property(prop: int, text: str) -> bytes:
    value = f"{text}\0".encode("utf-16-le")
    padding = bytes(-len(value) % 4)
    return struct.pack("<HHII", 0x001F, prop, 1, len(value)) + value + padding


def packed(*attributes: bytes) -> bytes:
    return struct.pack("<IH", SIGNATURE, 1) + b"".join(attributes)


FILE = (
    attribute(0x9003, struct.pack("<I", 1) + text_property(0x1000, "Segue o laudo."), 1),
    attribute(0x9002, bytes(14)),
    attribute(0x8010, b"LAUDO~1.PDF\0"),
    attribute(0x800F, b"%PDF-1.4 laudo"),
    attribute(
        0x9005,
        # A short number, a named property, and the long name.
        struct.pack("<IHHI", 3, 0x0002, 0x0001, 7)
        + struct.pack("<HH16sIIHH", 0x0003, 0x8001, bytes(16), 0, 9, 1, 0)
        + text_property(0x3707, "laudo da Joana.pdf"),
    ),
)


def test_a_winmail_is_unpacked(read_mail) -> None:
    inside = encodebytes(packed(*FILE)).decode()
    body = (
        "--x\nContent-Type: application/ms-tnef; name=winmail.dat\n"
        f"Content-Transfer-Encoding: base64\n\n{inside}\n--x--\n"
    )
    raw = make.mail(body, Content_Type="multipart/mixed; boundary=x")
    (fact,) = read_mail(raw)
    (file,) = fact.media
    assert (fact.text, file.filename, file.mime_type) == (
        "Segue o laudo.",
        "laudo da Joana.pdf",
        "application/pdf",
    )
    assert part_bytes(raw, file.media_id) == b"%PDF-1.4 laudo"
    assert part_bytes(raw, f"{file.media_id}9") is None


def test_a_winmail_that_counts_to_millions_takes_no_time() -> None:
    many = struct.pack("<I", 0xFFFFFFFF)
    numbers = struct.pack("<IHHI", 1, 0x1002, 0x0001, 0xFFFFFFFF)
    began = time.perf_counter()
    for body in (many, numbers, many + struct.pack("<HHI", 0x0102, 0x3701, 0xFFFFFFFF)):
        assert winmail_read(packed(attribute(0x9003, body, 1), attribute(0x9002, b"")))
    assert winmail_read(packed(*[attribute(0x9002, b"")] * 200_000))
    assert time.perf_counter() - began < 1


@given(st.binary(max_size=200), st.integers(0, 120), st.binary(max_size=8))
def test_any_winmail_is_read(tail: bytes, at: int, change: bytes) -> None:
    whole = packed(*FILE)
    winmail_read(whole[: 6 + at] + change + whole[6 + at + len(change) :] + tail)
    winmail_read(packed(tail))
