"""What a clinic owes people about their data: a copy, an erasure, an answer in time."""

from __future__ import annotations

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
from contacts.dossier import dossier_build
from contacts.holdings import Holding, erasers, everyone_in, holdings
from contacts.models import (
    Contact,
    ContactIdentity,
    DataRequest,
    LegalHold,
    RequestKind,
    RequestStatus,
)
from contacts.signals import changed_tell

ERASED = "Pessoa eliminada"
BATCH = 500


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
    if _is_talking(contact, people):
        raise StillTalking
    known = list(
        ContactIdentity.unscoped.filter(contact__in=people).values_list("value", flat=True)
    )
    emptied = sum(eraser(contact, known) for eraser in erasers)
    touched: dict[str, int] = {}
    for one in reversed(holdings()):
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


def _is_talking(contact: Contact, people: list[Any]) -> bool:
    # Conversations live in a package above; the relation is all that is known of them here.
    talks: Any = Contact._meta.get_field("conversations").related_model
    rows = talks.unscoped.filter(contact__in=people)
    return bool(rows.open().exists())


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
        row.value = f"eliminado:{row.pk}"
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
