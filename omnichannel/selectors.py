"""Reads that pages and API share."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, NotFound
from contacts.models import Contact
from omnichannel.models import Channel, Message

SEARCH_LIMIT = 2000


def conversations_search(rows: Any, words: str, *, is_clear: bool = True) -> Any:
    """Keep conversations whose person, dependants or messages hold the words; `is_clear` as in
    ContactQuerySet.search.
    """
    # The database takes no NUL, and nobody wrote one.
    words = words.replace("\x00", "").strip()
    if not words:
        return rows
    found = Contact.objects.search(words, is_clear=is_clear)
    people = found.values("pk")[:SEARCH_LIMIT]
    # A child's name finds the mother's conversations.
    guardians = found.exclude(guardian=None).values("guardian")[:SEARCH_LIMIT]
    texts = Q()
    # Two letters are in every other message, and the index holds groups of three.
    if len(words) >= 3:
        said = (
            Message.objects.annotate(upper_text=Upper("text"))
            .filter(upper_text__contains=words.upper())
            .values("conversation_id")[:SEARCH_LIMIT]
        )
        texts = Q(pk__in=said)
    return rows.filter(Q(contact_id__in=people) | Q(contact_id__in=guardians) | texts)


class NoDefaultChannel(DomainError):
    """The request names no channel and none is the default."""

    code = "canal_nao_informado"
    message = _("Informe o canal: não há um canal padrão deste tipo.")


def channel_named(kind: str, channel_id: Any = None) -> Channel:
    """Return a channel of the company by id, or without one the default, or the only one there is.

    Raises NotFound for an id of nobody's, and NoDefaultChannel.
    """
    rows = Channel.objects.filter(kind=kind)
    if channel_id is not None:
        row: Channel | None = rows.filter(pk=channel_id).first()
        if row is None:
            raise NotFound
        return row
    default = rows.filter(is_default=True).first()
    found = [default] if default else list(rows[:2])
    if len(found) != 1:
        raise NoDefaultChannel
    return found[0]
