"""What changed in a conversation reaches the pages that show it in one step, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import Company, Membership
from common.scoping import company_scope
from contacts.models import Contact
from contacts.services.contacts import contact_save
from inbox import consumers
from inbox.talk import live
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_mark_read, conversation_take
from tests import make
from tests.inbox.test_sockets import Page, company_path, cookie, elsewhere, run, talk_path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]
SAID = "CANARIO dor no peito"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    """Let the parts around a bubble come at once."""
    monkeypatch.setattr(live, "LATER", {})


@asynccontextmanager
async def showing(
    member: Membership, conversation: Any, path: str = "", language: str = ""
) -> AsyncIterator[Page]:
    """Open a page of somebody's that shows a conversation."""
    headers = await elsewhere(lambda: cookie(member))
    if language:
        headers.append((b"accept-language", language.encode()))
    page = Page(path or company_path(member.company_id), headers)
    assert (await page.open())[0], "was refused"
    try:
        seq = await elsewhere(lambda: revision(conversation))
        answer = await page.ask(
            type="resume", conversation=str(conversation.pk), seq=seq, follow=True
        )
        assert answer["data"]["follow"] is True
        yield page
    finally:
        await page.wire.disconnect()


def revision(conversation: Any) -> int:
    return Conversation.unscoped.get(pk=conversation.pk).revision


