"""Sessions of visitors: begun when the chat is opened, found again by either secret, ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import phones, rooms
from common.errors import DomainError
from common.realtime import Event, publish
from contacts.models import Consent
from contacts.services.consent import consent_record
from omnichannel.models import Channel
from providers.account import REQUIRED
from providers.site import Site
from providers.tolerant import name as clean_name
from visitors.errors import (
    Blocked,
    IdentityNeeded,
    IdentityRefused,
    SessionOver,
)
from visitors.identity import SignedIdentity
from visitors.limits import SESSIONS_OF_NETWORK, Asking
from visitors.models import VisitorProof, VisitorSession
from visitors.secrets import TOKEN_LENGTH, hashed, token_new
from visitors.selectors import conversation_shown, identity_of, is_blocked, session_by

# How often it is noted that somebody is still there.
SEEN_SECONDS = 15
# Panels are heard of every 45 seconds at least while they are open.
HERE = timedelta(seconds=75)
# Who never wrote is forgotten after a day, who did keeps their way back for as long as the cookie.
UNKNOWN_KEPT = timedelta(days=1)
KEPT = timedelta(days=180)
PURGE_BATCH = 5000
# Where the ledger says a consent comes from.
SOURCE = "chat_do_site"


class FormRefused(DomainError):
    """The form before the chat lacks something; `fields` says what."""

    code = "dados_invalidos"
    status = 400
    message = _("Confira os campos indicados.")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who opens the chat, as far as their browser tells."""

    network: str
    cookie: str = ""
    pointer: str = ""
    claims: SignedIdentity | None = None
    guess: dict[str, str] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)
    wants_pointer: bool = False
    proof: Any = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, with the secrets that were made just now: "" for those that stay as they are."""

    session: VisitorSession
    is_new: bool
    token: str = field(default="", repr=False)
    pointer: str = field(default="", repr=False)


def session_find(*, channel: Channel, cookie: str = "", pointer: str = "") -> VisitorSession | None:
    """Return the session that one of two secrets opens in a channel. The cookie goes first: no
    script of the site around the panel can put another one in its place.
    """
    for secret, column in ((cookie, "token_hash"), (pointer, "pointer_hash")):
        if len(secret) == TOKEN_LENGTH and secret.isascii():
            found = session_by(channel, column, hashed(secret))
            if found is not None:
                return found
    return None


def session_require(*, channel: Channel, cookie: str = "", pointer: str = "") -> VisitorSession:
    """Return the same. Raises SessionOver, also for a signed one whose signature is over."""
    found = session_find(channel=channel, cookie=cookie, pointer=pointer)
    if found is None or is_over(found):
        raise SessionOver
    return found


def is_over(session: VisitorSession) -> bool:
    """Tell whether a signed session has outlived its last signature."""
    until = session.identified_until
    return until is not None and until <= timezone.now()


@transaction.atomic
def session_open(*, channel: Channel, site: Site, arrival: Visit) -> Opened:
    """Find a visitor's session or begin one.

    Another signed identity than the session's, or one where it had none, begins another session:
    two people are never made one. Raises Blocked, IdentityNeeded, IdentityRefused, TooMany,
    WorkNeeded.
    """
    claims = arrival.claims
    known = session_find(channel=channel, cookie=arrival.cookie, pointer=arrival.pointer)
    if known is not None and _is_other(known, claims):
        known = None
    if site.is_only_identified and claims is None and (known is None or not known.subject):
        raise IdentityNeeded
    if known is None:
        return _begun(channel, arrival)
    _check_block(known)
    _welcome(known, arrival)
    token, pointer = "", ""
    if not (arrival.cookie and hashed(arrival.cookie) == known.token_hash):
        # The browser lost its cookie, or keeps none.
        token = token_new()
        known.token_hash = hashed(token)
    holds = bool(arrival.pointer) and hashed(arrival.pointer) == known.pointer_hash
    if arrival.wants_pointer and not holds:
        pointer = token_new()
        known.pointer_hash = hashed(pointer)
    known.save()
    presence_tell(session=known)
    return Opened(known, False, token, pointer)


def _is_other(known: VisitorSession, claims: SignedIdentity | None) -> bool:
    return is_over(known) if claims is None else known.subject != claims.subject


def _begun(channel: Channel, arrival: Visit) -> Opened:
    counted = ((SESSIONS_OF_NETWORK, f"{channel.pk}:{arrival.network}"),)
    Asking(counted, arrival.network, arrival.proof).take()
    token, pointer = token_new(), token_new()
    session = VisitorSession(
        company_id=channel.company_id,
        channel=channel,
        token_hash=hashed(token),
        pointer_hash=hashed(pointer),
        subject=arrival.claims.subject if arrival.claims else "",
        address=arrival.network,
        seen_at=timezone.now(),
    )
    _check_block(session)
    session.identity = identity_of(session)
    session.save()
    _welcome(session, arrival)
    session.save()
    return Opened(session, True, token, pointer)


def _check_block(session: VisitorSession) -> None:
    if is_blocked(session):
        raise Blocked


def _welcome(session: VisitorSession, arrival: Visit) -> None:
    """Note what the visit brought; what the site signed goes before what somebody typed, and that
    before what a script of the site guessed.
    """
    session.address, session.seen_at = arrival.network, timezone.now()
    session.page = arrival.page or session.page
    claims = arrival.claims
    if claims is not None:
        _show_proof(session, claims)
        session.identified_until = max(claims.expires_at, session.identified_until or EARLY)
        session.name = claims.name or session.name
        session.email = claims.email or session.email
        session.phone = claims.phone or session.phone
        given = {name for name in ("name", "email", "phone") if getattr(claims, name)}
        session.signed = sorted(given.union(session.signed))
    for column in ("name", "email", "phone"):
        if not getattr(session, column):
            setattr(session, column, arrival.guess.get(column, ""))


EARLY = datetime.min.replace(tzinfo=timezone.get_default_timezone())


def _show_proof(session: VisitorSession, claims: SignedIdentity) -> None:
    """Let a signed identity be shown by the browser, or the network, that showed it first: a copy
    that somebody else got hold of opens nothing. Raises IdentityRefused.
    """
    row, _is_made = VisitorProof.objects.for_company(session.company_id).get_or_create(
        channel=session.channel,
        jti_hash=hashed(claims.jti),
        defaults={
            "company_id": session.company_id,
            "session": session,
            "expires_at": claims.expires_at,
        },
    )
    if row.session_id != session.pk and row.session.address != session.address:
        raise IdentityRefused


def needs_form(session: VisitorSession, site: Site) -> bool:
    """Tell whether the form has to be filled in before a message is taken."""
    lacks = any(must and not getattr(session, name) for name, must in site.asked.items())
    return lacks or session.notice_version != site.notice.version


@transaction.atomic
def form_fill(
    *, session: VisitorSession, site: Site, values: dict[str, str], answer_by: str = ""
) -> VisitorSession:
    """Keep what a visitor typed before the chat, and the notice they accepted. Raises FormRefused.

    What the site signed is not typed over.
    """
    errors: dict[str, list[Any]] = {}
    name = clean_name(values.get("name", ""))
    email = values.get("email", "").strip()
    phone = values.get("phone", "").strip()[:40]
    given = {"name": name, "email": email, "phone": phone}
    for column, must in site.asked.items():
        if must and not (given[column] or getattr(session, column)):
            errors[column] = [REQUIRED]
    if email and not _is_email(email):
        errors["email"] = [_("Este e-mail não parece completo.")]
    if phone and phones.canonical(phone) is None:
        errors["phone"] = [_("Informe o telefone com DDD.")]
    if values.get("notice", "") != site.notice.version:
        errors["notice"] = [_("O aviso mudou. Leia e aceite de novo.")]
    if answer_by and answer_by not in VisitorSession.AnswerBy.values:
        errors["answer_by"] = [_("Escolha uma das opções.")]
    if answer_by == VisitorSession.AnswerBy.EMAIL and not (email or session.email):
        errors["email"] = [REQUIRED]
    if answer_by == VisitorSession.AnswerBy.WHATSAPP and not (phone or session.phone):
        errors["phone"] = [REQUIRED]
    if errors:
        raise FormRefused(fields=errors)
    for column, value in given.items():
        if value and not (session.is_identified and getattr(session, column)):
            setattr(session, column, value)
    session.notice_version, session.noticed_at = site.notice.version, timezone.now()
    session.answer_by = answer_by or session.answer_by
    session.save()
    notice_record(session=session)
    return session


def notice_record(*, session: VisitorSession) -> None:
    """Write a visitor's consent down as they gave it, once it is known whose it is."""
    if session.identity is None or session.noticed_at is None:
        return
    consent_record(
        contact=session.identity.contact,
        purpose=Consent.Purpose.CARE,
        channel=session.channel.kind,
        is_granted=True,
        source=SOURCE,
        occurred_at=session.noticed_at,
        text_version=session.notice_version,
        proof=f"{session.pk} {session.answer_by}",
    )


