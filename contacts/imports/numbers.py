"""Phones as people keep them: with labels, notes, links, two in a cell, or a spreadsheet's marks.
Pure.
"""

from __future__ import annotations

import re

from common import phones

LONGEST = 300
LINK = re.compile(
    r"(?:(?:https?://)?(?:[\w.]*wa\.me/|[\w.]*whatsapp\.com/send/?\?\S*?phone=)|tel:)"
    r"(?:\+|%2B)?(\d{8,15})\S*",
    re.IGNORECASE,
)
# 0xx41: how people write the place of a carrier's code.
CARRIER = re.compile(r"0[xX]{2}")
BREAK = re.compile(r":::|[/;,|\n]|\s(?:e|ou|or)\s")
RUN = re.compile(r"\+?[\d(][\d()\s.\-–‑]*\d")
APART = re.compile(r"(?:\+?\d{1,3}\s*)?\(\d{2,3}\)\s*[\d.-]+(?: \d{4}\b)?|\+?[\d.-]{8,}")
LABELS = re.compile(
    r"(?:\b(?:cel(?:ular)?|tel(?:efone)?|fone|whats(?:app)?|zap|wpp|fixo|res(?:idencial)?|mobile"
    r"|com(?:ercial)?|trabalho|casa|home|work|phone|contato|n[º°o]?|numero|número)\b|[\s:.()/;,|-])*",
    re.IGNORECASE,
)
EDGES = " \t\n/;,|:-–"


def phones_in(cell: str) -> tuple[list[str], str]:
    """Return the numbers of a cell in their order, canonical, and the text beside the first one, ""
    when that says nothing. A second number may borrow the first one's area code.
    """
    if len(cell) <= 64 and (number := phones.canonical(cell)):
        return [number], ""
    text = CARRIER.sub("0", cell[:LONGEST])
    if link := LINK.search(text):
        digits = link[1]
        number = phones.canonical(f"+{digits}" if len(digits) > 11 else digits)
        return ([number], _rest(text, link.span())) if number else ([], "")
    found: list[str] = []
    first: tuple[int, int] = (0, 0)
    start = 0
    for piece in (*BREAK.finditer(text), None):
        end = piece.start() if piece else len(text)
        for run in RUN.finditer(text, start, end):
            for number, span in _numbers(run, found):
                first = first if found else span
                found.append(number)
        start = piece.end() if piece else end
    return list(dict.fromkeys(found)), _rest(text, first) if found else ""


def is_made_up(number: str) -> bool:
    """Whether somebody filled a required input: (41) 99999-9999."""
    return number.startswith("+55") and len(set(number[5:])) == 1


def is_mobile(number: str) -> bool:
    """Whether a canonical number may be a mobile; abroad nobody can tell."""
    return not number.startswith("+55") or (len(number) == 14 and number[5] == "9")


def _numbers(run: re.Match[str], known: list[str]) -> list[tuple[str, tuple[int, int]]]:
    whole = _number(run[0], known)
    if whole:
        return [(whole, run.span())]
    # Two numbers with nothing but a blank between them.
    found: list[tuple[str, tuple[int, int]]] = []
    for part in APART.finditer(run[0]):
        number = _number(part[0], [*known, *(one for one, _span in found)])
        if number:
            found.append((number, (run.start() + part.start(), run.start() + part.end())))
    return found


def _number(text: str, known: list[str]) -> str | None:
    digits = sum(c.isdigit() for c in text)
    if digits >= 10:
        return phones.canonical(text.strip())
    if digits in (8, 9) and known and known[0].startswith("+55"):
        return phones.canonical(f"{known[0][3:5]}{text}")
    return None


def _rest(text: str, span: tuple[int, int]) -> str:
    """Return what stands beside a number, unless it only says that it is one."""
    rest = f"{text[: span[0]].rstrip(EDGES)} {text[span[1] :].lstrip(EDGES)}".strip(EDGES)
    return "" if LABELS.fullmatch(rest) else rest
