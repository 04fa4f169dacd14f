"""Sessions of a person: begun, listed, ended, and the company they work in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import BrowserSession, Membership, User
from accounts.services.audit import audit_record
from accounts.services.memberships import membership_of
from common.errors import NotFound


def session_begin(*, request: HttpRequest, user: User) -> None:
    """Note in which browser somebody logged in."""
    session: Any = request.session
    if not session.session_key:
        session.create()
    place = membership_of(user)
    BrowserSession.objects.update_or_create(
        session_id=session.session_key,
        defaults={
            "user": user,
            "company_id": place.company_id if place else None,
            "address": request.META.get("REMOTE_ADDR") or None,
            "agent": request.headers.get("User-Agent", "")[:200].replace("\x00", ""),
            "seen_at": timezone.now(),
        },
    )


def session_seen(session: Any) -> None:
    """Note that its person did something just now."""
    # Other stores of sessions, as a test may use, know of no browser.
    if hasattr(session, "seen"):
        session.seen()


def sessions_of(user: User) -> QuerySet[BrowserSession]:
    """Return where somebody is logged in, the latest used first."""
    rows = BrowserSession.objects.filter(user=user, session__expire_date__gt=timezone.now())
    return rows.order_by("-seen_at", "-id")


@transaction.atomic
def session_end(*, user: User, actor: User, browser_id: UUID) -> None:
    """End one session of a person, and what its pages have open with it. Raises NotFound."""
    row = BrowserSession.objects.filter(pk=browser_id, user=user).first()
    if row is None:
        raise NotFound
    Session.objects.filter(pk=row.session_id).delete()
    _told(user, actor, 1)


@transaction.atomic
def sessions_end(*, user: User, actor: User, but: str | None = None) -> int:
    """End every session of a person, all but one key's; return how many there were."""
    rows = BrowserSession.objects.filter(user=user).exclude(session_id=but or "")
    keys = list(rows.values_list("session_id", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    if keys:
        _told(user, actor, len(keys))
    return len(keys)


@transaction.atomic
def company_switch(*, session: Any, user: User, company_id: UUID) -> None:
    """Let a session work in another company of its person's. Its key changes, so pages that still
    show the company before, and their sockets, end. Raises NotFound.
    """
    # Which companies a person works in is what this looks up.
    place = Membership.unscoped.active().filter(user=user, company_id=company_id).first()
    if place is None:
        raise NotFound
    session.cycle_key()
    rows = BrowserSession.objects.filter(session_id=session.session_key)
    if not rows.update(company_id=company_id, updated_at=timezone.now()):
        BrowserSession.objects.create(
            session_id=session.session_key, user=user, company_id=company_id
        )
    audit_record(company=company_id, actor=user, action="sessao.trocou_de_empresa", target=user)


def _told(user: User, actor: User, count: int) -> None:
    places = Membership.unscoped.accepted().filter(user=user)
    for company_id in places.values_list("company_id", flat=True):
        audit_record(
            company=company_id,
            actor=actor,
            action="sessao.encerrada",
            target=user,
            detail={"sessoes": count},
        )
