"""A clinic that tells another system what happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import Membership
from common.happenings import HappeningKind
from integrations.models import HookSubscription
from integrations.services.subscriptions import hook_create
from tests.integrations.receiver import Other


@pytest.fixture
def other(settings: Any) -> Iterator[Other]:
    """Give the other system, which listens on this machine."""
    settings.WEBHOOKS_OUT_HOSTS = ["127.0.0.1"]
    found = Other()
    with found.listening():
        yield found


@pytest.fixture
def hook(ana: Membership, other: Other, bells: Any) -> HookSubscription:
    """Give a subscription to everything."""
    row, other.secret = hook_create(
        actor=ana, name="Prontuário", url=other.url, events=HappeningKind.values
    )
    return row
