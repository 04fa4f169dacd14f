"""What a clinic owes people about their data: a copy, an erasure, an answer in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from accounts.services.viewing import EXPORT, viewed
from common.errors import Conflict
from common.files import files_delete
from common.folding import folded
from common.slots import Slot
from contacts.changed import changed_tell
from contacts.dossier import dossier_build
from contacts.holdings import Holding, erasers, everyone_in, holdings
from contacts.models import (
    Contact,
    ContactIdentity,
    ContactTag,
    DataRequest,
    LegalHold,
    RequestKind,
    RequestStatus,
    Tag,
)
from contacts.refs import FORGOTTEN
from contacts.services.refusals import refusals_remember
from contacts.traces import ENOUGH, traces_of

ERASED = "Pessoa eliminada"
BATCH = 500
# Packages above say whether something about some people (ids) goes on, which an erasure would cut.
unfinished: Slot[Callable[[list[Any]], bool]] = Slot()


class ErasureHeld(Conflict):
    """The law, a lawsuit or a debt keeps the data."""

    code = "guarda_legal"
    message = _("Há uma guarda legal sobre esta pessoa. Encerre-a antes de eliminar os dados.")


class StillTalking(Conflict):
    """The person is being served."""

    code = "conversa_aberta"
    message = _("Esta pessoa tem uma conversa aberta. Encerre-a antes de eliminar os dados.")


@transaction.atomic
def dossier_give(*, contact: Contact, actor: Membership) -> IO[bytes]:
    """Return everything about a person as an archive, and write down who took it."""
    viewed(actor, EXPORT, [contact])
    audit_record(
        company=contact.company_id, actor=actor.user, action="contato.exportado", target=contact
    )
    return dossier_build(contact)


@dataclass(frozen=True, slots=True)
class ErasureWeight:
    """How much an erasure would touch, and what stands against it now."""

    rows: int
    is_held: bool
    is_talking: bool


def erasure_weigh(contact: Contact) -> ErasureWeight:
    """Count what an erasure would touch, without touching it."""
    people = everyone_in(contact)
    return ErasureWeight(
        rows=sum(one.rows(people).count() for one in holdings),
        is_held=holds_now().filter(contact__in=people).exists(),
        is_talking=any(asked(people) for asked in unfinished),
    )


@transaction.atomic
def contact_erase(*, contact: Contact, actor: Membership) -> dict[str, int]:
    """Erase what is held of a person, in every table: rows go or are emptied, files are deleted,
    what proves what the law wants proved stays. Return the rows touched, by table.

    Raises ErasureHeld, StillTalking. Backups hold the data until they are rotated.
    """
    people = everyone_in(contact)
    held = Contact.unscoped.select_for_update().filter(pk__in=people)
    list(held.order_by("pk").values_list("pk"))
    if holds_now().filter(contact__in=people).exists():
        raise ErasureHeld
    if any(asked(people) for asked in unfinished):
        raise StillTalking
    known = list(
        ContactIdentity.unscoped.filter(contact__in=people).values_list("value", flat=True)
    )
    refusals_remember(company_id=contact.company_id, people=people)
    for phone, email in Contact.unscoped.filter(pk__in=people).values_list("phone", "email"):
        known += [phone, email]
    traces = traces_of(known)
    emptied = sum(eraser(contact, traces) for eraser in erasers)
    _drop_own_tags(people, traces)
    touched: dict[str, int] = {}
    for one in reversed(list(holdings)):
        label = one.model._meta.label_lower
        touched[label] = touched.get(label, 0) + _erase(one, people)
    _forget_ids(people)
    Contact.unscoped.filter(pk__in=people).update(name=ERASED, status=Contact.Status.INACTIVE)
    audit_record(
        company=contact.company_id,
        actor=actor.user,
        action="contato.eliminado",
        target=contact,
        detail={**touched, "corpos": emptied},
    )
    _answer_erasures(contact)
    changed_tell(contact.company_id, people)
    return touched


def _drop_own_tags(people: list[Any], traces: list[str]) -> None:
    """Remove tags that say who the person is: made of words of the name, or holding a number. Those
    that somebody else carries too are no names.
    """
    names = Contact.unscoped.filter(pk__in=people).values_list("name", flat=True)
    own = [set(folded(name).split()) for name in names if name]
    shared = ContactTag.objects.exclude(contact__in=people).values("tag")
    for tag in Tag.unscoped.filter(contacts__in=people).exclude(pk__in=shared).distinct():
        words = set(folded(tag.name).split())
        is_name = any(words <= name or name <= words for name in own)
        if is_name or any(trace in tag.name for trace in traces if len(trace) >= ENOUGH):
            tag.delete()


def _erase(holding: Holding, people: list[Any]) -> int:
    rows = holding.rows(people)
    if holding.files:
        files_delete(getattr(row, holding.files) for row in rows)
    if holding.is_deleted:
        ids = list(rows.values_list("pk", flat=True))
        manager: Any = getattr(holding.model, "unscoped", holding.model._default_manager)
        for at in range(0, len(ids), BATCH):
            manager.filter(pk__in=ids[at : at + BATCH]).delete()
        return len(ids)
    if holding.blanks:
        return int(rows.order_by().update(**holding.blanks))
    return 0


def _forget_ids(people: list[Any]) -> None:
    """Replace the ids by which providers name the person: no message finds them any more."""
    for row in ContactIdentity.unscoped.filter(contact__in=people):
        row.value = f"{FORGOTTEN}{row.pk}"
        row.save(update_fields=["value", "updated_at"])


def _answer_erasures(contact: Contact) -> None:
    DataRequest.unscoped.filter(
        contact=contact, kind=RequestKind.ERASURE, status=RequestStatus.OPEN
    ).update(status=RequestStatus.DONE, answered_at=timezone.now(), updated_at=timezone.now())


def holds_now() -> Any:
    """Return the holds that are in force."""
    # Asked for by a person's id, whichever the company.
    today: date = timezone.localdate()
    return LegalHold.unscoped.filter(Q(until=None) | Q(until__gte=today))


@transaction.atomic
def request_answer(
    *, request: DataRequest, actor: Membership, status: str, notes: str = ""
) -> DataRequest:
    """Record the answer to what a person asked, and when it was given."""
    row = DataRequest.unscoped.select_for_update().get(pk=request.pk)
    row.status, row.answered_at = status, timezone.now()
    row.notes = "\n\n".join(filter(None, (row.notes, notes)))
    row.save(update_fields=["status", "answered_at", "notes", "updated_at"])
    audit_record(
        company=row.company_id,
        actor=actor.user,
        action="pedido.respondido",
        target=row,
        detail={"situacao": status},
    )
    return row
