"""Sockets of panels: who gets one, what it tells, when it ends; and two tabs at once."""

from __future__ import annotations

from typing import Any

import pytest
from channels.layers import get_channel_layer

from accounts.models import Membership
from common.realtime import Event, send
from common.rooms import HOUSE, talk
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from tests import make
from tests.queues.conftest import make_queue
from tests.race import together
from tests.visitors.panel import Panel
from tests.visitors.test_line import answer, elsewhere, frames
from visitors import crowds, sockets
from visitors.models import VisitorBlock, VisitorSession
from visitors.secrets import network_of
from visitors.services.blocking import visitor_block
from visitors.services.sessions import session_end

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]


async def opened(panel: Panel, **hello: Any) -> Any:
    """Connect a panel's socket and say hello."""
    socket = panel.socket()
    assert (await socket.connect())[0]
    given = {"type": "hello", "token": panel.pointer or None, "conversation": None, **hello}
    await socket.send_json_to(given)
    await frames(socket, "ready")
    return socket


async def closed(socket: Any) -> int:
    """Wait until a socket is closed; return the code."""
    while True:
        sent = await socket.receive_output(timeout=5)
        if sent["type"] == "websocket.close":
            return int(sent["code"])


@pytest.mark.parametrize(
    "origin", [make.SITE, "https://outro.example", "", "null", "http://testserver:81"]
)
async def test_only_our_own_panel_opens_a_socket(chat: Channel, origin: str) -> None:
    panel = await elsewhere(lambda: Panel(chat).start())
    assert not (await panel.socket(origin).connect())[0]


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "hello", "token": "x" * 43},
        {"type": "hello"},
        {"type": "heartbeat"},
        {"type": "resume", "conversation": None},
    ],
)
async def test_a_socket_without_a_session_is_closed(chat: Channel, hello: Any) -> None:
    socket = Panel(chat).socket()
    assert (await socket.connect())[0]
    await socket.send_json_to(hello)
    assert await closed(socket) == sockets.CLOSE_SESSION


async def test_a_network_has_so_many_sockets_and_no_more(chat: Channel, settings: Any) -> None:
    settings.VISITOR_SOCKETS_PER_NETWORK = 2
    panel = await elsewhere(lambda: Panel(chat, ip="192.0.2.77").start())
    held = [await opened(panel) for _time in range(2)]
    crowded = panel.socket()
    assert (await crowded.connect())[0]
    assert await closed(crowded) == sockets.CLOSE_CROWDED
    await crowded.disconnect()
    assert crowds.count_open(network_of(panel.ip)) == 2
    # Another network's visitor is nobody's crowd, and who leaves makes room.
    stranger = await elsewhere(lambda: Panel(chat, ip="198.51.100.9").start())
    other = await opened(stranger)
    await held.pop().disconnect()
    held += [other, await opened(panel)]
    for socket in held:
        await socket.disconnect()
    assert crowds.count_open(network_of(panel.ip)) == 0


async def test_another_visitors_talk_is_not_heard(chat: Channel, ana: Membership) -> None:
    theirs = await elsewhere(lambda: Panel(chat).start())
    told = (await elsewhere(theirs.say)).json()
    stranger = await elsewhere(lambda: Panel(chat, ip="198.51.100.9").start())
    socket = stranger.socket()
    await socket.connect()
    other = told["conversation"]["id"]
    await socket.send_json_to(
        {"type": "hello", "token": None, "conversation": other, "revision": 0}
    )
    assert (await socket.receive_json_from(timeout=5))["code"] == "nao_encontrado"
    await socket.send_json_to({"type": "hello", "token": None, "conversation": None})
    await frames(socket, "ready")
    for kind in ("resume", "typing", "seen"):
        given = {"type": kind, "conversation": other, "revision": 0, "seq": 1, "what": "read"}
        await socket.send_json_to(given)
        assert (await socket.receive_json_from(timeout=5))["code"] == "nao_encontrado"
    await elsewhere(theirs.say, "Segredo")
    await socket.send_json_to({"type": "heartbeat"})
    assert (await socket.receive_json_from(timeout=5))["type"] == "heartbeat"
    await socket.disconnect()


async def test_what_was_missed_comes_with_resume(chat: Channel, ana: Membership) -> None:
    """Row 26: a socket that was away, and one whose hints were lost, learn the same."""
    panel = await elsewhere(lambda: Panel(chat).start())
    told = (await elsewhere(panel.say)).json()["conversation"]
    conversation = await Conversation.unscoped.aget(pk=told["id"])
    await elsewhere(_take, conversation, ana)
    await elsewhere(answer, conversation, ana, "Enquanto dormia")
    has = {"conversation": told["id"], "revision": told["revision"], "seq": 1}
    socket = await opened(panel, **has)
    new = await frames(socket, "message_new")
    assert new[-1]["message"]["text"] == "Enquanto dormia"
    # Stored by somebody whose hint never came.
    await frames(socket, "status")
    await Conversation.unscoped.filter(pk=conversation.pk).aupdate(revision=99)
    await Message.unscoped.filter(text="Enquanto dormia").aupdate(revision=99, text="Mudou")
    await sockets_miss(socket)
    changed = await frames(socket, "message_changed")
    assert changed[-1]["message"]["text"] == "Mudou"
    await socket.disconnect()


