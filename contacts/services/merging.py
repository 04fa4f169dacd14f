"""Making two records one, so that nothing is lost and all of it can be undone.

Whatever points at the record that goes is moved, table by table, as the models say: a table that is
added later moves too. contacts.services.merge_tables
names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from common.locks import lock_all
from common.tasks import ring
from contacts import bells
from contacts.changed import changed_tell
from contacts.keys import identity_key
from contacts.models import (
    Contact,
    ContactIdentity,
    ContactMerge,
    DuplicatePair,
    DuplicateStatus,
)
from contacts.refs import IdentityKind, IdentityRef
from contacts.services.merge_consents import consents_tell, consents_untell
from contacts.services.merge_tables import name_of, returners, rows_move, rows_of, tables

# Kept as it is unless empty; the other's value then takes the place.
FILLED = ("name", "email", "phone")
SAVED = (*FILLED, "custom", "notes", "last_contact_at", "status", "guardian_id", "relation")
SETTLE_AFTER = 60.0
MERGES_SETTLE_FOR = timedelta(hours=3)


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
        if count := rows_of(model, field, gone).count():
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
    kept, gone = people_hold(kept, gone)
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
        moved=rows_move(kept, gone),
    )
    merge.save(force_insert=True)
    consents_tell(gone, kept)
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
    kept, gone = people_hold(row.kept, row.gone)
    late = rows_move(kept, gone)
    consents_tell(gone, kept)
    for label, ids in late.items():
        row.moved[label] = [*row.moved.get(label, []), *ids]
    if late:
        row.save(update_fields=["moved", "updated_at"])
        changed_tell(kept.company_id, [kept.pk, gone.pk])
    return sum(map(len, late.values()))


@transaction.atomic
def merge_undo(*, merge: ContactMerge, actor: Membership) -> ContactMerge:
    """Give the other record back what was its own, and what was said since through an address of
    its own. What else came since the merge stays where it is, and so does a field that was changed
    since. Raises TooLateToUndo.
    """
    row = ContactMerge.unscoped.select_for_update().get(pk=merge.pk)
    if not row.may_be_undone:
        raise TooLateToUndo
    kept, gone = people_hold(row.kept, row.gone)
    fields = {name_of(model, field): (model, field) for model, field in tables()}
    for name, ids in row.moved.items():
        model, field = fields[name]
        mine = rows_of(model, field, kept).filter(pk__in=ids)
        mine.update(**{field: gone.pk})
    for returner in returners:
        returner(kept, gone)
    # An older merge knew fewer fields.
    for name, value in row.after.items():
        if _plain(getattr(kept, name)) == value:
            setattr(kept, name, _restored(name, row.before[name]))
    kept.save(update_fields=[*row.after, "updated_at"])
    gone.merged_into = None
    gone.save(update_fields=["merged_into", "updated_at"])
    consents_untell(kept, gone, row)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at", "updated_at"])
    DuplicatePair.unscoped.filter(
        first__in=(kept, gone), second__in=(kept, gone), company_id=row.company_id
    ).update(status=DuplicateStatus.DIFFERENT, updated_at=timezone.now())
    _note(row, actor, "contato.mescla_desfeita")
    changed_tell(kept.company_id, [kept.pk, gone.pk])
    return row


# --- one record of two ----------------------------------------------------------------------------


def people_hold(kept: Contact, gone: Contact) -> tuple[Contact, Contact]:
    """Hold both records, and the ids by which messages find them, as services.identities does;
    return them as they are now.
    """
    company_id, both = kept.company_id, (kept.pk, gone.pk)
    known = ContactIdentity.unscoped.filter(contact__in=both)
    refs = [IdentityRef(IdentityKind(row.kind), row.value, row.realm) for row in known]
    lock_all(identity_key(company_id, ref) for ref in refs)
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
    # What was found of the record that goes is asked of the one that stays.
    for pair in DuplicatePair.unscoped.filter(
        models.Q(first=gone) | models.Q(second=gone), status=DuplicateStatus.OPEN
    ).order_by("pk"):
        other = pair.first_id if pair.second_id == gone.pk else pair.second_id
        older, newer = sorted((kept.pk, other))
        pair.delete()
        known = DuplicatePair.unscoped.filter(first=older, second=newer)
        if known.exists() or _is_family(kept, other):
            continue
        DuplicatePair.unscoped.bulk_create(
            [
                DuplicatePair(
                    company_id=pair.company_id,
                    first_id=older,
                    second_id=newer,
                    reason=pair.reason,
                    is_strong=pair.is_strong,
                    evidence=pair.evidence,
                )
            ],
            ignore_conflicts=True,
        )


def _is_family(kept: Contact, other: Any) -> bool:
    """Whether one of the two writes for the other."""
    return kept.guardian_id == other or Contact.unscoped.filter(pk=other, guardian=kept).exists()


def _note(merge: ContactMerge, actor: Membership | None, action: str) -> None:
    audit_record(
        company=merge.company_id,
        actor=actor.user if actor else None,
        action=action,
        target=merge.kept,
        detail={"outro": str(merge.gone_id)},
    )
