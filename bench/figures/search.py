"""(l) The search box over 10,000,000 messages of a clinic: rare and common words, without accents.

The floor is the same words asked of the same index by hand: the newest conversations that hold
them, with nothing of people, files, protocols and cards.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import connection

from accounts.models import Membership
from bench import bulk, cast
from bench.report import Report, percentile
from bench.stack import Stack
from common.scoping import company_scope
from inbox import selectors
from omnichannel.search import MOST_FOUND

# A smaller machine may look at less: the whole takes a quarter of an hour to load.
MESSAGES = int(os.environ.get("SEARCH_MESSAGES", "10000000"))
CONVERSATIONS = MESSAGES // 10
ROUNDS = 20
WARM = 3
# One in seven messages, one in five, one in forty, a handful, one, none; and of two letters.
WORDS = (
    "convenio",
    "ola horario",
    "numero obrigada vacina",
    "numero 3100",
    "exame 99991",
    "depilacao a laser",
    "joao sa",
    "lu",
    "5541900000777",
)
BARE = """
SELECT id FROM omnichannel_conversation WHERE id IN (
    SELECT conversation_id FROM (
        SELECT conversation_id FROM omnichannel_message
        WHERE company_id = %s AND deleted_at IS NULL AND {words}
        ORDER BY id DESC LIMIT {most}
    ) said
) ORDER BY last_message_at DESC, id DESC LIMIT 31
"""
HOLDS = "central_fold(central_said(text, metadata)) LIKE '%%' || ltrim(central_fold(%s)) || '%%'"
# Two letters count at a word's beginning, which the index knows.
BEGINS = "central_fold(central_said(text, metadata)) LIKE '%%' || central_fold(%s) || '%%'"


def measure(stack: Stack, report: Report) -> None:
    """Search for each word in turn, beside bare SQL of the same words."""
    (clinic,) = cast.clinics(1)
    began = time.monotonic()
    bulk.fill(clinic, conversations=CONVERSATIONS, messages=MESSAGES)
    report.say(f"       loaded in {time.monotonic() - began:.0f} s")
    reader = Membership.unscoped.select_related("company").get(pk=clinic.attendant.pk)
    ours: list[float] = []
    floor: list[float] = []
    slowest: dict[str, float] = {}
    with company_scope(clinic.company):
        for words in WORDS:
            # In turns, so that both meet the same machine.
            bare, page = partial(_bare, clinic.company.pk, words), partial(_page, reader, words)
            rounds = [(_time(bare), _time(page)) for _round in range(ROUNDS + WARM)][WARM:]
            floor += [by_hand for by_hand, _with_all in rounds]
            ours += [with_all for _by_hand, with_all in rounds]
            slowest[words] = percentile([with_all for _by_hand, with_all in rounds], 0.95) * 1000
    report.add(
        f"search.over_{MESSAGES}_p95",
        percentile(ours, 0.95) * 1000,
        "ms",
        floor=percentile(floor, 0.95) * 1000,
        goal="ratio <= 1.5",
        note="; ".join(f"{words} {value:.0f} ms" for words, value in slowest.items()),
    )


def _page(reader: Membership, asked: str) -> None:
    found = selectors.found_in(reader, asked)
    rows, _after = selectors.conversation_page(reader, found=found)
    if found:
        selectors.said_of(found, rows)


def _bare(company_id: UUID, asked: str) -> None:
    words = asked.split()
    asked_of = [HOLDS if len(word) > 2 else BEGINS for word in words]
    statement = BARE.format(words=" AND ".join(asked_of), most=MOST_FOUND)
    with connection.cursor() as cursor:
        cursor.execute(statement, [company_id, *words])
        cursor.fetchall()


def _time(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
