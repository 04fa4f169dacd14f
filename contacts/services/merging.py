"""Making two records one, so that nothing is lost and all of it can be undone.

Whatever points at the record that goes is moved, table by table, as the models say: a table that is
added later moves too. Tables with rules of their own register a mover (`movers`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from common.locks import lock_all, lock_key
from common.tasks import ring
from contacts import bells
from contacts.models import (
    Consent,
    ConsentState,
    Contact,
    ContactIdentity,
    ContactMerge,
    DuplicatePair,
    DuplicateStatus,
)
from contacts.refs import IdentityKind, IdentityRef
from contacts.services.consent import Fact, consents_record
from contacts.services.identities import canonical_of
from contacts.signals import changed_tell

# Kept as it is unless empty; the other's value then takes the place.
FILLED = ("name", "email", "phone")
SAVED = (*FILLED, "custom", "notes", "last_contact_at", "status", "guardian_id", "relation")
SETTLE_AFTER = 60.0
MERGES_SETTLE_FOR = timedelta(hours=3)
MERGED, UNMERGED = "mesclagem", "mesclagem_desfeita"


class SamePerson(DomainError):
    """A record cannot be made part of itself."""

    code = "mesmo_contato"
    message = _("Escolha dois contatos diferentes para mesclar.")


class MergedAlready(Conflict):
    """One of the two is part of another record."""

    code = "contato_ja_mesclado"
    message = _("Um destes contatos já foi mesclado. Atualize a página.")


class OneFamily(Conflict):
    """The record that is kept would depend on somebody and have dependants, or on itself."""

    code = "mescla_de_familia"
    message = _(
        "Um destes contatos é dependente e o outro tem dependentes."
        " Desfaça o vínculo antes de mesclar."
    )


class TooLateToUndo(Conflict):
    """Undone before, or older than thirty days."""

    code = "mescla_antiga"
    message = _("Esta mescla já foi desfeita ou tem mais de 30 dias e não pode ser desfeita.")


# What a mover of another package does: kept, gone and the moment; it returns the ids it moved.
Mover = Callable[[Contact, Contact], list[Any]]
# Relations with a rule of their own (`name_of`). None: the rows stay, what they mean is settled
# elsewhere.
movers: dict[str, Mover | None] = {
    Consent._meta.label_lower: None,
    ConsentState._meta.label_lower: None,
    f"{Contact._meta.label_lower}.merged_into": None,
    f"{ContactMerge._meta.label_lower}.kept": None,
    f"{ContactMerge._meta.label_lower}.gone": None,
    f"{DuplicatePair._meta.label_lower}.first": None,
    f"{DuplicatePair._meta.label_lower}.second": None,
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge would do: the kept record's fields afterwards, and how many rows of each kind
    (verbose names) would move.
    """

    fields: dict[str, Any]
    rows: dict[str, int]


def merge_preview(*, kept: Contact, gone: Contact) -> Preview:
    """Tell what a merge would do, without doing it."""
    rows: dict[str, int] = {}
    for model, field in tables():
        if count := _rows(model, field, gone).count():
            words = model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural
            rows[str(words)] = rows.get(str(words), 0) + count
    return Preview(_together(kept, gone), rows)


@transaction.atomic
def contacts_merge(*, kept: Contact, gone: Contact, actor: Membership | None) -> ContactMerge:
    """Make one record part of another: its conversations, tickets, identities, tags, scores and
    whatever else names it move, empty fields are filled, consents are told again of the kept one.

    Raises SamePerson, MergedAlready, OneFamily.
    """
    if kept.pk == gone.pk or kept.company_id != gone.company_id:
        raise SamePerson
    kept, gone = _held(kept, gone)
    if kept.merged_into_id or gone.merged_into_id:
        raise MergedAlready
    _require_two_levels(kept, gone)
    before = {name: _plain(getattr(kept, name)) for name in SAVED}
    for name, value in _together(kept, gone).items():
        setattr(kept, name, value)
    kept.save(update_fields=[*SAVED, "updated_at"])
    merge = ContactMerge(
        company_id=kept.company_id,
        kept=kept,
        gone=gone,
        actor=actor,
        before=before,
        after={name: _plain(getattr(kept, name)) for name in SAVED},
        moved=_move_all(kept, gone),
    )
    merge.save(force_insert=True)
    _tell_consents(gone, kept, MERGED)
    gone.merged_into = kept
    gone.save(update_fields=["merged_into", "updated_at"])
    _decide(kept, gone)
    _note(merge, actor, "contato.mesclado")
    changed_tell(kept.company_id, [kept.pk, gone.pk])
    # Somebody who read the old record a moment ago may still write its id.
    ring(bells.MERGE_SETTLE, str(kept.company_id), str(merge.pk), countdown=SETTLE_AFTER)
    return merge


