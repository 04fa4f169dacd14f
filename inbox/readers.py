"""Whose page a socket is, looked up again whenever something is read for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language_from_request
from knox.models import get_token_model

from accounts.models import Company, Membership, User
from accounts.services.memberships import membership_at, membership_of
from accounts.services.sessions import session_seen
from accounts.sessions import SessionStore

# So many people's memberships are kept; beyond that all are looked up anew.
KNOWN_LIMIT = 2000

# PostgreSQL gives a row another xmin with each change of it, so four numbers tell whether anything
# at all changed of what a right is made of.
MARKS = f"""
SELECT session.xmin::text, member.xmin::text, person.xmin::text, company.xmin::text
FROM {Membership._meta.db_table} member
JOIN {User._meta.db_table} person ON person.id = member.user_id
JOIN {Company._meta.db_table} company ON company.id = member.company_id
JOIN {Session._meta.db_table} session ON session.session_key = %s AND session.expire_date > now()
WHERE member.id = %s
"""  # noqa: S608 (names of our own tables)


class RightsGone(Exception):
    """The session ended, or its person does not work there any more."""


@dataclass(frozen=True, slots=True)
class PageReader:
    """Whose page it is: a session, the membership it had when it was let in, its language."""

    session_key: str
    membership_id: UUID
    language: str


_known: dict[tuple[str, UUID], tuple[Any, Membership]] = {}


# How a page that came with a ticket is told from one with a session, whose key has no colon.
TOKEN = "token:"  # noqa: S105 (a mark before a digest)


def member_again(entry: str) -> Membership | None:
    """Return who a page belongs to now, as its request would find out. `entry`: the key of its
    session, or TOKEN, the digest of its token, a colon and the company of its ticket.
    """
    if entry.startswith(TOKEN):
        digest, _colon, company = entry.removeprefix(TOKEN).partition(":")
        return member_by_token(digest, UUID(company))
    session_key = entry
    request = HttpRequest()
    request.session = SessionStore(session_key)
    return membership_of(get_user(request), request.session)


def member_of(scope: Any) -> Membership | None:
    """Return who a socket belongs to as it opens."""
    return membership_of(scope["user"], scope["session"])


def session_used(scope: Any) -> None:
    """Note that a socket's person moves about on its page."""
    if "session" in scope:
        session_seen(scope["session"])


def member_by_token(digest: str, company_id: UUID) -> Membership | None:
    """Return who a token of the API belongs to now in a company; None once it has ended."""
    row = get_token_model().objects.select_related("user").filter(digest=digest).first()
    if row is None or (row.expiry is not None and row.expiry < timezone.now()):
        return None
    return membership_at(row.user, company_id)


def member_now(reader: PageReader) -> Membership:
    """Return a reader's membership as it is now: whole, where a row changed that says what they
    may; else, by one small statement, the one that was looked up before. Raises RightsGone.
    """
    key = (reader.session_key, reader.membership_id)
    with connection.cursor() as cursor:
        cursor.execute(MARKS, key)
        marks = cursor.fetchone()
    known = _known.get(key)
    if marks is not None and known is not None and known[0] == marks:
        return known[1]
    _known.pop(key, None)
    membership = member_again(reader.session_key) if marks is not None else None
    if membership is None or membership.pk != reader.membership_id:
        raise RightsGone
    if len(_known) >= KNOWN_LIMIT:
        _known.clear()
    _known[key] = marks, membership
    return membership


def reader_of(scope: dict[str, Any], session_key: str, member: Membership) -> PageReader:
    """Return whose page a socket is, with the language it is drawn in: the person's, else what
    their browser asks for.
    """
    language = member.user.language
    if not language:
        request = HttpRequest()
        request.COOKIES = dict(scope.get("cookies", {}))
        wanted = dict(scope["headers"]).get(b"accept-language", b"")
        request.META["HTTP_ACCEPT_LANGUAGE"] = wanted.decode("latin-1")
        language = get_language_from_request(request)
    return PageReader(session_key, member.pk, language)