def _is_email(value: str) -> bool:
    try:
        validate_email(value)
    except ValidationError:
        return False
    return len(value) <= 254


def page_note(*, session: VisitorSession, page: dict[str, Any]) -> None:
    """Keep where a visitor is now."""
    if page != session.page:
        session.page = page
        rows = VisitorSession.objects.for_company(session.company_id).filter(pk=session.pk)
        rows.update(page=page, updated_at=timezone.now())
        presence_tell(session=session)


def is_stale(session: VisitorSession, now: datetime) -> bool:
    """Tell whether it is time to note again that a visitor is there."""
    return now - session.seen_at >= timedelta(seconds=SEEN_SECONDS)


def session_note(*, session: VisitorSession) -> None:
    """Note that a visitor is there; more often than every 15 seconds nothing is written."""
    now = timezone.now()
    if is_stale(session, now):
        rows = VisitorSession.objects.for_company(session.company_id).filter(pk=session.pk)
        is_back = now - session.seen_at >= HERE
        session.seen_at = now
        rows.update(seen_at=now)
        if is_back:
            presence_tell(session=session)


def presence_tell(*, session: VisitorSession) -> None:
    """Let pages that show a visitor's open conversation look where they are now."""
    shown = conversation_shown(session)
    if shown is not None and shown.is_open:
        publish(
            Event(
                type="system_message",
                groups=rooms.of_conversation(shown.company_id, shown.pk, shown.attendant_id),
                conversation=shown.pk,
                data={"what": "visitor"},
            )
        )


def session_end(*, session: VisitorSession) -> None:
    """End a session: neither secret opens it again. What was said stays with the clinic."""
    VisitorSession.objects.for_company(session.company_id).filter(pk=session.pk).update(
        ended_at=timezone.now(), updated_at=timezone.now()
    )


def sessions_purge() -> int:
    """Forget browsers that never wrote, and those whose cookie is gone; return how many."""
    # A walk over all companies.
    now = timezone.now()
    rows = VisitorSession.unscoped
    old = rows.filter(identity=None, seen_at__lt=now - UNKNOWN_KEPT) | rows.filter(
        seen_at__lt=now - KEPT
    )
    count = old.filter(pk__in=old.values("pk")[:PURGE_BATCH]).delete()[0]
    VisitorProof.unscoped.filter(expires_at__lt=now).delete()
    return count
