from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Writes down who looked at whom, and names the tables about people."""

    name = "contacts"
    verbose_name = "Contatos"

    def ready(self) -> None:
        """Listen to what pages, API, back-office and sockets show."""
        from accounts.services.viewing import listeners
        from common.admin import shown
        from contacts.holdings import erasers
        from contacts.own_holdings import holdings_name
        from contacts.services.viewing import views_note

        holdings_name()
        erasers.append(_forget_files)
        listeners.append(views_note)
        shown.connect(_shown, dispatch_uid="contacts.shown")


def _forget_files(contact: Any, values: list[str]) -> int:
    from contacts.imports.jobs import imports_forget

    return imports_forget(contact.company_id)


def _shown(sender: Any, request: Any, rows: list[Any], **kwargs: Any) -> None:
    from accounts.services.viewing import BACK_OFFICE, viewed
    from common.admin import access_of

    members = access_of(request).memberships
    for company_id in {row.company_id for row in rows}:
        # The platform's owner works in no company: what they do is in the audit of their acts.
        mine = [row for row in rows if row.company_id == company_id]
        viewed(members.get(company_id), BACK_OFFICE, mine)
