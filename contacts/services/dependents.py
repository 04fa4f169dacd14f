"""Several people behind one phone: a guardian and those they write for.

Two levels only: who depends on somebody has no dependants. Both rows are held while that is
decided, so two changes at once cannot make a chain.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.composed import Composed
from common.errors import Conflict, DomainError
from contacts.imports.mapping import plain
from contacts.models import Contact


class DependentOfDependent(Conflict):
    """The chosen guardian depends on somebody, or is the person."""

    code = "responsavel_invalido"
    message = _("Escolha como responsável quem não depende de outra pessoa.")


class HasDependents(Conflict):
    """Others depend on this person."""

    code = "tem_dependentes"
    message = _("Esta pessoa tem dependentes e não pode depender de outra.")


class SameDependent(Conflict):
    """The guardian has a dependant of this name."""

    code = "dependente_repetido"
    message = _("Já há um dependente com este nome. Use o que existe ou escreva o nome completo.")


class NamelessDependent(DomainError):
    """Nothing else tells a dependant from another."""

    code = "dependente_sem_nome"
    status = 400
    message = _("Escreva o nome do dependente.")


def guardian_lock(*, contact: Contact, guardian: Contact, name: str) -> Contact:
    """Return the guardian, held until the transaction ends, as one that `contact` may depend on;
    `name` is what the contact is called afterwards.

    Raises DependentOfDependent, HasDependents, SameDependent, NamelessDependent.
    """
    if not name.strip():
        raise NamelessDependent(fields={"name": [NamelessDependent.message]})
    ids = [pk for pk in (contact.pk, guardian.pk) if pk is not None]
    rows = Contact.objects.for_company(contact.company_id).select_for_update(no_key=True)
    held = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
    found = held.get(guardian.pk)
    if found is None or found.guardian_id or found.merged_into_id or found.pk == contact.pk:
        raise DependentOfDependent(fields={"guardian": [DependentOfDependent.message]})
    if Contact.objects.for_company(contact.company_id).filter(guardian=contact.pk).exists():
        raise HasDependents(fields={"guardian": [HasDependents.message]})
    others = found.dependents.for_company(contact.company_id).standing().exclude(pk=contact.pk)
    if plain(name) in {plain(other.name) for other in others}:
        raise SameDependent(fields={"name": [SameDependent.message]})
    return found


_DEPENDENTS = Composed(
    lambda company_id, guardian_id: (
        Contact.objects.for_company(company_id)
        .filter(guardian_id=guardian_id)
        .standing()
        .order_by("name", "pk")
    )
)


def dependents_of(contact: Contact) -> list[Any]:
    """Return a person's dependants, by name."""
    return _DEPENDENTS.rows(contact.company_id, contact.pk)
