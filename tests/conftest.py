"""The cast: company *clinic* with ana (administrator), beto and carla (attendants); company *rival*
with rui.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.db import connection, transaction
from django.test import TransactionTestCase

from accounts.models import Company, Membership
from omnichannel.models import Channel, Conversation
from tests import make

FIXTURES = Path(__file__).parent / "fixtures"
# Filled once by migrate; nothing in a test changes them.
KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
# The database refuses to delete from these.
APPEND_ONLY = ("contacts_consent",)
TRUNCATE = """
DO $$ BEGIN IF EXISTS (SELECT FROM {name}) THEN TRUNCATE {name}; END IF; END $$
"""


@pytest.fixture(scope="session", autouse=True)
def _quick_flush() -> None:
    """Empty tables after a transactional test by DELETE: Django's own TRUNCATE of every table and
    its making of permissions anew takes a second or two, for a handful of rows.
    """

    def empty(case: TransactionTestCase) -> None:
        names = connection.introspection.django_table_names(only_existing=True)
        deleted = set(names).difference(KEPT_TABLES, APPEND_ONLY)
        quoted = [connection.ops.quote_name(name) for name in deleted]
        with transaction.atomic(), connection.cursor() as cursor:
            for name in APPEND_ONLY:
                cursor.execute(TRUNCATE.format(name=name))
            # Foreign keys are deferred to the commit, so the order does not matter.
            cursor.execute(";".join(f"DELETE FROM {name}" for name in quoted))

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
    from omnichannel.adapters.outgoing import AccountHealth
    from omnichannel.adapters.whatsapp.adapter import WhatsAppAdapter

    answers: dict[str, Callable[..., Any]] = {
        "validate": lambda self, account: AccountHealth(account.account_id),
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
