"""Saved filters of the inbox: one's own anybody keeps; a queue's and the clinic's, who manages."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict, DomainError, Forbidden, NotFound
from queues.belonging import may_change
from queues.choices import ReplyScope
from queues.models import Queue, SavedView

# More than anybody looks through.
MOST = 100


class SavedViewRefused(DomainError):
    """What was given makes no saved filter."""

    code = "filtro_invalido"
    message = _("Dê um nome ao filtro.")


class SavedViewTaken(Conflict):
    """Another one of the same people has the name."""

    code = "filtro_repetido"
    message = _("Já existe um filtro com este nome.")


class SavedViewShared(Forbidden):
    """A queue's or the clinic's are changed by who manages."""

    code = "filtro_da_equipe"
    message = _("Só supervisores e administradores mudam os filtros da equipe.")


@transaction.atomic
def saved_view_save(
    *,
    actor: Membership,
    name: str,
    tab: str,
    order: str = "",
    conditions: str = "",
    scope: str = ReplyScope.PERSON,
    queue: Queue | None = None,
) -> SavedView:
    """Keep a filter under a name: the actor's own, or a team's.

    Raises SavedViewRefused, SavedViewTaken, SavedViewShared, NotFound for another company's queue.
    """
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > 60:
        raise SavedViewRefused(fields={"nome": [SavedViewRefused.message]})
    if scope == ReplyScope.QUEUE and (queue is None or queue.company_id != actor.company_id):
        raise NotFound
    row = SavedView(
        company_id=actor.company_id,
        scope=scope,
        owner=actor if scope == ReplyScope.PERSON else None,
        queue=queue if scope == ReplyScope.QUEUE else None,
        name=name,
        tab=tab,
        order=order,
        conditions=conditions,
    )
    if not may_change(row, actor):
        raise SavedViewShared
    beside = SavedView.objects.for_company(row.company_id).filter(owner=row.owner, queue=row.queue)
    if beside.count() >= MOST:
        said = _("Há filtros salvos demais. Apague um antes.")
        raise SavedViewRefused(said, fields={"nome": [said]})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise SavedViewTaken(fields={"nome": [SavedViewTaken.message]}) from None
    return row


def saved_view_drop(*, view: SavedView, actor: Membership) -> None:
    """Delete one. Raises SavedViewShared."""
    if not may_change(view, actor):
        raise SavedViewShared
    view.delete()
