"""People by their numbers, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from common import phones
from common.locks import lock_all
from contacts.changed import changed_tell
from contacts.keys import number_key
from contacts.models import Contact, ContactIdentity
from contacts.refs import PHONE_KINDS, RECORD_PHONE
from contacts.services.refusals import refusals_recall

CHUNK = 1000


def contacts_by_phone(*, company_id: Any, names: Mapping[str, str]) -> tuple[dict[str, Any], int]:
    """Return whom each canonical number belongs to, and how many people were made for numbers that
    nobody had; `names` gives by number what to call those.
    """
    found: dict[str, Any] = {}
    created = 0
    numbers = sorted(names)
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        people, made = _chunk(company_id, chunk, names)
        found |= people
        created += made
    return found, created


@transaction.atomic
def _chunk(
    company_id: Any, numbers: list[str], names: Mapping[str, str]
) -> tuple[dict[str, Any], int]:
    # The same locks as imports and the first message of a person take: nobody is made twice.
    lock_all(number_key(company_id, number) for number in numbers)
    found = _known(company_id, numbers)
    fresh = [
        Contact(company_id=company_id, phone=number, name=names[number])
        for number in numbers
        if number not in found
    ]
    Contact.unscoped.bulk_create(fresh)
    ContactIdentity.unscoped.bulk_create(
        ContactIdentity(
            company_id=company_id,
            contact=person,
            kind=RECORD_PHONE,
            value=person.phone.removeprefix("+"),
        )
        for person in fresh
    )
    found |= {person.phone: person.pk for person in fresh}
    if fresh:
        refusals_recall(company_id=company_id, contact_ids=[person.pk for person in fresh])
        changed_tell(company_id, [person.pk for person in fresh])
    return found, len(fresh)


def _known(company_id: Any, numbers: list[str]) -> dict[str, Any]:
    forms = {form: number for number in numbers for form in phones.forms(number)}
    standing = Contact.objects.for_company(company_id).standing()
    by_column = standing.filter(phone__in=numbers).order_by("-id").values_list("phone", "pk")
    identities = ContactIdentity.objects.for_company(company_id).filter(
        kind__in=PHONE_KINDS, realm="", value__in=forms, contact__merged_into=None
    )
    found = {forms[value]: pk for value, pk in identities.values_list("value", "contact_id")}
    # The record that carries the number wins, of several the oldest.
    return found | dict(by_column)
