"""Comments on posts: public words of a person, which the clinic may answer once in private.

Instagram tells of them in `comments` and `live_comments`, a Page among the items of its `feed`. A
boosted post tells of one comment twice, with and without its advertisement, under the same id.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.choices import MessageKind
from providers.facts import (
    AccountNotice,
    AccountRef,
    EditUpdate,
    Ignored,
    InboundMessage,
    Json,
    Parsed,
    RevokeUpdate,
)
from providers.meta.messaging.item import REALM_LENGTH
from providers.tolerant import BadShape, ident, label, mapping, moment, name, required_id, text

INSTAGRAM_FIELDS = frozenset({"comments", "live_comments"})
FEED = "feed"
MENTIONS = "mentions"
GONE = frozenset({"remove", "delete", "hide"})
TITLE_LENGTH, USERNAME_LENGTH = 500, 64


def comment_name(comment_id: str) -> str:
    """Return the id that a comment has among messages."""
    return f"comment:{comment_id}"


def facts_of_change(
    field: str,
    value: Json,
    account: str,
    kind: IdentityKind,
    told_at: Any,
    received_at: datetime,
) -> Iterator[Parsed] | None:
    """Return the facts of a change that is about what people write in public; None for another.
    `told_at` is the entry's time, for comments that bring none. Raises BadShape while it is read.
    """
    at = moment(value.get("created_time") or told_at, received_at)
    if field in INSTAGRAM_FIELDS:
        return _comment(value, "id", account, kind, at, is_live=field == "live_comments")
    if field == FEED and value.get("item") == "comment":
        return _comment(value, "comment_id", account, kind, at)
    if field == MENTIONS:
        return _mention(value, account, at)
    return None


def _comment(
    value: Json,
    id_name: str,
    account: str,
    kind: IdentityKind,
    at: datetime,
    *,
    is_live: bool = False,
) -> Iterator[Parsed]:
    comment_id = required_id(value.get(id_name), id_name)
    if len(account) > REALM_LENGTH:
        raise BadShape("account is too long")
    ref, whose = AccountRef(account), mapping(value.get("from"))
    author = required_id(whose.get("id"), "from")
    if author == account or ident(whose.get("self_ig_scoped_id")) == author:
        yield Ignored(ref, "own_comment")
        return
    person = PersonRef(
        (IdentityRef(kind, author, account),),
        name(whose.get("name")),
        name(whose.get("username"))[:USERNAME_LENGTH],
    )
    target = comment_name(comment_id)
    verb = label(value.get("verb"))
    words = text(value.get("text")) or text(value.get("message"))
    if verb in GONE:
        yield RevokeUpdate(ref, person, target, at)
    elif verb == "edited":
        yield EditUpdate(ref, person, target, words, at)
    else:
        yield InboundMessage(
            account=ref,
            external_id=target,
            person=person,
            kind=MessageKind.TEXT if words else MessageKind.UNSUPPORTED,
            happened_at=at,
            text=words,
            metadata={
                "comment": _about(value, comment_id, is_live=is_live),
                **({} if words else {"unsupported": {"type": "comment"}}),
            },
            opens_window=False,
        )


def _about(value: Json, comment_id: str, *, is_live: bool) -> Json:
    """Return what is kept of where a comment stands."""
    media, post = mapping(value.get("media")), mapping(value.get("post"))
    url = text(post.get("permalink_url"), 2000)
    found: Json = {
        "id": comment_id,
        "post": ident(media.get("original_media_id"))
        or ident(media.get("id"))
        or ident(value.get("post_id")),
        "advert": text(media.get("ad_title"), TITLE_LENGTH),
        "url": url if url.startswith("https://") else "",
        "is_live": is_live,
    }
    return {key: kept for key, kept in found.items() if kept}


def _mention(value: Json, account: str, at: datetime) -> Iterator[Parsed]:
    """Tell that somebody named the account in a post or a comment: nobody says who it was."""
    named = {key: ident(value.get(key)) for key in ("media_id", "comment_id")}
    yield AccountNotice(
        account=AccountRef(account),
        code="mention",
        severity="info",
        happened_at=at,
        data={key: found for key, found in named.items() if found},
    )
