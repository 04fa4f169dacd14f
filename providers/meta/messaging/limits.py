"""What each of the two kinds takes: words, choices and files (Meta, 2026-11)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal

from django.utils.translation import gettext_lazy as _

from providers.choices import MEDIA_KINDS, MessageKind
from providers.content import Question, ReactionTo
from providers.file_types import NAMES
from providers.files import HEAD_BYTES, agrees
from providers.meta.messaging.content import REACTIONS, bare
from providers.outgoing import ContentRefused, OutgoingMessage, SendError
from providers.policy import FileRule, QuestionRule
from providers.questions import asking_check
from providers.refusing import refuse, text_within

MIB = 1024 * 1024
IMAGE_BYTES, FILE_BYTES = 8 * MIB, 25 * MIB
# A private answer to a comment.
COMMENT_DAYS = 7
# The id is that of Meta's own inbox.
OTHER_APPS = {"263902037430900": _("A Caixa de Entrada da Meta responde a esta conversa.")}
REPLIES, REPLY_TITLE, REPLY_KEY = 13, 20, 1000


def questions_up_to(body: int) -> QuestionRule:
    """Return what may be asked by quick replies; what does not fit is asked in words."""
    return QuestionRule(buttons=REPLIES, button_title=REPLY_TITLE, button_key=REPLY_KEY, body=body)


@dataclass(frozen=True, slots=True)
class MessagingLimits:
    """What a kind takes. `name` is the kind's in sentences, `text_limit` in `text_unit`, `turned`
    what is turned into a type that goes, `goes` the sentence for a type that does not.
    """

    name: str
    text_limit: int
    text_unit: Literal["characters", "bytes"]
    files: Mapping[MessageKind, frozenset[str]]
    turned: Mapping[MessageKind, frozenset[str]]
    goes: Any

    def rules(self) -> dict[MessageKind, FileRule]:
        """Return the same as the policy says it."""
        return {
            kind: FileRule(
                sent=tuple(sorted(types)),
                types=tuple(self._picked(types | self.turned.get(kind, frozenset()))),
                turned=tuple(sorted(self.turned.get(kind, ()))),
                max_bytes=most_of(kind),
            )
            for kind, types in self.files.items()
        }

    def types(self) -> frozenset[str]:
        """Return every type that goes as it is."""
        return frozenset().union(*self.files.values())

    def kind_of(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind as which a file is sent. Raises ContentRefused naming the limit."""
        plain = mime_type.partition(";")[0].strip().lower()
        kind = next((one for one, types in self.files.items() if plain in types), None)
        if kind is None:
            refuse("attachment", self.goes)
        if not size:
            refuse("attachment", _("O arquivo está vazio."))
        if size > most_of(kind):
            sentence = _("O arquivo passa do limite de %(limit)s MB do %(channel)s.")
            refuse("attachment", sentence % {"limit": most_of(kind) // MIB, "channel": self.name})
        return kind

    def file_check(self, file: IO[bytes], mime_type: str) -> MessageKind:
        """Return the kind of a file before it is uploaded; leaves it at its beginning. Raises
        SendError for what would be refused, and for bytes that are not what the type says.
        """
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(HEAD_BYTES)
        file.seek(0)
        try:
            kind = self.kind_of(mime_type, size)
        except ContentRefused as refused:
            raise SendError("midia_recusada", refused.detail) from None
        if not agrees(mime_type, head):
            raise SendError(
                "arquivo_nao_confere",
                _("O conteúdo do arquivo não é do tipo que ele diz ser. Anexe o arquivo original."),
            )
        return kind

    def check(self, message: OutgoingMessage) -> None:
        """Refuse what Meta would refuse. Raises ContentRefused naming the input and the limit."""
        if message.to.comment_id and message.kind != MessageKind.TEXT:
            refuse("text", _("A resposta privada a um comentário leva só texto."))
        if message.kind in MEDIA_KINDS:
            if message.text.strip():
                sentence = _(
                    "O %(channel)s não leva texto com o arquivo. Envie o texto em seguida."
                )
                refuse("text", sentence % {"channel": self.name})
            return
        content = message.content
        if message.kind == MessageKind.REACTION:
            put = content if isinstance(content, ReactionTo) else ReactionTo("")
            if not put.target or (put.emoji and bare(put.emoji) not in REACTIONS):
                sentence = _("O %(channel)s leva só estas reações: %(reactions)s.")
                shown = {"channel": self.name, "reactions": " ".join(REACTIONS)}
                refuse("content.reaction", sentence % shown)
            return
        body = message.text
        if isinstance(content, Question):
            asking_check(content, questions_up_to(self.text_limit), message.text)
            body = content.text or message.text
        self._check_text(body)

    def _check_text(self, text: str) -> None:
        if self.text_unit == "characters" or not text.strip():
            text_within(text, self.text_limit, "text", _("Texto"))
            return
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > self.text_limit:
            sentence = _(
                "O %(channel)s leva %(limit)s bytes de texto (este tem %(size)s; letras com acento"
                " contam dois, emojis quatro). Divida em duas mensagens."
            )
            values = {"channel": self.name, "limit": self.text_limit, "size": size}
            refuse("text", sentence % values)

    def _picked(self, own: frozenset[str]) -> list[str]:
        return sorted(own | {name for name, usual in NAMES.items() if usual in own})


def most_of(kind: MessageKind) -> int:
    """Return the largest file of a kind, in bytes."""
    return IMAGE_BYTES if kind == MessageKind.IMAGE else FILE_BYTES