@transaction.atomic
def merge_settle(*, merge: ContactMerge) -> int:
    """Move what came to the record that went after the merge; return how many rows."""
    row = ContactMerge.unscoped.select_for_update().get(pk=merge.pk)
    if row.undone_at is not None:
        return 0
    kept, gone = _held(row.kept, row.gone)
    late = _move_all(kept, gone)
    for label, ids in late.items():
        row.moved[label] = [*row.moved.get(label, []), *ids]
    if late:
        row.save(update_fields=["moved", "updated_at"])
        changed_tell(kept.company_id, [kept.pk, gone.pk])
    return sum(map(len, late.values()))


@transaction.atomic
def merge_undo(*, merge: ContactMerge, actor: Membership) -> ContactMerge:
    """Give the other record back what was its own. What came since the merge stays where it is, and
    so does a field that was changed since. Raises TooLateToUndo.
    """
    row = ContactMerge.unscoped.select_for_update().get(pk=merge.pk)
    if not row.may_be_undone:
        raise TooLateToUndo
    kept, gone = _held(row.kept, row.gone)
    fields = {name_of(model, field): (model, field) for model, field in tables()}
    for name, ids in row.moved.items():
        model, field = fields[name]
        mine = _rows(model, field, kept).filter(pk__in=ids)
        mine.update(**{field: gone.pk})
    # An older merge knew fewer fields.
    for name, value in row.after.items():
        if _plain(getattr(kept, name)) == value:
            setattr(kept, name, _restored(name, row.before[name]))
    kept.save(update_fields=[*row.after, "updated_at"])
    gone.merged_into = None
    gone.save(update_fields=["merged_into", "updated_at"])
    _untell_consents(kept, row)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at", "updated_at"])
    DuplicatePair.unscoped.filter(
        first__in=(kept, gone), second__in=(kept, gone), company_id=row.company_id
    ).update(status=DuplicateStatus.DIFFERENT, updated_at=timezone.now())
    _note(row, actor, "contato.mescla_desfeita")
    changed_tell(kept.company_id, [kept.pk, gone.pk])
    return row


# --- tables ---------------------------------------------------------------------------------------


def tables() -> Iterator[tuple[type[Any], str]]:
    """Name every table that points at a person, with the column that does: relations without a name
    of their own too, and a person's tags.
    """
    for relation in Contact._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        model: Any = relation.related_model
        if movers.get(name_of(model, relation.field.attname), _move) is not None:
            yield model, relation.field.attname


def name_of(model: type[Any], field: str) -> str:
    """Name one relation to a person, as a merge stores what it moved."""
    label = str(model._meta.label_lower)
    return label if field == "contact_id" else f"{label}.{field.removesuffix('_id')}"


def _rows(model: type[Any], field: str, contact: Contact) -> Any:
    # By the person alone: their rows are all of their company.
    manager = getattr(model, "unscoped", model._default_manager)
    return manager.filter(**{field: contact.pk})


def _move_all(kept: Contact, gone: Contact) -> dict[str, list[str]]:
    moved = {}
    for model, field in tables():
        mover = movers.get(name_of(model, field))
        ids = mover(kept, gone) if mover else _move(model, field, kept, gone)
        if ids:
            moved[name_of(model, field)] = [str(pk) for pk in ids]
    return moved


def _move(model: type[Any], field: str, kept: Contact, gone: Contact) -> list[Any]:
    """Move a table's rows at once; one by one where a constraint stands against some of them, which
    then stay: the kept record has the same thing already.
    """
    rows = _rows(model, field, gone)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return []
    try:
        with transaction.atomic():
            rows.filter(pk__in=ids).update(**{field: kept.pk})
        return ids
    except IntegrityError:
        return [pk for pk in ids if _move_one(rows, pk, {field: kept.pk})]


