"""What a person sees before they write: questions to tap, a menu, and a button to begin."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from providers.outgoing import Account, ContentRefused

URL_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the menu: a tap says its title to us, or opens `url`."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class StartScreen:
    """What stands before a conversation. A tap on a question or a menu line without an address
    arrives as a message that says it.
    """

    questions: tuple[str, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    has_button: bool = False


@dataclass(frozen=True, slots=True)
class StartLimits:
    """What a kind takes: how many, and how many characters each. `has_button`: people begin by a
    button, and the menu needs it.
    """

    questions: int
    question_length: int
    items: int
    title_length: int
    has_button: bool

    def check(self, screen: StartScreen) -> None:
        """Refuse what the provider would refuse. Raises ContentRefused naming every input:
        `questions`, `menu`, `has_button`.
        """
        fields: dict[str, list[Any]] = {}
        for name, sentence in self._faults(screen):
            fields.setdefault(name, []).append(sentence)
        if fields:
            raise ContentRefused(fields=fields)

    def _faults(self, screen: StartScreen) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        titles = [one.title for one in screen.menu]
        parts = (
            ("questions", list(screen.questions), self.questions, self.question_length),
            ("menu", titles, self.items, self.title_length),
        )
        for name, texts, most, longest in parts:
            if len(texts) > most:
                found.append((name, _("No máximo %(most)d.") % {"most": most}))
            if any(len(one) > longest for one in texts):
                limit = {"longest": longest}
                found.append((name, _("Cada texto tem no máximo %(longest)d caracteres.") % limit))
            if any(not one.strip() for one in texts):
                found.append((name, _("Escreva o texto de cada linha.")))
            if len({one.strip().casefold() for one in texts}) < len(texts):
                found.append((name, _("Há dois textos iguais.")))
        if any(one.url and not _is_open(one.url) for one in screen.menu):
            found.append(("menu", _("O endereço de uma página começa com https://.")))
        if self.has_button and screen.menu and not screen.has_button:
            found.append(("has_button", _("O menu só aparece com o botão Começar.")))
        if screen.has_button and not self.has_button:
            found.append(("has_button", _("Este canal não tem botão para começar.")))
        return found


class Opening(ABC):
    """Shows people something before they write."""

    start_limits: StartLimits

    @abstractmethod
    def start_screen(self, account: Account) -> StartScreen:
        """Read what people see now. Raises SendError."""

    @abstractmethod
    def start_screen_write(self, account: Account, screen: StartScreen) -> None:
        """Replace all of it. Raises ContentRefused before anything left, and SendError."""


def _is_open(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and len(url) <= URL_LENGTH
