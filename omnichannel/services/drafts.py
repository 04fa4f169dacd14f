"""Drafts: kept while somebody types, gone when it is sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict
from omnichannel.models import Conversation, Draft


class DraftElsewhere(Conflict):
    """The same person wrote something else there, on another screen; `kept` is that."""

    code = "rascunho_em_outra_tela"
    message = _("Você escreveu outro texto aqui, em outra tela.")

    def __init__(self, kept: Draft) -> None:
        self.kept = kept
        super().__init__()


def draft_save(
    *, member: Membership, conversation: Conversation, mode: str, text: str, version: str
) -> str:
    """Keep what stands in a box, and return the version it has now; an empty one is none, "".

    `version` is what the screen knew before. Raises DraftElsewhere when another screen wrote
    something else since: neither text is dropped.
    """
    text = _plain(text)
    try:
        with transaction.atomic():
            return _save(member, conversation, mode, text, version)
    except IntegrityError:
        # Another screen of theirs was first by a moment; now its draft is seen.
        with transaction.atomic():
            return _save(member, conversation, mode, text, version)


def _plain(text: str) -> str:
    """Return a text with the line ends of a box: a form sends others."""
    return text.replace("\x00", "").replace("\r\n", "\n")


def _save(
    member: Membership, conversation: Conversation, mode: str, text: str, version: str
) -> str:
    rows = Draft.unscoped.filter(member=member, conversation=conversation, mode=mode)
    row = rows.select_for_update().first()
    if row is not None and row.version != version and row.text != text:
        raise DraftElsewhere(row)
    if not text.strip():
        if row is not None:
            row.delete()
        return ""
    row = row or Draft(
        company_id=conversation.company_id, member=member, conversation=conversation, mode=mode
    )
    row.text = text
    row.save()
    return row.version


def drafts_of(member: Membership, conversation: Conversation) -> list[Draft]:
    """Return what somebody has half-written in a conversation."""
    return list(Draft.objects.filter(member=member, conversation=conversation))


def draft_sent(
    *, member: Membership, conversation: Conversation, mode: str, texts: Iterable[str]
) -> None:
    """Forget a draft that was just sent; one that says something else is being written."""
    sent = {_plain(text).strip() for text in texts}
    rows = Draft.unscoped.filter(member=member, conversation=conversation, mode=mode)
    for row in rows:
        if row.text.strip() in sent:
            # Only this state of it: what is typed meanwhile stays.
            rows.filter(text=row.text).delete()
