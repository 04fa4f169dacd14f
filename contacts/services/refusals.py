"""Refusals that outlive the person's data: who was erased and did not want advertising is not
written to again because somebody brings their number in another file.

Only a keyed hash of each address is kept. The key is the company's own, sealed like a credential.
"""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from common import phones
from contacts.models import (
    ConsentState,
    Contact,
    ContactIdentity,
    Purpose,
    RefusalKey,
    RememberedRefusal,
)
from contacts.refs import PHONE_KINDS
from contacts.services.consent import ConsentWord, consents_record
from contacts.services.consent_rules import REMEMBERED

REMEMBER = """
INSERT INTO contacts_rememberedrefusal (id, created_at, updated_at, company_id, digest, since)
SELECT uuidv7(), now(), now(), %s, digest, %s FROM unnest(%s::text[]) digest
ON CONFLICT (company_id, digest) DO UPDATE
SET since = greatest(contacts_rememberedrefusal.since, excluded.since), updated_at = now()
"""


def refusals_remember(*, company_id: Any, people: list[Any]) -> None:
    """Keep what people (ids) said of advertising before their data are erased: remember a refusal,
    forget one that they have taken back.
    """
    rows = RememberedRefusal.objects.for_company(company_id)
    digests = {digest for _person, digest in _digests(company_id, people)}
    states = ConsentState.unscoped.filter(contact__in=people, purpose=Purpose.MARKETING)
    refused = [row.since for row in states if not row.is_granted]
    if refused and digests:
        with connection.cursor() as cursor:
            cursor.execute(REMEMBER, [company_id, max(refused), sorted(digests)])
    elif states:
        rows.filter(digest__in=digests).delete()


def refusals_recall(*, company_id: Any, contact_ids: Iterable[Any]) -> None:
    """Write to the ledger what is remembered of people who came in, whoever brings them; before
    anything that allows advertising.
    """
    rows = RememberedRefusal.objects.for_company(company_id)
    ids = list(contact_ids)
    # Most companies never erased anybody.
    if not ids or not rows.exists():
        return
    theirs: dict[str, list[Any]] = {}
    for person, digest in _digests(company_id, ids):
        theirs.setdefault(digest, []).append(person)
    found: dict[Any, datetime] = {}
    for row in rows.filter(digest__in=list(theirs)):
        for person in theirs[row.digest]:
            found[person] = max(row.since, found.get(person, row.since))
    consents_record(
        company=company_id,
        facts=[
            ConsentWord(
                contact_id=person,
                purpose=Purpose.MARKETING,
                is_granted=False,
                source=REMEMBERED,
                occurred_at=since,
            )
            for person, since in found.items()
        ],
    )


def _digests(company_id: Any, people: list[Any]) -> list[tuple[Any, str]]:
    """Return people with the hash of each of their addresses."""
    key = _key(company_id)
    found: set[tuple[Any, str]] = set()
    for pk, phone, email in Contact.unscoped.filter(pk__in=people).values_list(
        "pk", "phone", "email"
    ):
        found |= {(pk, f"phone:{phone}")} if phone else set()
        found |= {(pk, f"email:{email.casefold()}")} if email else set()
    rows = ContactIdentity.unscoped.filter(contact__in=people)
    for pk, kind, realm, value in rows.values_list("contact_id", "kind", "realm", "value"):
        number = phones.from_wa_id(value) if kind in PHONE_KINDS else ""
        found.add((pk, f"phone:{number}" if number else f"{kind}:{realm}:{value}"))
    return [(pk, hmac.new(key, address.encode(), "sha256").hexdigest()) for pk, address in found]


def _key(company_id: Any) -> bytes:
    row = RefusalKey.objects.for_company(company_id).first()
    if row is None:
        row = RefusalKey(company_id=company_id)
        row.secret = {"key": base64.b64encode(os.urandom(32)).decode()}
        # Two at once: the first one's stays.
        RefusalKey.unscoped.bulk_create([row], ignore_conflicts=True)
        row = RefusalKey.objects.for_company(company_id).get()
    return base64.b64decode(row.secret["key"])
