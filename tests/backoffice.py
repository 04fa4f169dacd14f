"""A browser in the back-office, for the tests of its pages."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, User
from accounts.services.memberships import member_create
from tests import make


class Office:
    """One person's browser under /admin/."""

    def __init__(self, person: Membership | User) -> None:
        self.browser = Client()
        user = getattr(person, "user", person)
        self.browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def list(self, model: str, **query: Any) -> Any:
        """Open a list."""
        return self.browser.get(reverse(f"admin:{model}_changelist"), query)

    def page(self, model: str, row: Any, kind: str = "change") -> Any:
        """Open a row's page."""
        return self.browser.get(reverse(f"admin:{model}_{kind}", args=[row.pk]))

    def save(self, model: str, row: Any = None, **values: Any) -> Any:
        """Send a form; panels without forms of their own need their counts."""
        name = f"admin:{model}_change" if row else f"admin:{model}_add"
        address = reverse(name, args=[row.pk] if row else [])
        return self.browser.post(address, {**values, **self._counts(address)})

    def _counts(self, address: str) -> dict[str, str]:
        page = self.browser.get(address)
        if page.context is None or "inline_admin_formsets" not in page.context:
            return {}
        return {
            f"{one.formset.prefix}-{part}_FORMS": "0"
            for one in page.context["inline_admin_formsets"]
            for part in ("TOTAL", "INITIAL")
        }

    def press(self, model: str, row: Any, button: str, **sent: Any) -> Any:
        """Press a button above a row's form."""
        return self.browser.post(reverse(f"admin:{model}_{button}", args=[row.pk]), sent)

    def act(self, model: str, action: str, *rows: Any) -> Any:
        """Run an action of a list on rows."""
        chosen = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
        return self.browser.post(reverse(f"admin:{model}_changelist"), chosen)

    def queries(self, address: str) -> int:
        """Count the queries of a page."""
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert self.browser.get(address).status_code == 200
        return len(caught)


def text_of(response: Any) -> str:
    """Return a page's HTML."""
    return response.content.decode()


def said(response: Any) -> str:
    """Return the messages a request left."""
    return " ".join(str(one) for one in get_messages(response.wsgi_request))


def owner() -> User:
    """Make the platform's owner, who works in no clinic."""
    return User.objects.create_superuser("dona@plataforma.example", make.PASSWORD, name="Dona")


def supervisor(of: Any) -> Membership:
    """Make a supervisor."""
    return member_create(
        company=of,
        email=f"sofia@{str(of.pk)[-12:]}.example",
        name="Sofia Lemos",
        password=make.PASSWORD,
        role=Membership.Role.SUPERVISOR,
    )
