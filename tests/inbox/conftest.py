"""Readers of the inbox: a client without a browser, and a Chromium on a live server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from django.conf import settings
from django.test import Client

from accounts.models import Membership
from tests import make
from tests.inbox.browser import Inbox


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> None:
    """Forget the tries to log in that other tests made from this address."""
    make.forget_cached()


@pytest.fixture
def enter() -> Callable[[Membership], Client]:
    """Log a person in and give their client."""

    def login(member: Membership) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login


@pytest_asyncio.fixture(loop_scope="session")
async def sit_down(
    browser: Any, live_address: str, transactional_db: None
) -> AsyncIterator[Callable[..., Awaitable[Inbox]]]:
    """Give a person's browser, logged in. At the end no page may have complained on its console."""
    from asgiref.sync import sync_to_async

    inboxes: list[Inbox] = []

    async def sit(member: Membership | None = None, **options: Any) -> Inbox:
        context = await browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "pt-BR", **options}
        )
        context.set_default_timeout(30_000)
        if member is not None:
            client = Client()
            backend = "django.contrib.auth.backends.ModelBackend"
            await sync_to_async(client.force_login)(member.user, backend=backend)
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_address}
            await context.add_cookies([cookie])
        inbox = Inbox(await context.new_page(), live_address)
        inboxes.append(inbox)
        return inbox

    yield sit
    problems = [problem for inbox in inboxes for problem in inbox.problems]
    for inbox in inboxes:
        await inbox.page.context.close()
    assert problems == []