async def changes(page: Page, count: int = 2) -> list[dict[str, Any]]:
    """Return what a page is sent, without the hints."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        frame = await page.hear()
        if frame["type"] == "changes":
            found.append(frame)
    return found


async def whole_of(page: Page) -> dict[str, Any]:
    """Return the next changes that hold the parts around the bubbles, too."""
    while not (frame := (await changes(page, 1))[0])["data"]["whole"]:
        pass
    return frame


async def nothing(page: Page) -> bool:
    """Whether a page is sent nothing but hints, though what changed was read for it."""
    # A reading ends before the next one begins: the one of the hint is over after this.
    for pool in (live._rows_readers, live._whole_readers) * 2:
        await asyncio.wrap_future(pool.submit(int))
        await asyncio.sleep(0.1)
    return not any(frame["type"] == "changes" for frame in await page.heard())


def fetched(member: Membership, conversation: Any, since: int, language: str = "") -> str:
    """Return what the page's own fetch answers."""
    client = Client(headers={"accept-language": language} if language else {})
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/atendimento/conversas/{conversation.pk}/mensagens/?desde={since}"
    return client.get(url, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("language", ["pt-BR", "en"])
def test_a_page_that_shows_a_conversation_is_sent_the_text_and_then_the_parts_around_it(
    conversation, channel, ana, language
):
    async def scenario() -> tuple[dict, dict, str]:
        async with showing(ana, conversation, language=language) as page:
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            bubbles, whole = await changes(page)
            drawn = await elsewhere(lambda: fetched(ana, conversation, 1, language))
            return bubbles, whole, drawn

    bubbles, whole, drawn = run(scenario)
    assert (bubbles["seq"], bubbles["data"]["since"], bubbles["data"]["whole"]) == (2, 1, False)
    assert SAID in bubbles["data"]["html"]
    assert 'id="cabeca"' not in bubbles["data"]["html"]
    # Exactly what the page would have fetched, in its reader's language and zone.
    assert whole["data"]["html"] == drawn
    assert drawn.lstrip().startswith(bubbles["data"]["html"].strip())


def test_the_contact_column_is_drawn_only_when_it_shows_something_new(
    conversation, channel, ana, clinic
):
    def read() -> None:
        with company_scope(clinic.pk):
            conversation_mark_read(conversation=conversation, up_to=2**62)

    def tagged() -> None:
        with company_scope(clinic.pk):
            contact_save(actor=ana, contact=conversation.contact, door="teste", tags=["VIP"])

    async def scenario() -> dict[str, bool]:
        found = {}
        async with showing(ana, conversation) as page:
            for name, act in {"read": read, "tagged": tagged}.items():
                await elsewhere(act)
                html = (await whole_of(page))["data"]["html"]
                assert 'id="cabeca"' in html
                found[name] = 'id="painel"' in html
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            found["written"] = 'id="painel"' in (await whole_of(page))["data"]["html"]
        return found

    assert run(scenario) == {"read": False, "tagged": True, "written": True}


def test_who_does_not_show_it_and_who_stopped_get_the_hint_only(
    conversation, channel, ana, beto, rui
):
    async def scenario() -> list[list[str]]:
        async with (
            showing(ana, conversation) as left,
            showing(ana, conversation, talk_path(ana.company_id, conversation.pk)) as other,
            listening(beto) as beside,
            listening(rui) as rival,
        ):
            told = {"type": "resume", "conversation": str(conversation.pk), "seq": 1}
            assert "follow" not in (await left.ask(**told, follow=False))["data"]
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            await changes(other)
            return [[f["type"] for f in await page.heard()] for page in (left, beside, rival)]

    assert run(scenario) == [["new_message"], ["new_message"], []]


@asynccontextmanager
async def listening(member: Membership) -> AsyncIterator[Page]:
    page = Page(company_path(member.company_id), await elsewhere(lambda: cookie(member)))
    assert (await page.open())[0]
    try:
        yield page
    finally:
        await page.wire.disconnect()


def test_a_strangers_conversation_cannot_be_followed(conversation, channel, rui):
    async def scenario() -> tuple[dict, bool]:
        async with listening(rui) as page:
            command = {"conversation": str(conversation.pk), "seq": 0, "follow": True}
            answer = await page.ask(type="resume", **command)
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            return answer, await nothing(page)

    answer, is_nothing = run(scenario)
    assert answer["data"] == {"code": "nao_encontrado"}
    assert is_nothing


def test_no_text_goes_through_redis(conversation, channel, ana, settings):
    watcher = redis.Redis.from_url(settings.REDIS_URL).pubsub()
    watcher.psubscribe("*")
    watcher.get_message(timeout=2)

    async def scenario() -> None:
        async with showing(ana, conversation) as page:
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            await changes(page)

    run(scenario)
    heard = b""
    while message := watcher.get_message(timeout=0.3):
        heard += repr(message["data"]).encode()
    watcher.close()
    assert b"new_message" in heard
    assert b"CANARIO" not in heard


# --- rights --------------------------------------------------------------------------------------


def lose(change: str, conversation: Any, reader: Membership, colleague: Membership) -> None:
    """Take a right away behind the socket's back, with no hint that would tell it."""
    rows = Membership.unscoped.filter(pk=reader.pk)
    match change:
        case "membership":
            rows.update(is_active=False)
        case "user":
            type(reader.user).objects.filter(pk=reader.user_id).update(is_active=False)
        case "password":
            reader.user.set_password("outra-senha-bem-longa")
            reader.user.save()
        case "session":
            Session.objects.all().delete()
        case "company":
            Company.objects.filter(pk=reader.company_id).update(is_active=False)
        case "role":
            Company.objects.filter(pk=reader.company_id).update(attendants_see_all=False)
            Conversation.unscoped.filter(pk=conversation.pk).update(attendant=colleague)
            rows.update(role=Membership.Role.ATTENDANT)
        case "handed over":
            Company.objects.filter(pk=reader.company_id).update(attendants_see_all=False)
            rows.update(role=Membership.Role.ATTENDANT)
            conversation_take(conversation=conversation, attendant=colleague)


@pytest.mark.parametrize("change", ["membership", "user", "password", "session", "company"])
def test_who_lost_the_right_to_be_there_is_sent_away_at_the_next_change(
    conversation, channel, ana, beto, change
):
    async def scenario() -> tuple[int, list]:
        async with showing(ana, conversation) as page:
            # By now her rights are known, and only what changed of them is noticed.
            await elsewhere(lambda: make.inbound(channel, text="antes"))
            await changes(page)
            await elsewhere(lambda: lose(change, conversation, ana, beto))
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            frames: list = []
            while (message := await page.wire.receive_output(timeout=5))["type"] != (
                "websocket.close"
            ):
                frames.append(message["text"])
            return message["code"], frames

    code, frames = run(scenario)
    assert code == consumers.CLOSE_RIGHTS
    assert not any("CANARIO" in frame for frame in frames)


@pytest.mark.parametrize("change", ["role", "handed over"])
def test_who_may_not_see_the_conversation_any_more_is_sent_nothing(
    conversation, channel, ana, beto, change
):
    async def scenario() -> bool:
        async with showing(ana, conversation) as page:
            await elsewhere(lambda: make.inbound(channel, text="antes"))
            assert "antes" in (await changes(page))[0]["data"]["html"]
            await elsewhere(lambda: lose(change, conversation, ana, beto))
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            return await nothing(page)

    assert run(scenario)


def test_numbers_are_masked_from_the_moment_the_clinic_says_so(conversation, channel, beto):
    number = conversation.contact.phone
    shown = f"{number[-9:-4]}-{number[-4:]}"
    Company.objects.update(attendants_see_private=True)

    async def heads() -> list[str]:
        found = []
        async with showing(beto, conversation) as page:
            for is_clear in (True, False):
                await elsewhere(lambda v=is_clear: Company.objects.update(attendants_see_private=v))
                await elsewhere(lambda: make.inbound(channel, text="oi"))
                found.append((await changes(page))[1]["data"]["html"])
        return found

    Contact.unscoped.update(name="")
    clear, masked = run(heads)
    assert shown in clear
    assert shown not in masked


# --- in step -------------------------------------------------------------------------------------


def test_what_comes_while_a_page_is_told_becomes_one_reading(
    conversation, channel, ana, monkeypatch
):
    read: list[bool] = []
    real = live.changes_read

    def counted(*arguments: Any, is_whole: bool) -> Any:
        read.append(is_whole)
        return real(*arguments, is_whole=is_whole)

    monkeypatch.setattr(live, "changes_read", counted)
    monkeypatch.setattr(live, "LATER", {"new_message": 3600})

    async def scenario() -> list[dict]:
        async with showing(ana, conversation) as one, showing(ana, conversation) as two:
            for _ in range(5):
                await elsewhere(lambda: make.inbound(channel, text=SAID))
            for page in (one, two):
                while (await changes(page, 1))[0]["seq"] < 6:
                    pass
            # The time is up.
            for socket in consumers._open:
                socket.follower._whole_at = 0.0
                socket.follower._woken.set()
            return [await whole_of(page) for page in (one, two)]

    for whole in run(scenario):
        assert (whole["seq"], whole["data"]["whole"]) == (6, True)
        assert whole["data"]["html"].count("CANARIO") >= 5
    # Two pages of two sessions, five messages.
    assert read.count(True) == 2, "the parts around them were drawn once for each page"


def test_pages_of_one_session_share_a_reading(conversation, channel, ana, monkeypatch):
    read: list[bool] = []
    real = live.changes_read

    def counted(*arguments: Any, is_whole: bool) -> Any:
        read.append(is_whole)
        return real(*arguments, is_whole=is_whole)

    monkeypatch.setattr(live, "changes_read", counted)
    headers = cookie(ana)

    async def scenario() -> None:
        pages = [Page(company_path(ana.company_id), headers) for _ in range(5)]
        for page in pages:
            await page.open()
            command = {"conversation": str(conversation.pk), "seq": 1, "follow": True}
            await page.ask(type="resume", **command)
        await elsewhere(lambda: make.inbound(channel, text=SAID))
        for page in pages:
            assert SAID in (await changes(page))[1]["data"]["html"]
        for page in pages:
            await page.wire.disconnect()

    run(scenario)
    assert sorted(read) == [False, True]


@pytest.mark.parametrize("why", ["too many", "a failure"])
def test_what_cannot_be_sent_is_left_to_a_fetch(conversation, channel, ana, monkeypatch, why):
    if why == "too many":
        monkeypatch.setattr("inbox.selectors.CHANGES_SIZE", 0)
    else:
        monkeypatch.setattr(live, "render_to_string", lambda *_a: 1 / 0)

    async def scenario() -> dict:
        async with showing(ana, conversation) as page:
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            return (await changes(page, 1))[0]

    assert run(scenario)["data"]["html"] is None


def test_looks_at_a_person_are_written_down(conversation, channel, ana, monkeypatch):
    seen: list[Any] = []
    monkeypatch.setattr(
        "accounts.services.viewing.listeners", [lambda who, _place, rows: seen.append((who, rows))]
    )

    async def scenario() -> None:
        async with showing(ana, conversation) as page:
            await elsewhere(lambda: make.inbound(channel, text=SAID))
            await changes(page, 1)

    run(scenario)
    assert (ana, [conversation]) in seen
