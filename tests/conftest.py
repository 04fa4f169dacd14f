"""The cast: company *clinic* with ana (administrator), beto and carla (attendants); company *rival*
with rui.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from itertools import compress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from django.conf import settings
from django.contrib.auth import hashers
from django.db import connection, transaction
from django.test import TransactionTestCase

from accounts.models import Company, Membership
from omnichannel.models import Channel, Conversation
from tests import make
from tests.inbox.browser import CHROMIUM_FLAGS, LiveServer

FIXTURES = Path(__file__).parent / "fixtures"
# Filled once by migrate; nothing in a test changes them.
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
# The database refuses to delete from these, and to empty them: the trigger that says so.
APPEND_ONLY = {
    "contacts_consent": "consent_never_emptied",
    "accounts_auditentry": "audit_never_emptied",
    "bot_aiusage": "ai_usage_append_only",
}
TRUNCATE = """
ALTER TABLE {name} DISABLE TRIGGER {trigger};
TRUNCATE {name};
ALTER TABLE {name} ENABLE ALWAYS TRIGGER {trigger}
"""


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    """Empty tables after a transactional test by DELETE where there are rows: Django's own TRUNCATE
    of every table and its making of permissions anew takes a second or two, for a handful of rows.
    """

    def empty(case: TransactionTestCase) -> None:
        names = connection.introspection.django_table_names(only_existing=True)
        names = sorted(set(names) - KEPT_TABLES)
        with transaction.atomic(), connection.cursor() as cursor:
            has_rows = ", ".join(f"EXISTS (SELECT FROM {name})" for name in names)
            cursor.execute(f"SELECT {has_rows}")
            filled = list(compress(names, cursor.fetchone()))
            if not filled:
                return
            # Everything goes, so no foreign key needs a look: after 200,000 rows that took hours.
            statements = ["SET LOCAL session_replication_role = replica"]
            for name in filled:
                trigger = APPEND_ONLY.get(name)
                statements.append(
                    TRUNCATE.format(name=name, trigger=trigger)
                    if trigger
                    else f"DELETE FROM {name}"
                )
            cursor.execute(";".join(statements))

    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hash passwords cheaply: the real hasher costs most of a second for every person made."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    hashers.get_hashers.cache_clear()
    hashers.get_hashers_by_algorithm.cache_clear()


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    """Collect the Celery tasks that would be rung, (name, arguments); none reaches a broker."""
    rung: list[tuple[str, tuple[object, ...]]] = []

    def ring(app: Any, name: str, args: Any = None, **options: Any) -> None:
        rung.append((name, tuple(args or ())))

    monkeypatch.setattr("celery.Celery.send_task", ring)
    return rung


@pytest.fixture(scope="session")
def live_address() -> Iterator[str]:
    """Serve the whole product."""
    server = LiveServer()
    yield server.start()
    server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium_path: str) -> AsyncIterator[Any]:
    """Give a Chromium, one for all tests: its start costs more than most of them. What a page keeps
    ends with its context, which is a test's own.
    """
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=chromium_path, args=CHROMIUM_FLAGS
        )
        yield chromium
        await chromium.close()


@pytest.fixture(params=[3, pytest.param(8, marks=pytest.mark.slow)])
def rounds(request: pytest.FixtureRequest) -> int:
    """Tell how often a race is run: a few times always, more where there is time."""
    count: int = request.param
    return count


@pytest.fixture
def clinic(db: None) -> Company:
    """Give the clinic of the tests."""
    return make.company("Clínica Bem-Estar")


@pytest.fixture
def rival(db: None) -> Company:
    """Give the other tenant, who must never see anything of the clinic."""
    return make.company("Clínica Rival")


@pytest.fixture
def ana(clinic: Company) -> Membership:
    """Give the clinic's administrator."""
    return make.member(clinic, "Ana Prado", Membership.Role.ADMINISTRATOR)


@pytest.fixture
def beto(clinic: Company) -> Membership:
    """Give an attendant."""
    return make.member(clinic, "Beto Reis")


@pytest.fixture
def carla(clinic: Company) -> Membership:
    """Give another attendant."""
    return make.member(clinic, "Carla Nunes")


@pytest.fixture
def rui(rival: Company) -> Membership:
    """Give the rival's administrator."""
    return make.member(rival, "Rui Sá", Membership.Role.ADMINISTRATOR)


@pytest.fixture
def channel(clinic: Company) -> Channel:
    """Give the clinic's WhatsApp number."""
    return make.channel(clinic)


@pytest.fixture
def rival_channel(rival: Company) -> Channel:
    """Give the rival's WhatsApp number."""
    return make.channel(rival, account_id="200000000000002", waba_id="200000000000001")


@pytest.fixture
def conversation(channel: Channel) -> Conversation:
    """Give a conversation that a patient just opened with "Oi"."""
    return make.inbound(channel, text="Oi").conversation


@pytest.fixture
def no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer for the provider: this is not about Meta."""
    from providers.outgoing import AccountHealth
    from providers.whatsapp.adapter import WhatsAppAdapter

    answers: dict[str, Callable[..., Any]] = {
        "validate": lambda self, account: AccountHealth(
            account.account_id,
            waba_id=account.settings["waba_id"],
            is_waba_read=bool(account.settings["waba_id"]),
        ),
        "subscribe": lambda self, account: None,
        "register": lambda self, account, pin: None,
        "profile": lambda self, account: {},
        "profile_update": lambda self, account, changes: changes,
        "templates": lambda self, account: iter(()),
    }
    for name, answer in answers.items():
        monkeypatch.setattr(WhatsAppAdapter, name, answer)


@pytest.fixture
def attempt(subtests: Any) -> Callable[..., Any]:
    """Judge one row of a table as a test of its own, and undo what it did to the database."""

    @contextmanager
    def one(*row: Any) -> Iterator[None]:
        with subtests.test(" ".join(map(str, row))), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return one
