"""What rows that a page draws by the dozen say, and where they lead: each worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Words:
    """What rows say in one language; `%(name)s` stands where a name belongs."""

    about: str
    choose: str
    closed_window: str
    high_priority: str
    edited: str
    earlier: str
    mark_unread: str
    mark_unread_of: str
    note: str
    pinned: str
    reactions: str
    template: str
    starred: str
    take_back: str
    you: str


@lru_cache(maxsize=8)
def _words(language: str) -> Words:
    return Words(
        about=_("Sobre %(name)s"),
        choose=_("Escolher a conversa de %(name)s"),
        closed_window=_("Janela fechada"),
        high_priority=_("Prioridade %(level)s"),
        edited=_("editada"),
        earlier=_("Antes da edição"),
        mark_unread=_("Marcar como não lida"),
        mark_unread_of=_("Marcar a conversa de %(name)s como não lida"),
        note=_("Nota interna"),
        pinned=_("Fixada por você"),
        reactions=_("Reações"),
        template=_("Modelo"),
        starred=_("Marcada com estrela"),
        take_back=_("Retirar a reação"),
        you=_("Você"),
    )


def words() -> Words:
    """Return the rows' words in the reader's language."""
    return _words(get_language() or "")


@lru_cache(maxsize=8)
def _address(name: str) -> tuple[str, str]:
    before, _id, after = reverse(name, args=[NOBODY]).partition(str(NOBODY))
    return before, after


def address(name: str, row_id: UUID) -> str:
    """Return the address of a row's view."""
    before, after = _address(name)
    return f"{before}{row_id}{after}"
