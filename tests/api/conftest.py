"""Clients of the API, one per member of the cast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Membership
from accounts.services.tokens import token_issue
from omnichannel.models import Channel, Template
from tests import make

API = "/central-atendimento/"
Client = Callable[[Membership | None], "Caller"]


class Caller(APIClient):
    """Sends JSON as a member, by token, and lets bugs raise."""

    def __init__(self, membership: Membership | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.default_format = "json"
        if membership is not None:
            token, _ = token_issue(user=membership.user)
            self.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    def generic(self, method: str, path: str, *args: Any, **extra: Any) -> Any:
        """Let paths be written without the API's root."""
        full = path if path.startswith(("/", "http")) else f"{API}{path}"
        return super().generic(method, full, *args, **extra)


@pytest.fixture
def api() -> Client:
    """Give a client for a member, or an anonymous one for None."""
    return Caller


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    """Hash passwords fast: these tests log in often."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Forget the throttle's counts of the test before."""
    make.forget_cached()


@pytest.fixture
def template(channel: Channel) -> Template:
    """Give an approved template with one variable."""
    return Template.unscoped.create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name="lembrete",
        language="pt_BR",
        category="UTILITY",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Olá {{1}}, sua consulta é amanhã."}],
    )
