"""An appointment that came with a letter, as its bubble shows it. Nothing is answered from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class InviteCard:
    """What is asked, when, where, and by whom."""

    status: str
    title: str
    when: str = ""
    place: str = ""
    organiser: str = ""


def invite_card(data: Mapping[str, Any]) -> InviteCard | None:
    """Draw an appointment as the kind's reader kept it, None for none."""
    if not data:
        return None
    words = {
        "REQUEST": _("Convite para compromisso"),
        "CANCEL": _("Compromisso cancelado"),
        "REPLY": _("Resposta a um convite"),
        "PUBLISH": _("Compromisso"),
    }
    method = str(data.get("method") or "").upper()
    return InviteCard(
        status=words.get(method, _("Compromisso")),
        title=str(data.get("title") or "")[:200],
        when=_when(data),
        place=str(data.get("place") or "")[:200],
        organiser=str(data.get("organiser") or "")[:200],
    )


def _when(data: Mapping[str, Any]) -> str:
    if day := _day(data.get("starts_at")):
        return date_format(day, "D, d/m/Y")
    begins, ends = (_moment(data.get(name)) for name in ("starts_at", "ends_at"))
    if begins is None:
        return str(data.get("starts_at") or "")[:60]
    said = _clock(begins)
    if ends is None:
        return said
    is_same_day = ends.date() == begins.date()
    return f"{said} – {f'{ends:%H:%M}' if is_same_day else _clock(ends)}"


def _clock(moment: datetime) -> str:
    return f"{date_format(moment, 'D, d/m/Y')} {moment:%H:%M}"


def _day(value: Any) -> date | None:
    """Return a whole day, None for a moment of one."""
    try:
        return parse_date(str(value or ""))
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    text = str(value or "")
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    return timezone.localtime(found) if timezone.is_aware(found) else found
