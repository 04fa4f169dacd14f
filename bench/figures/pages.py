"""(d) The inbox, a thread and the API over 100,000 conversations with 1,000,000 messages; more or
less with PAGES_CONVERSATIONS and PAGES_MESSAGES.
"""

from __future__ import annotations

import http.client
import os
import random
import time
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import bulk, cast
from bench.report import Report, percentile
from bench.stack import HOST, Stack
from inbox.selectors import LIST_SIZE, THREAD_SIZE

CONVERSATIONS = int(os.environ.get("PAGES_CONVERSATIONS", "100000"))
MESSAGES = int(os.environ.get("PAGES_MESSAGES", "1000000"))
API_LIST = "/central-atendimento/conversas/"
REQUESTS = 150
WARM = 15

# The same rows, without people, channels and permissions.
BARE_LIST = f"""
SELECT id, last_message_at, last_message_text, unread_count FROM omnichannel_conversation
WHERE company_id = %s AND last_message_at <= %s
ORDER BY last_message_at DESC, id DESC LIMIT {LIST_SIZE + 1}
"""
BARE_THREAD = f"""
SELECT id, seq, text, status, happened_at FROM omnichannel_message
WHERE conversation_id = %s ORDER BY happened_at DESC, seq DESC LIMIT {THREAD_SIZE + 1}
"""
PLACES = """
SELECT id, last_message_at FROM omnichannel_conversation
WHERE company_id = %s ORDER BY random() LIMIT %s
"""


class Browser:
    """One keep-alive connection of a person who is logged in."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=30)
        self.cookie = cookie

    def get(self, path: str, *, part: bool = False) -> float:
        """Fetch a page, or the part of it that a click draws; give the seconds until all of it was
        there.
        """
        headers = {"Cookie": self.cookie, **({"HX-Request": "true"} if part else {})}
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        seconds = time.perf_counter() - began
        assert answer.status == 200, f"{path}: {answer.status}"
        return seconds


def measure(stack: Stack, report: Report) -> None:
    """Count queries with 10 conversations and with all, then time pages beside bare SQL."""
    clinic, *_others = cast.clinics(2)
    cookie = cast.session_cookie(clinic.attendant)
    bulk.fill(clinic, conversations=10, messages=100)
    few = _queries(clinic, cookie)
    began = time.monotonic()
    bulk.fill(clinic, conversations=CONVERSATIONS, messages=MESSAGES)
    report.say(f"       loaded in {time.monotonic() - began:.0f} s")
    many = _queries(clinic, cookie)
    stack.web()
    stack.wait_for_web()
    browser = Browser(stack.port, cookie)
    places = _places(clinic)
    big = bulk.longest(clinic)
    pages: dict[str, Callable[[int], float]] = {
        "inbox": lambda n: browser.get("/atendimento/?filtro=todas"),
        "thread": lambda n: browser.get(_thread(places[n][0]), part=True),
        "longest_thread": lambda n: browser.get(_thread(big), part=True),
        "api_list": lambda n: browser.get(API_LIST),
        "inbox_and_longest_thread": lambda n: browser.get(_thread(big)),
    }
    floors: dict[str, Callable[[int], float]] = {
        "inbox": lambda n: _bare(BARE_LIST, clinic.company.pk, places[n][1]),
        "thread": lambda n: _bare(BARE_THREAD, places[n][0]),
        "longest_thread": lambda n: _bare(BARE_THREAD, big),
        "api_list": lambda n: _bare(BARE_LIST, clinic.company.pk, places[n][1]),
        "inbox_and_longest_thread": lambda n: (
            _bare(BARE_LIST, clinic.company.pk, places[n][1]) + _bare(BARE_THREAD, big)
        ),
    }
    for name, page in pages.items():
        ours, floor = [], []
        for number in range(REQUESTS + WARM):
            floor.append(floors[name](number))
            ours.append(page(number))
        report.add(
            f"pages.{name}_p95",
            percentile(ours[WARM:], 0.95) * 1000,
            "ms",
            floor=percentile(floor[WARM:], 0.95) * 1000,
            # Both at once is what a reload draws; a click draws one of them.
            goal="" if "_and_" in name else "value <= 40",
        )
    for name in few:
        report.add(
            f"pages.{name}_queries",
            many[name],
            "queries",
            floor=few[name],
            goal="ratio <= 1",
            note="floor: with 10 conversations",
        )


def _thread(conversation_id: object) -> str:
    return f"/atendimento/conversas/{conversation_id}/"


def _bare(statement: str, *values: object) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.fetchall()
    return time.perf_counter() - began


def _places(clinic: cast.Clinic) -> list[tuple[object, object]]:
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [clinic.company.pk, REQUESTS + WARM])
        return [(pk, moment) for pk, moment in cursor.fetchall()]


def _queries(clinic: cast.Clinic, cookie: str) -> dict[str, int]:
    """Count what the pages ask of the database, in this process."""
    name, _, value = cookie.partition("=")
    client = Client(headers={"host": HOST})
    client.cookies[name] = value
    thread = _thread(random.choice(_places(clinic))[0])
    counts = {}
    paths = {"inbox": "/atendimento/?filtro=todas", "thread": thread, "api_list": API_LIST}
    for page, path in paths.items():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts[page] = len(queries)
    return counts
