"""What a person may choose for themselves, whatever device they sit at: how pages look and speak,
and when they are told of something. Kept with their login (`User.chosen`, `User.language`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Density(models.TextChoices):
    """How close things stand."""

    COMFORTABLE = "confortavel", _("Confortável")
    COMPACT = "compacta", _("Compacta")


class Theme(models.TextChoices):
    """Light or dark; `automatico` is as the system of the device has it."""

    AUTOMATIC = "automatico", _("Automático")
    LIGHT = "claro", _("Claro")
    DARK = "escuro", _("Escuro")


# Whether each holds for somebody who chose nothing.
FLAGS = {
    "contrast": False,
    "sound": False,
    # A text waits five seconds and can be taken back; off, as in every messenger.
    "undo_send": False,
    "notify_mine": True,
    "notify_passed": True,
    "notify_mentions": True,
    "notify_queue": False,
}
LISTS: dict[str, type[models.TextChoices]] = {"density": Density, "theme": Theme}
# The ends of the hours of silence, as HH:MM by the clinic's clock, or "".
CLOCKS = ("quiet_from", "quiet_until")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
NAMES = ("language", *LISTS, *FLAGS, *CLOCKS)
USUAL: dict[str, Any] = {
    "language": "",
    "density": Density.COMFORTABLE.value,
    "theme": Theme.AUTOMATIC.value,
    **FLAGS,
    **dict.fromkeys(CLOCKS, ""),
}


def fits(name: str, value: Any) -> bool:
    """Whether a preference can have a value."""
    if name in FLAGS:
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if name == "language":
        return value == "" or value in dict(settings.LANGUAGES)
    if name in LISTS:
        return value in set(LISTS[name].values)
    return name in CLOCKS and (value == "" or CLOCK.fullmatch(value) is not None)


def preferences_of(user: User) -> dict[str, Any]:
    """Return everything that holds for a person, by name."""
    return {**USUAL, **chosen_by(user)}


def chosen_by(user: User) -> dict[str, Any]:
    """Return what a person chose; a name or a value of another version counts as not chosen."""
    kept = {name: value for name, value in user.chosen.items() if fits(name, value)}
    return {**kept, "language": user.language} if user.language else kept


def is_quiet(preferences: Mapping[str, Any], now: datetime) -> bool:
    """Whether silence holds at a moment on the person's own clock; it may go over midnight."""
    begin, end = str(preferences["quiet_from"]), str(preferences["quiet_until"])
    if not begin or not end or begin == end:
        return False
    clock = f"{now:%H:%M}"
    return begin <= clock < end if begin < end else clock >= begin or clock < end