def _move_one(rows: Any, pk: Any, change: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            return bool(rows.filter(pk=pk).update(**change))
    except IntegrityError:
        return False


# --- one record of two ----------------------------------------------------------------------------


def _held(kept: Contact, gone: Contact) -> tuple[Contact, Contact]:
    """Hold both records, and the ids by which messages find them, as services.identities does."""
    company_id, both = kept.company_id, (kept.pk, gone.pk)
    known = ContactIdentity.unscoped.filter(contact__in=both)
    refs = [IdentityRef(IdentityKind(row.kind), row.value, row.realm) for row in known]
    lock_all(
        lock_key("identity", company_id, ref.kind, ref.realm, canonical_of(ref) or ref.value)
        for ref in refs
    )
    rows = Contact.unscoped.select_for_update().filter(pk__in=both).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[kept.pk], found[gone.pk]


def _require_two_levels(kept: Contact, gone: Contact) -> None:
    ids = (kept.pk, gone.pk)
    depends = kept.guardian_id or gone.guardian_id
    if depends and (depends in ids or Contact.unscoped.filter(guardian__in=ids).exists()):
        raise OneFamily


def _together(kept: Contact, gone: Contact) -> dict[str, Any]:
    known = [moment for moment in (kept.last_contact_at, gone.last_contact_at) if moment]
    is_lead = kept.status == Contact.Status.LEAD
    ward = kept if kept.guardian_id else gone
    return {
        **{name: getattr(kept, name) or getattr(gone, name) for name in FILLED},
        "custom": {**gone.custom, **kept.custom},
        "notes": "\n\n".join(dict.fromkeys(filter(None, (kept.notes, gone.notes)))),
        "last_contact_at": max(known, default=None),
        "status": gone.status if is_lead else kept.status,
        "guardian_id": ward.guardian_id,
        "relation": ward.relation,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _restored(name: str, value: Any) -> Any:
    is_moment = name == "last_contact_at" and value is not None
    return datetime.fromisoformat(value) if is_moment else value


def _decide(kept: Contact, gone: Contact) -> None:
    first, second = sorted((kept, gone), key=lambda contact: contact.pk)
    DuplicatePair.unscoped.filter(first=first, second=second).update(
        status=DuplicateStatus.MERGED, updated_at=timezone.now()
    )
    # Other pairs of the record that went are found anew, of the record that stayed.
    DuplicatePair.unscoped.filter(
        models.Q(first=gone) | models.Q(second=gone), status=DuplicateStatus.OPEN
    ).delete()


# --- consents: the ledger is only added to --------------------------------------------------------


def _tell_consents(gone: Contact, kept: Contact, source: str) -> None:
    states = ConsentState.unscoped.filter(contact=gone)
    facts = [
        Fact(
            contact_id=kept.pk,
            purpose=state.purpose,
            channel=state.channel,
            is_granted=state.is_granted,
            source=f"{source}.{state.channel}".rstrip("."),
            occurred_at=state.since,
            proof=f"contato {gone.pk}",
        )
        for state in states
    ]
    consents_record(company=kept.company_id, facts=facts)


def _untell_consents(kept: Contact, merge: ContactMerge) -> None:
    """Withdraw what only the other one had allowed. Who was never asked has not allowed it."""
    told = Consent.unscoped.filter(
        contact=kept,
        source__startswith=MERGED,
        is_granted=True,
        proof=f"contato {merge.gone_id}",
        created_at__gte=merge.created_at,
    )
    states = {(row.purpose, row.channel): row for row in ConsentState.unscoped.filter(contact=kept)}
    facts = []
    for row in told:
        state = states.get((row.purpose, row.channel))
        if state is not None and state.since == row.occurred_at and state.is_granted:
            facts.append(_own_of(kept, row))
    consents_record(company=kept.company_id, facts=facts)


def _own_of(kept: Contact, told: Consent) -> Fact:
    own = (
        Consent.unscoped.filter(contact=kept, purpose=told.purpose, channel=told.channel)
        .exclude(source__startswith=MERGED)
        .order_by("-occurred_at", "is_granted")
        .first()
    )
    return Fact(
        contact_id=kept.pk,
        purpose=told.purpose,
        channel=told.channel,
        is_granted=own is not None and own.is_granted,
        source=UNMERGED,
        occurred_at=timezone.now(),
        proof=f"consentimento {own.pk}" if own else "",
    )


def _note(merge: ContactMerge, actor: Membership | None, action: str) -> None:
    audit_record(
        company=merge.company_id,
        actor=actor.user if actor else None,
        action=action,
        target=merge.kept,
        detail={"outro": str(merge.gone_id)},
    )
