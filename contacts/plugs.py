"""What contacts have to do with other packages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from accounts.services import viewing
from accounts.services.idempotency import answers_forget
from common.admin import access_of, shown
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps
from contacts import segments
from contacts.holdings import erasers, everyone_in, holdings
from contacts.imports.forgetting import imports_forget
from contacts.imports.running import imports_free
from contacts.models import Contact, DataClass
from contacts.own_holdings import HOLDINGS
from contacts.retention import purges, views_purge
from contacts.services.merge_tables import STAYING, staying
from contacts.services.viewing import views_note


def _shown(request: HttpRequest, rows: list[Any]) -> None:
    members = access_of(request).memberships
    for company_id in {row.company_id for row in rows}:
        # The platform's owner works in no company: what they do is in the audit of their acts.
        mine = [row for row in rows if row.company_id == company_id]
        viewing.viewed(members.get(company_id), viewing.BACK_OFFICE, mine)


def _forget_files(contact: Contact, values: list[str]) -> int:
    return imports_forget(contact.company_id)


def _forget_answers(contact: Contact, values: list[str]) -> int:
    ids = [str(pk) for pk in everyone_in(contact)]
    return answers_forget(company_id=contact.company_id, values=[*ids, *values])


PLUG = Plug(
    watches=(into(viewing.listeners, views_note), into(shown, _shown)),
    offers=(into(segments.fields, *segments.FIELDS),),
    keeps=(
        into(holdings, *HOLDINGS),
        into(staying, *STAYING),
        into(purges, (DataClass.VIEWS, views_purge)),
    ),
    erases=(into(erasers, _forget_files, _forget_answers),),
    sweeps=(
        into(sweeps, Sweep("contacts.tasks.imports_sweep", every=10, due=lambda: [imports_free()])),
    ),
    beat={
        "merges-sweep": Turn("contacts.tasks.merges_sweep", every=timedelta(hours=1)),
        "retention": Turn("contacts.tasks.retention", every=timedelta(hours=6)),
        "duplicates-sweep": Turn("contacts.tasks.duplicates_sweep", every=timedelta(hours=24)),
        "imports-purge": Turn("contacts.tasks.imports_purge", every=timedelta(hours=1)),
    },
    choices={
        "ContactStatus": "contacts.models.Contact.Status",
        "ImportStatus": "contacts.imports.choices.ImportStatus",
        "ImportExisting": "contacts.imports.choices.Existing",
        "ImportReason": "contacts.imports.choices.RefusalReason",
        "LegalBasis": "contacts.models.LegalBasis",
        "IdentityKind": "contacts.refs.IdentityKind",
        "IdentityProof": "contacts.refs.Proof",
        "DuplicateReason": "contacts.models.DuplicateReason",
        "DuplicateStatus": "contacts.models.DuplicateStatus",
    },
)
