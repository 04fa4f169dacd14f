"""Reads that pages and API share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, NotFound
from omnichannel.models import Attachment, Channel, Message, Reaction

# Of which messages reactions have to be loaded, told as `has_reactions`.
HAS_REACTIONS = Exists(Reaction.unscoped.filter(message=OuterRef("pk")).exclude(emoji=""))


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


def parts_load(rows: Sequence[Message]) -> None:
    """Load files and reactions of the messages that can have some, which on most pages is nobody;
    of all reactions where the rows were not read with `has_reactions`.
    """
    spoken = [row for row in rows if getattr(row, "has_reactions", True)]
    reactions = Reaction.objects.exclude(emoji="").order_by("id")
    prefetch_related_objects(spoken, Prefetch("reactions", reactions))
    files = [row for row in rows if row.has_files]
    prefetch_related_objects(files, Prefetch("attachments", Attachment.objects.in_order()))
