"""Django's sessions in the database, read by a statement that is composed once: every request
begins with it. The setting SESSION_ENGINE names this module.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models.sessions import BrowserSession
from common.composed import Composed

# Writing down each click would cost a statement for nothing.
NOTED = timedelta(minutes=1)
_SESSION = Composed(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).select_related(
        "browser__company"
    )[:1]
)


class SessionStore(db.SessionStore):
    """What a browser's cookie stands for. Stored, signed and ended as Django does it, and ended
    when nobody does anything for as long as its company allows.
    """

    browser: BrowserSession | None = None

    @property
    def works_at(self) -> UUID | None:
        """The company that its person chose, if they did."""
        # Loads it, unless it is known already; the stubs do not name it.
        self._get_session()  # type: ignore[attr-defined]
        return self.browser.company_id if self.browser else None

    def seen(self) -> None:
        """Note that its person did something just now, once a minute at most."""
        now, browser = timezone.now(), self.browser
        if browser is not None and browser.seen_at < now - NOTED:
            BrowserSession.objects.filter(pk=browser.pk).update(seen_at=now, updated_at=now)
            browser.seen_at = now

    def cycle_key(self) -> None:
        """Go on under another key; what is known of the browser goes along."""
        data, old = self._session, self.session_key  # type: ignore[attr-defined]
        self.create()
        self._session_cache = data
        if old:
            BrowserSession.objects.filter(session_id=old).update(session_id=self.session_key)
            self.delete(old)

    def _get_session_from_db(self) -> Any:
        # No text of the database holds a zero byte, so such a key is nobody's.
        key = self.session_key or ""
        row = _SESSION.first(key, timezone.now()) if "\x00" not in key else None
        self.browser = getattr(row, "browser", None)
        if self.browser is not None and self.browser.is_idle:
            self.delete(key)
            self.browser = row = None
        if row is None:
            self._session_key = None
        return row
