"""The Conversations API, read to notice what no webhook brought. It takes two calls a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext, ngettext

from providers.comparing import SaidThere
from providers.facts import Json
from providers.meta.client import Graph
from providers.tolerant import ident, mapping, text

# Two calls a second, and room for whoever else asks.
PAUSE_SECONDS = 0.6
PAGES, ROWS, MESSAGES = 4, 25, 10
EDGE = "conversations"
FIELDS = f"updated_time,messages.limit({MESSAGES}){{id,created_time,from}}"


def said(
    graph: Graph, owner: str, own: frozenset[str], platform: str, since: datetime
) -> list[SaidThere]:
    """Return what people wrote since then in the newest hundred conversations, ten messages each.
    `own` are the account's ids. Raises SendError.
    """
    found: list[SaidThere] = []
    after = ""
    for place in range(PAGES):
        if place:
            time.sleep(PAUSE_SECONDS)
        more = {"after": after} if after else {}
        answer = graph.get(owner, EDGE, platform=platform, fields=FIELDS, limit=str(ROWS), **more)
        rows = [mapping(one) for one in _list(answer.get("data"))]
        found += [one for row in rows for one in _messages(row, own) if one.at >= since]
        # The newest stand first.
        ends = _moment(rows[-1].get("updated_time")) if rows else None
        after = text(mapping(mapping(answer.get("paging")).get("cursors")).get("after"), 1000)
        is_last = "next" not in mapping(answer.get("paging"))
        if is_last or not after or (ends is not None and ends < since):
            break
    return found


def missing_words(count: int) -> str:
    """Say that messages are missing, and the reasons that Meta has for it."""
    sentence = ngettext(
        "%(count)d mensagem das últimas 24 horas está na Meta e não chegou aqui.",
        "%(count)d mensagens das últimas 24 horas estão na Meta e não chegaram aqui.",
        count,
    )
    reasons = gettext(
        "Confira: se o app tem Acesso Avançado (sem ele só chegam mensagens de quem tem função no"
        " app); se o acesso às mensagens está permitido no aplicativo da conta, em Ferramentas"
        " conectadas; se outro aplicativo ou a caixa da Meta cuida das conversas, em Roteamento de"
        " conversas; e use Assinar webhooks."
    )
    return f"{sentence % {'count': count}} {reasons}"


def _messages(row: Json, own: frozenset[str]) -> Iterator[SaidThere]:
    for one in map(mapping, _list(mapping(row.get("messages")).get("data"))):
        person = ident(mapping(one.get("from")).get("id"))
        at, mid = _moment(one.get("created_time")), ident(one.get("id"))
        if person and mid and at is not None and person not in own:
            yield SaidThere(mid, person, at)


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text(value, 40))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
