"""Small pieces of HTML for lists and panels. Everything that comes from outside is escaped."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from unfold.decorators import display

NOTHING = "-"


def row_link(row: Any, text: Any = None) -> SafeString | str:
    """Link to a row's page, with its own words unless others are given; nothing for no row."""
    if row is None:
        return NOTHING
    return link_to(row._meta.label_lower, row.pk, text if text is not None else str(row))


def link_to(label: str, pk: Any, text: Any) -> SafeString | str:
    """Link to the page of `app.model` and id; plain words when that model has no page."""
    app, _dot, model = label.partition(".")
    try:
        address = reverse(f"admin:{app}_{model}_change", args=[pk])
    except NoReverseMatch:
        return str(text)
    return format_html('<a class="text-link" href="{}"><bdi>{}</bdi></a>', address, text or NOTHING)


def list_link(label: str, text: Any, **filters: Any) -> SafeString | str:
    """Link to the list of `app.model` with filters set."""
    app, _dot, model = label.partition(".")
    try:
        address = reverse(f"admin:{app}_{model}_changelist", query=filters)
    except NoReverseMatch:
        return str(text)
    return format_html('<a class="text-link" href="{}">{}</a>', address, text)


def since(moment: datetime | None) -> SafeString | str:
    """Say how long ago a moment was; the moment itself is in the tooltip."""
    if moment is None:
        return NOTHING
    local = timezone.localtime(moment)
    distance = timezone.now() - moment
    if distance.total_seconds() < 60:
        words = _("agora")
    else:
        words = _("há %(time)s") % {"time": timesince(moment, depth=1)}
    return format_html(
        '<time class="whitespace-nowrap" datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        local.strftime("%d/%m/%Y %H:%M:%S"),
        words,
    )


def muted(text: Any) -> SafeString:
    """Show words in a quiet colour."""
    return format_html('<span class="text-subtle whitespace-nowrap">{}</span>', text)


def as_json(value: Any) -> SafeString | str:
    """Show a JSON value for people to read; nothing for an empty one."""
    if not value:
        return NOTHING
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return format_html('<pre class="bo-code">{}</pre>', text)


def linked(name: str, words: Any, ordering: str | None = None) -> Callable[[Any, Any], str]:
    """Make a column or a read-only line that links to a related row."""

    @display(description=words, ordering=ordering)
    def show(admin: Any, row: Any) -> str:
        return row_link(getattr(row, name))

    # A list leads to its rows from another column: a link inside a link is an empty one.
    show.leads_elsewhere = True
    column: Callable[[Any, Any], str] = show
    return column


def json_of(name: str, words: Any) -> Callable[[Any, Any], str]:
    """Make a read-only line that shows a JSON member of a row."""

    @display(description=words)
    def show(admin: Any, row: Any) -> str:
        return as_json(getattr(row, name))

    line: Callable[[Any, Any], str] = show
    return line
