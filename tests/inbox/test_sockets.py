"""Sockets: who may listen, what they hear, what they may say, and when they have to leave."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from kombu.exceptions import OperationalError

from accounts.models import Company, Membership
from common import realtime
from inbox import consumers
from inbox.sockets import sockets
from omnichannel.services.conversations import (
    conversation_close,
    conversation_mark_read,
    conversation_release,
    conversation_take,
)
from omnichannel.services.outbound import message_send, note_add
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]
FIXED = {"quadro_invalido", "comando_desconhecido", "nao_encontrado"}


async def elsewhere(action: Callable[[], Any]) -> Any:
    """Do something to the database as another process would."""

    def run() -> Any:
        try:
            return action()
        finally:
            connection.close()

    return await asyncio.to_thread(run)


def cookie(member: Membership | None) -> list[tuple[bytes, bytes]]:
    """Log a person in and return the headers of their browser."""
    headers = [(b"origin", b"http://testserver"), (b"host", b"testserver")]
    if member is not None:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        name = django_settings.SESSION_COOKIE_NAME
        headers.append((b"cookie", f"{name}={client.cookies[name].value}".encode()))
    return headers


class Page:
    """One open socket of a person."""

    def __init__(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        self.wire = WebsocketCommunicator(sockets, path, headers=headers)

    async def open(self) -> tuple[bool, Any]:
        return await self.wire.connect(timeout=5)

    async def say(self, **command: Any) -> None:
        await self.wire.send_json_to(command)

    async def hear(self) -> dict[str, Any]:
        """Return the next frame. Opening a page brings its person to work, which every page of
        the company hears; these tests are about the rest.
        """
        while True:
            frame = json.loads(await self.wire.receive_from(timeout=5))
            if frame.get("data", {}).get("what") != "presence":
                return frame

    async def ask(self, **command: Any) -> dict[str, Any]:
        await self.say(**command)
        return await self.hear()

    async def heard(self) -> list[dict[str, Any]]:
        """Return everything said so far: what comes before the answer to a heartbeat.

        The heartbeat goes through the layer once around, so a hint sent earlier is there.
        """
        await asyncio.sleep(0.05)
        # What was said before asks the database in the one thread that sockets share.
        await sync_to_async(int)()
        await asyncio.sleep(0.1)
        await self.say(type="heartbeat")
        frames = []
        while (frame := await self.hear())["type"] != "heartbeat":
            frames.append(frame)
        return frames

    async def closed_with(self) -> int:
        """Wait until the server closes; return its code."""
        while True:
            message = await self.wire.receive_output(timeout=5)
            if message["type"] == "websocket.close":
                return int(message["code"])


def company_path(company: Any) -> str:
    return f"/ws/atendimento/{company}/"


def talk_path(company: Any, conversation: Any) -> str:
    return f"/ws/atendimento/{company}/{conversation}/"


@contextlib.asynccontextmanager
async def opened(path: str, member: Membership) -> AsyncIterator[Page]:
    """Open a socket that must be let in, and close it."""
    page = Page(path, await elsewhere(lambda: cookie(member)))
    assert (await page.open())[0], "was refused"
    try:
        yield page
    finally:
        await page.wire.disconnect()


def run(scenario: Callable[[], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        try:
            return await scenario()
        finally:
            for task in consumers._rounds.copy().values():
                task.cancel()
            # The test client of Channels keeps the connection of the sockets' thread open.
            await sync_to_async(lambda: connection.close())()

    return asyncio.run(whole())


def listening(member: Membership, conversation: Any = None) -> Any:
    company = member.company_id
    path = talk_path(company, conversation.pk) if conversation else company_path(company)
    return opened(path, member)


@pytest.fixture
def secretive(clinic: Company) -> Company:
    """Let attendants of the clinic see only their own conversations and the free ones."""
    Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
    clinic.refresh_from_db()
    return clinic


# --- who is let in -------------------------------------------------------------------------------


def refused(path: str, headers: list[tuple[bytes, bytes]]) -> int:
    async def scenario() -> int:
        page = Page(path, headers)
        is_in, code = await page.open()
        assert not is_in, "was let in"
        return int(code)

    return run(scenario)


def test_strangers_are_refused_before_the_handshake(conversation):
    company = conversation.company_id
    for path in (company_path(company), talk_path(company, conversation.pk)):
        assert refused(path, cookie(None)) == 1000


def test_a_forged_session_is_a_stranger(clinic):
    headers = [*cookie(None), (b"cookie", b"sessionid=" + b"a" * 32)]
    refused(company_path(clinic.pk), headers)


def test_another_companys_address_is_refused_like_one_that_does_not_exist(
    conversation, ana, rui, rival
):
    theirs, nowhere = (
        {
            refused(company_path(company), cookie(rui)),
            refused(talk_path(company, conversation.pk), cookie(rui)),
        }
        for company in (conversation.company_id, uuid4())
    )
    assert theirs == nowhere == {1000}


def test_another_companys_conversation_under_ones_own_company_is_refused(conversation, rui):
    refused(talk_path(rui.company_id, conversation.pk), cookie(rui))
    refused(talk_path(rui.company_id, uuid4()), cookie(rui))


def test_a_colleagues_conversation_is_refused_where_each_sees_only_their_own(
    secretive, conversation, beto, carla
):
    conversation_take(conversation=conversation, attendant=beto)
    path = talk_path(secretive.pk, conversation.pk)
    refused(path, cookie(carla))

    async def scenario() -> None:
        async with opened(path, beto):
            pass

    run(scenario)


@pytest.mark.parametrize("switched_off", ["membership", "user", "company"])
def test_who_is_switched_off_is_refused(conversation, beto, switched_off):
    headers = cookie(beto)
    target = {"membership": beto, "user": beto.user, "company": beto.company}[switched_off]
    target.is_active = False
    target.save()
    refused(company_path(beto.company_id), headers)


@pytest.mark.parametrize(
    "origin",
    [
        *(b"http://evil.example", b"null", b"http://testserver.evil.io", b""),
        # The same machine, but another site.
        *(b"http://testserver:9999", b"https://testserver", b"http://testserver:80", b"testserver"),
    ],
)
def test_a_page_of_another_site_is_refused(clinic, ana, origin):
    headers = [(k, origin if k == b"origin" else v) for k, v in cookie(ana)]
    refused(company_path(clinic.pk), headers)


@pytest.mark.parametrize(
    "path",
    ["/ws/", "/ws/atendimento/", "/ws/atendimento/1/", "/", "/ws/atendimento/../x/", "/ws/a\x00b/"],
)
def test_an_address_that_is_not_in_the_table_is_refused(ana, path):
    refused(path, cookie(ana))


# --- what is heard -------------------------------------------------------------------------------


def test_a_patients_message_is_a_hint_of_ids_and_no_content(channel, ana):
    async def scenario() -> list[dict]:
        async with listening(ana) as page:
            await elsewhere(lambda: make.inbound(channel, text="CANARIO dor no peito"))
            return await page.heard()

    (frame,) = run(scenario)
    assert list(frame) == ["type", "id", "at", "conversation", "seq", "data"]
    assert (frame["type"], frame["seq"], frame["data"]) == ("new_message", 1, {})
    assert "CANARIO" not in json.dumps(frame)
    assert make.PHONE not in json.dumps(frame)


def test_every_change_reaches_the_list_and_the_open_conversation(conversation, ana):
    steps = [
        ("ticket_assigned", lambda: conversation_take(conversation=conversation, attendant=ana)),
        (
            "message_updated",
            lambda: message_send(conversation=conversation, author=ana, text="Olá"),
        ),
        ("message_updated", lambda: note_add(conversation=conversation, author=ana, text="nota")),
        ("new_message message_received", lambda: make.inbound(conversation.channel)),
        (
            "conversation_updated",
            lambda: conversation_mark_read(conversation=conversation, up_to=99),
        ),
        (
            "conversation_updated",
            lambda: conversation_release(conversation=conversation, actor=ana),
        ),
        ("ticket_closed", lambda: conversation_close(conversation=conversation, actor=ana)),
    ]

    async def scenario() -> None:
        async with listening(ana) as company, listening(ana, conversation) as talk:
            for kinds, step in steps:
                await elsewhere(step)
                # What attendants and those who take part hear; mostly the same.
                for page, kind in zip((company, talk), (kinds.split() * 2)[:2], strict=True):
                    frames = await page.heard()
                    assert [frame["type"] for frame in frames] == [kind]
                    assert frames[0]["conversation"] == str(conversation.pk)
            # What the page now knows is what the database holds.
            assert frames[0]["seq"] == await elsewhere(lambda: revision(conversation))

    run(scenario)


def revision(conversation: Any) -> int:
    return type(conversation).unscoped.get(pk=conversation.pk).revision


def test_one_company_never_hears_another(channel, rival_channel, ana, rui):
    async def scenario() -> tuple[list, list]:
        async with listening(ana) as here, listening(rui) as there:
            await elsewhere(lambda: make.inbound(channel))
            return await here.heard(), await there.heard()

    here, there = run(scenario)
    assert (len(here), there) == (1, [])


def test_where_each_sees_only_their_own_hints_follow_the_holder(
    secretive, channel, ana, beto, carla
):
    async def scenario() -> None:
        async with listening(ana) as boss, listening(beto) as b, listening(carla) as c:
            pages = {"ana": boss, "beto": b, "carla": c}

            async def heard_by() -> set[str]:
                return {name for name, page in pages.items() if await page.heard()}

            talk = (await elsewhere(lambda: make.inbound(channel))).conversation
            assert await heard_by() == {"ana", "beto", "carla"}, "nobody's: everyone"
            await elsewhere(lambda: conversation_take(conversation=talk, attendant=beto))
            assert await heard_by() == {"ana", "beto", "carla"}, "it leaves the free ones"
            await elsewhere(lambda: make.inbound(channel))
            assert await heard_by() == {"ana", "beto"}, "beto's"
            await elsewhere(lambda: conversation_take(conversation=talk, attendant=ana))
            assert await heard_by() == {"ana", "beto"}, "beto loses it and is told"
            await elsewhere(lambda: make.inbound(channel))
            assert await heard_by() == {"ana"}, "ana's"

    run(scenario)


def test_every_page_is_told_when_hints_may_have_been_lost(secretive, conversation, ana, beto, rui):
    async def scenario() -> list[dict]:
        frames = []
        async with (
            listening(ana) as boss,
            listening(beto) as attendant,
            listening(ana, conversation) as talk,
            listening(rui) as rival,
        ):
            pages = (boss, attendant, talk, rival)
            realtime.doubt()
            for page in pages:
                frames.append(await page.hear())
        return frames

    for frame in run(scenario):
        told = (frame["type"], frame["conversation"], frame["data"])
        assert told == ("system_message", None, {"what": "missed"})


def test_a_page_that_shows_one_conversation_hears_only_that_one(conversation, channel, ana):
    async def scenario() -> list[dict]:
        async with listening(ana, conversation) as page:
            other = make.person("5511911110001")
            await elsewhere(lambda: make.inbound(channel, person=other))
            await elsewhere(lambda: make.inbound(channel))
            return await page.heard()

    frames = run(scenario)
    assert [frame["conversation"] for frame in frames] == [str(conversation.pk)]


def test_a_hint_does_not_wait_for_the_database(channel, ana):
    """All sockets of a process share one thread for the database; a slow query fills it."""
    gate = threading.Event()

    async def scenario() -> dict:
        async with listening(ana) as page:
            slow = asyncio.create_task(sync_to_async(gate.wait)(5))
            try:
                await elsewhere(lambda: make.inbound(channel))
                return await asyncio.wait_for(page.hear(), 3)
            finally:
                gate.set()
                await slow

    assert run(scenario)["type"] == "new_message"


def test_a_reader_that_takes_nothing_is_let_go(monkeypatch):
    monkeypatch.setattr(consumers, "SEND_SECONDS", 0.05)
    closed = []

    async def scenario() -> None:
        socket = consumers.CompanySocket()

        async def stuck(frame: str) -> None:
            await asyncio.sleep(60)

        async def close(code: int) -> None:
            closed.append(code)

        socket.send, socket.close = stuck, close
        await socket.hints({"frames": ["{}"]})

    run(scenario)
    assert closed == [consumers.CLOSE_SLOW]


# --- what may be said ----------------------------------------------------------------------------


def test_a_heartbeat_is_answered(ana):
    async def scenario() -> dict:
        async with listening(ana) as page:
            return await page.ask(type="heartbeat")

    assert run(scenario)["type"] == "heartbeat"


@pytest.mark.parametrize(
    ("known", "missed", "reload"),
    [(3, 0, False), (1, 2, False), (0, 3, False), (9, 0, True), (-1, 3, False), ("x", 3, False)],
)
def test_a_page_that_comes_back_is_told_what_it_missed(
    channel, conversation, ana, known, missed, reload
):
    make.inbound(channel)
    make.inbound(channel)

    async def scenario() -> dict:
        async with listening(ana) as page:
            return await page.ask(type="resume", conversation=str(conversation.pk), seq=known)

    frame = run(scenario)
    assert (frame["type"], frame["seq"]) == ("resumed", 3)
    assert frame["data"] == {"missed": missed, "reload": reload}


def test_a_page_that_missed_too_much_loads_anew(conversation, ana):
    type(conversation).unscoped.update(revision=consumers.RESUME_LIMIT + 2)

    async def scenario() -> dict:
        async with listening(ana) as page:
            return await page.ask(type="resume", conversation=str(conversation.pk), seq=1)

    assert run(scenario)["data"]["reload"] is True


def test_a_foreign_and_a_missing_conversation_get_the_same_answer(conversation, rui):
    async def scenario() -> list[dict]:
        async with listening(rui) as page:
            return [
                await page.ask(type=kind, conversation=str(one), seq=0)
                for kind in ("resume", "typing", "viewing")
                for one in (conversation.pk, uuid4())
            ]

    answers = [(frame["type"], frame["conversation"], frame["data"]) for frame in run(scenario)]
    assert set(map(repr, answers)) == {repr(("error", None, {"code": "nao_encontrado"}))}


def test_somebody_typing_is_shown_to_colleagues_by_id_only(conversation, ana, beto, rui):
    async def scenario() -> tuple[list, list]:
        async with listening(ana) as page, listening(beto) as typist, listening(rui) as rival:
            await typist.say(type="typing", conversation=str(conversation.pk))
            return await page.heard(), await rival.heard()

    (frame,), rival_heard = run(scenario)
    assert (frame["type"], frame["data"]) == ("typing", {"member": str(beto.pk)})
    assert rival_heard == []


def test_the_patient_sees_the_holder_type_and_nobody_else(conversation, beto, carla, bells):
    conversation_take(conversation=conversation, attendant=beto)

    async def scenario() -> None:
        async with listening(beto) as mine, listening(carla) as other:
            for page in (other, mine, mine, mine):
                await page.say(type="typing", conversation=str(conversation.pk))
                await page.heard()

    run(scenario)
    rung = [call for call in bells if call[0] == "omnichannel.tasks.typing_show"]
    assert rung == [
        ("omnichannel.tasks.typing_show", (str(conversation.company_id), str(conversation.pk)))
    ]


def test_a_broker_that_is_away_does_not_close_the_page(conversation, beto, monkeypatch):
    conversation_take(conversation=conversation, attendant=beto)

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("celery.Celery.send_task", away)

    async def scenario() -> dict:
        async with listening(beto) as page:
            await page.say(type="typing", conversation=str(conversation.pk))
            await page.heard()
            return await page.ask(type="heartbeat")

    assert run(scenario)["type"] == "heartbeat"


def odd_frame(random: Random, conversation: str) -> str | bytes:
    values: list[Any] = [
        None, True, -1, 10**30, 1.5, "", "x", "\x00", "á" * 50, [], {}, [[]], {"a": 1},
        conversation, conversation.upper(), conversation[:-1], "' OR 1=1 --", "../../x",
    ]  # fmt: skip
    kinds = ["resume", "typing", "viewing", "heartbeat", "subscribe", "hints", "close", *values]
    match random.randrange(8):
        case 0:
            return random.randbytes(random.randint(1, 40))
        case 1:
            return "".join(chr(random.randrange(32, 0xD7FF)) for _ in range(random.randint(1, 30)))
        case 2:
            return "[" * random.choice([10, 4000])
        case 3:
            return json.dumps(random.choice(values)) or "x"
        case 4:
            return json.dumps({"type": "heartbeat", "x": "y" * random.choice([10, 5000])})
        case _:
            members = {"type": random.choice(kinds), "conversation": random.choice(values)}
            return json.dumps({**members, "seq": random.choice(values)})


def test_five_thousand_odd_frames_get_only_fixed_answers(conversation, ana, monkeypatch):
    monkeypatch.setattr(consumers, "FRAMES_PER_10_SECONDS", 10**9)
    random = Random(20261001)
    frames = [odd_frame(random, str(conversation.pk)) for _ in range(5000)]

    async def scenario() -> list[dict]:
        answers = []
        async with listening(ana) as page:
            for frame in frames:
                given = {"bytes_data" if isinstance(frame, bytes) else "text_data": frame}
                await page.wire.send_to(**given)
                answers.append(await page.hear())
        return answers

    answers = run(scenario)
    for answer in answers:
        kind, data = answer["type"], answer["data"]
        if kind == "error":
            assert data in [{"code": code} for code in FIXED]
        elif kind == "resumed":
            assert set(data) == {"missed", "reload"}
        else:
            assert (kind, set(data)) in [
                ("heartbeat", set()),
                ("typing", {"member"}),
                ("viewing", {"member"}),
            ]
    assert {answer["data"].get("code") for answer in answers} >= FIXED


def test_who_talks_without_end_is_let_go(ana, monkeypatch):
    monkeypatch.setattr(consumers, "FRAMES_PER_10_SECONDS", 5)

    async def scenario() -> int:
        async with listening(ana) as page:
            for _ in range(6):
                await page.say(type="heartbeat")
            return await page.closed_with()

    assert run(scenario) == consumers.CLOSE_ABUSE


# --- rights, looked up again ---------------------------------------------------------------------


def after(change: Callable[[], Any], member: Membership, conversation: Any = None) -> int:
    """Open a page, change something, let the minute pass; return the code it is closed with."""

    async def scenario() -> int:
        async with listening(member, conversation) as page:
            await elsewhere(change)
            return await page.closed_with()

    return run(scenario)


@pytest.fixture
def minute(monkeypatch) -> None:
    """Let a minute pass quickly."""
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.1)


@pytest.mark.usefixtures("minute")
@pytest.mark.parametrize("lost", ["membership", "user", "company", "gone"])
def test_who_loses_the_right_is_let_go_within_the_minute(beto, lost):
    def change() -> None:
        if lost == "gone":
            beto.delete()
            return
        target = {"membership": beto, "user": beto.user, "company": beto.company}[lost]
        type(target)._base_manager.filter(pk=target.pk).update(is_active=False)

    assert after(change, beto) == consumers.CLOSE_RIGHTS


@pytest.mark.usefixtures("minute")
def test_who_logs_out_elsewhere_is_let_go(beto):
    assert after(lambda: Session.objects.all().delete(), beto) == consumers.CLOSE_RIGHTS


@pytest.mark.usefixtures("minute")
def test_a_changed_password_ends_open_pages(beto):
    def change() -> None:
        beto.user.set_password("outra-senha-bem-longa")
        beto.user.save()

    assert after(change, beto) == consumers.CLOSE_RIGHTS


@pytest.mark.usefixtures("minute")
def test_a_conversation_that_a_colleague_took_is_closed_to_who_may_no_longer_see_it(
    secretive, conversation, beto, carla
):
    def take() -> None:
        conversation_take(conversation=conversation, attendant=beto)

    assert after(take, carla, conversation) == consumers.CLOSE_RIGHTS


def test_a_company_that_turns_secretive_changes_what_open_pages_hear(clinic, channel, beto, carla):
    talk = make.inbound(channel).conversation
    conversation_take(conversation=talk, attendant=beto)

    async def scenario() -> tuple[int, list[dict]]:
        async with listening(carla) as page:
            await elsewhere(lambda: make.inbound(channel))
            before = len(await page.heard())
            for socket in list(consumers._open):
                await socket.recheck()
            assert await page.heard() == [], "nothing changed"
            await elsewhere(
                lambda: Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
            )
            for socket in list(consumers._open):
                await socket.recheck()
            await elsewhere(lambda: make.inbound(channel))
            return before, await page.heard()

    before, (told,) = run(scenario)
    assert before == 1
    # What it shows it read with the rights of before.
    assert told["data"] == {"what": "missed"}


@pytest.mark.usefixtures("minute")
def test_who_keeps_the_right_stays(beto):
    async def scenario() -> dict:
        async with listening(beto) as page:
            await asyncio.sleep(0.35)
            return await page.ask(type="heartbeat")

    assert run(scenario)["type"] == "heartbeat"


@pytest.mark.usefixtures("minute")
def test_one_pages_trouble_does_not_end_the_look_at_the_others(ana, beto, monkeypatch):
    real = consumers.CompanySocket.recheck

    async def recheck(socket: consumers.CompanySocket, found: Membership | None) -> None:
        assert socket.membership is not None
        if socket.membership.pk == ana.pk:
            raise RuntimeError("bug")
        await real(socket, found)

    monkeypatch.setattr(consumers.CompanySocket, "recheck", recheck)

    async def scenario() -> int:
        async with listening(ana), listening(beto) as page:
            await asyncio.sleep(0.15)
            await elsewhere(lambda: Membership.unscoped.filter(pk=beto.pk).update(is_active=False))
            return await page.closed_with()

    assert run(scenario) == consumers.CLOSE_RIGHTS


def test_a_closed_page_is_forgotten(beto):
    async def scenario() -> int:
        async with listening(beto):
            assert len(consumers._open) == 1
        return len(consumers._open)

    assert run(scenario) == 0


def test_a_page_that_leaves_while_its_rights_are_looked_up_is_put_in_no_room(
    clinic, beto, monkeypatch
):
    """The look finds that the rooms changed; meanwhile the page has gone."""
    real = consumers._member_again

    async def scenario() -> list[str]:
        joined: list[str] = []
        looking, gone = asyncio.Event(), asyncio.Event()

        async def slowly(scope: Any) -> Any:
            user = await real(scope)
            looking.set()
            await gone.wait()
            return user

        async with listening(beto):
            (socket,) = consumers._open
            await elsewhere(
                lambda: Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
            )
            add = socket.channel_layer.group_add

            async def group_add(room: str, name: str) -> None:
                joined.append(room)
                await add(room, name)

            monkeypatch.setattr(socket.channel_layer, "group_add", group_add)
            monkeypatch.setattr(consumers, "_member_again", slowly)
            look = asyncio.create_task(socket.recheck())
            await looking.wait()
        gone.set()
        await look
        return joined

    assert run(scenario) == []