async def sockets_miss(socket: Any) -> None:
    """Let the channel layer say that hints may have been missed."""
    await get_channel_layer().group_send(HOUSE, {"type": "missed"})


def _take(conversation: Conversation, attendant: Membership) -> None:
    conversation_take(conversation=conversation, attendant=attendant)


@pytest.mark.parametrize("why", ["ended", "blocked"])
async def test_a_socket_ends_with_its_session(chat: Channel, ana: Membership, why: str) -> None:
    panel = await elsewhere(lambda: Panel(chat).start())
    told = (await elsewhere(panel.say)).json()["conversation"]
    socket = await opened(panel, conversation=told["id"], revision=told["revision"])
    conversation = await Conversation.unscoped.aget(pk=told["id"])
    if why == "ended":
        session = await VisitorSession.unscoped.aget()
        await elsewhere(session_end, session=session)
        await socket.send_json_to({"type": "typing", "conversation": told["id"]})
        assert await closed(socket) == sockets.CLOSE_SESSION
    else:
        kind = VisitorBlock.Kind.VISITOR
        await elsewhere(visitor_block, conversation=conversation, kind=kind, actor=ana)
        assert await closed(socket) == sockets.CLOSE_BLOCKED


async def test_typing_goes_both_ways_without_a_word_of_it(chat: Channel, ana: Membership) -> None:
    panel = await elsewhere(lambda: Panel(chat).start())
    told = (await elsewhere(panel.say)).json()["conversation"]
    socket = await opened(panel, conversation=told["id"], revision=told["revision"])
    event = Event("typing", (talk(told["id"]),), told["id"], data={"member": str(ana.pk)})
    await elsewhere(send, [event])
    assert (await frames(socket, "typing"))[-1]["name"] == "Ana"

    layer = get_channel_layer()
    name = await layer.new_channel()
    await layer.group_add(talk(told["id"]), name)
    for _ in range(3):
        await socket.send_json_to({"type": "typing", "conversation": told["id"]})
    await socket.send_json_to({"type": "heartbeat"})
    await frames(socket, "heartbeat")
    message = await layer.receive(name)
    assert [kind for _talk, kind, _seq, _id in message["about"]] == ["typing"]
    assert '"member":null' in message["frames"][0]
    await socket.disconnect()


async def test_whoever_waits_is_told_their_place(chat: Channel, clinic: Any, ana: Membership):
    await elsewhere(make_queue, clinic)
    first = await elsewhere(lambda: Panel(chat).start())
    await elsewhere(first.say)
    second = await elsewhere(lambda: Panel(chat, ip="198.51.100.9").start())
    told = (await elsewhere(second.say)).json()["conversation"]
    socket = await opened(second, conversation=told["id"], revision=0)
    place = (await frames(socket, "queue"))[-1]["queue"]
    assert (place["position"], place["waiting"]) == (2, 2)
    conversation = await Conversation.unscoped.exclude(pk=told["id"]).aget()
    await elsewhere(_take, conversation, ana)
    await socket.send_json_to({"type": "heartbeat"})
    place = (await frames(socket, "queue"))[-1]["queue"]
    assert (place["position"], place["waiting"]) == (1, 1)
    await socket.disconnect()


async def test_a_socket_that_hammers_is_closed(chat: Channel) -> None:
    panel = await elsewhere(lambda: Panel(chat).start())
    socket = await opened(panel)
    for _ in range(sockets.FRAMES_PER_10_SECONDS + 1):
        await socket.send_to(text_data="{")
    assert await closed(socket) == sockets.CLOSE_ABUSE


def test_two_tabs_that_send_one_message_store_it_once(chat: Channel, rounds: int) -> None:
    for at in range(rounds):
        make.forget_cached()
        panel = Panel(chat, ip=f"198.51.100.{at + 1}").start()
        cookies = panel.client.cookies

        def send_it(panel: Panel = panel, cookies: Any = cookies, at: int = at) -> Any:
            tab = Panel(panel.channel, panel.ip)
            tab.client.cookies, tab.pointer = cookies.copy(), panel.pointer
            return tab.say("Uma vez", f"mensagem-{at}")

        answers = together(*[send_it] * 3)
        assert sorted(one.status_code for one in answers) == [200, 200, 201]
        ids = {one.json()["message"]["id"] for one in answers}
        assert len(ids) == 1
    assert Message.unscoped.filter(text="Uma vez").count() == rounds
    assert Conversation.unscoped.count() == rounds
