"""When the demo is loaded, and when it is not."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Company


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    # As the launcher sets it, so that channels may speak with the simulator.
    settings.MEDIA_EXTRA_HOSTS = ["127.0.0.1:8001"]
    monkeypatch.setenv("DEMO_EMAIL", "chefe@clinica.example")
    monkeypatch.setenv("DEMO_PASSWORD", "uma-senha-de-demo")


def load(*arguments: str) -> str:
    said = StringIO()
    call_command("demo_load", *arguments, stdout=said)
    return said.getvalue()


def test_it_leaves_an_installation_with_companies_alone(clinic, credentials):
    assert "nothing done" in load()
    assert list(Company.objects.all()) == [clinic]


def test_force_loads_beside_other_companies_and_not_twice(clinic, credentials):
    load("--force")
    assert Company.objects.count() == 2
    with pytest.raises(CommandError, match="já está conectada"):
        load("--force")
    assert Company.objects.count() == 2


def test_without_a_password_nothing_is_made(db, monkeypatch):
    monkeypatch.setenv("DEMO_EMAIL", "chefe@clinica.example")
    monkeypatch.setenv("DEMO_PASSWORD", "")
    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        load()
    assert not Company.objects.exists()
