"""Sessions: the same rows as Django's, read at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as DjangosStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def stored(store: type[DjangosStore]) -> str:
    session = store()
    session["quem"] = "Ana"
    session.save()
    assert session.session_key
    return session.session_key


@pytest.mark.parametrize(
    ("writer", "reader"), [(DjangosStore, SessionStore), (SessionStore, DjangosStore)]
)
def test_what_django_stored_goes_on(writer: type[DjangosStore], reader: type[DjangosStore]):
    assert reader(stored(writer))["quem"] == "Ana"


def test_an_ended_session_is_nobodys():
    key = stored(SessionStore)
    Session.objects.filter(session_key=key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    session = SessionStore(key)
    assert session.get("quem") is None
    assert session.session_key is None


@pytest.mark.parametrize("key", ["", "nobody-has-this-one-at-all", "zero\x00byte", "é" * 500])
def test_a_key_of_nobodys_is_an_empty_session(key: str):
    assert SessionStore(key).get("quem") is None
