"""Readers of the inbox: a client without a browser, and a Chromium on a live server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.models import Membership
from tests.inbox.browser import CHROMIUM_FLAGS, Inbox, LiveServer


@pytest.fixture
def enter() -> Callable[[Membership], Client]:
    """Log a person in and give their client."""

    def login(member: Membership) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login


@pytest.fixture(scope="session")
def live_address() -> Iterator[str]:
    """Serve the whole product, static files included."""
    call_command("collectstatic", interactive=False, verbosity=0)
    server = LiveServer()
    yield server.start()
    server.stop()


@pytest_asyncio.fixture
async def browser(chromium_path: str) -> AsyncIterator[Any]:
    """Give a Chromium."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture
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
        context.set_default_timeout(10_000)
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
