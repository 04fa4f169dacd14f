"""Django's sessions in the database, read by a statement that is composed once: every request
begins with it. The setting SESSION_ENGINE names this module.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from common.composed import Composed

_SESSION = Composed(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now)[:1]
)


class SessionStore(db.SessionStore):
    """What a browser's cookie stands for. Stored, signed and ended as Django does it."""

    def _get_session_from_db(self) -> Any:
        # No text of the database holds a zero byte, so such a key is nobody's.
        key = self.session_key or ""
        row = _SESSION.first(key, timezone.now()) if "\x00" not in key else None
        if row is None:
            self._session_key = None
        return row
