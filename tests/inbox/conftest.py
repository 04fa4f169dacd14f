"""A browserless reader of the inbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership


@pytest.fixture
def enter() -> Callable[[Membership], Client]:
    """Log a person in and give their client."""

    def login(member: Membership) -> Client:
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return login
