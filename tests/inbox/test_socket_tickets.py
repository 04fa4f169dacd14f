"""Sockets by ticket: for frontends of another origin and for programs."""

from __future__ import annotations

from typing import Any

import pytest
from knox.models import get_token_model
from pytest_django import Settings

from accounts.models import Company, Membership
from accounts.services.socket_tickets import socket_ticket_issue
from accounts.services.tokens import token_issue, tokens_revoke
from inbox import consumers
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_take
from tests.inbox.test_sockets import Page, company_path, cookie, elsewhere, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bells")]
PAGE = "https://painel.clinica.example"
HOST = (b"host", b"testserver")


def ticket_of(member: Membership) -> str:
    token_issue(user=member.user)
    row = get_token_model().objects.filter(user=member.user).latest("created")
    return socket_ticket_issue(membership=member, digest=row.digest)


def page(company: Company, query: str, origin: str | None = PAGE, *more: Any) -> Page:
    headers = [HOST, *more]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return Page(f"{company_path(company.pk)}?{query}", headers)


@pytest.fixture(autouse=True)
def one_origin(settings: Settings) -> None:
    """Let one other origin in."""
    settings.CORS_ALLOWED_ORIGINS = [PAGE]


@pytest.mark.parametrize("origin", [PAGE, None, "http://testserver"])
def test_a_ticket_opens_one_socket_that_hears(
    beto: Membership, clinic: Company, conversation: Conversation, origin: str | None
):
    async def scenario() -> None:
        ticket = await elsewhere(lambda: ticket_of(beto))
        first = page(clinic, f"ticket={ticket}", origin)
        assert (await first.open())[0]
        again = page(clinic, f"ticket={ticket}", origin)
        assert not (await again.open())[0]
        await elsewhere(lambda: conversation_take(conversation=conversation, attendant=beto))
        assert str(conversation.pk) in {frame["conversation"] for frame in await first.heard()}
        await first.wire.disconnect()

    run(scenario)


def test_pages_that_are_not_named_and_tickets_that_are_none_are_refused(
    beto: Membership, rui: Membership, clinic: Company
):
    async def scenario() -> None:
        good = await elsewhere(lambda: ticket_of(beto))
        theirs = await elsewhere(lambda: ticket_of(rui))
        cookies = await elsewhere(lambda: cookie(beto))
        for query, origin, more in (
            (f"ticket={good}", "https://alheio.example", ()),
            (f"ticket={theirs}", PAGE, ()),
            ("ticket=inventado", PAGE, ()),
            ("ticket=", None, ()),
            ("ticket=a&ticket=b", None, ()),
            # The session of a browser is no ticket of a page elsewhere, nor mends a bad one.
            ("", PAGE, cookies[2:]),
            ("ticket=x", PAGE, cookies[2:]),
        ):
            assert not (await page(clinic, query, origin, *more).open())[0], (query, origin)

    run(scenario)


def test_a_socket_ends_with_its_token(beto: Membership, clinic: Company):
    async def scenario() -> None:
        opened = page(clinic, f"ticket={await elsewhere(lambda: ticket_of(beto))}")
        assert (await opened.open())[0]
        await elsewhere(lambda: tokens_revoke(user=beto.user))
        for socket in list(consumers._open):
            await socket.recheck()
        assert await opened.closed_with() == consumers.CLOSE_RIGHTS

    run(scenario)


def test_nothing_drawn_for_pages_goes_to_a_ticket(
    beto: Membership, clinic: Company, conversation: Conversation
):
    async def scenario() -> None:
        opened = page(clinic, f"ticket={await elsewhere(lambda: ticket_of(beto))}")
        assert (await opened.open())[0]
        told = await opened.ask(
            type="resume", conversation=str(conversation.pk), seq=0, follow=True
        )
        assert told["type"] == "resumed"
        assert "follow" not in told["data"]
        await opened.wire.disconnect()

    run(scenario)
