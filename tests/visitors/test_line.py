"""A visitor writes, an attendant answers, both see it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership
from omnichannel.choices import Direction
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.outbound import message_send
from providers.choices import MessageStatus
from tests.visitors.panel import Panel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]


async def elsewhere(act: Any, *args: Any, **kwargs: Any) -> Any:
    """Do something as another process would."""

    def run() -> Any:
        try:
            return act(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


async def frames(socket: Any, *until: str) -> list[dict[str, Any]]:
    """Receive frames up to the one of the last type wanted."""
    found: list[dict[str, Any]] = []
    wanted = set(until)
    while wanted:
        found.append(await socket.receive_json_from(timeout=5))
        wanted.discard(found[-1]["type"])
    return found


def answer(conversation: Conversation, attendant: Membership, text: str) -> Message:
    """Let an attendant answer, and the worker send it."""
    conversation.refresh_from_db()
    message = message_send(conversation=conversation, author=attendant, text=text)
    conversation_deliver(conversation=conversation)
    return message


async def test_a_visitor_writes_and_hears_the_answer(chat: Channel, ana: Membership) -> None:
    panel = await elsewhere(lambda: Panel(chat).start(name="Joana"))
    socket = panel.socket()
    assert (await socket.connect())[0]
    await socket.send_json_to({"type": "hello", "token": panel.pointer, "conversation": None})
    assert (await socket.receive_json_from(timeout=5))["conversation"] is None
    said = (await elsewhere(panel.say, "Quero marcar", "primeira-1")).json()
    assert said["message"]["client_id"] == "primeira-1"
    heard = await frames(socket, "message_new", "status")
    assert heard[0]["message"]["text"] == "Quero marcar"

    conversation = await Conversation.unscoped.aget(pk=said["conversation"]["id"])
    await elsewhere(conversation_take, conversation=conversation, attendant=ana)
    state = (await frames(socket, "status"))[-1]["state"]
    assert (state["stage"], state["attendant"]) == ("humano", "Ana")
    await elsewhere(answer, conversation, ana, "Claro, Joana")
    new = (await frames(socket, "message_new"))[-1]["message"]
    assert (new["text"], new["from"], new["name"]) == ("Claro, Joana", "atendente", "Ana")

    seen = {"type": "seen", "conversation": str(conversation.pk), "seq": new["seq"]}
    await socket.send_json_to({**seen, "what": "read"})
    await socket.send_json_to({"type": "heartbeat"})
    await frames(socket, "heartbeat")
    row = await Message.unscoped.aget(pk=new["id"])
    assert row.status == MessageStatus.READ
    await elsewhere(conversation_close, conversation=conversation, actor=ana)
    assert (await frames(socket, "closed"))[-1]["conversation"] == str(conversation.pk)
    await socket.disconnect()
    stored = await Message.unscoped.aget(direction=Direction.IN)
    assert stored.text == "Quero marcar"
