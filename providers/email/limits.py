"""What a mail carries, and what is refused before it leaves.

Files grow by 37 % on their way. Gmail takes 25 MB in all, Microsoft 365 35, many Brazilian hosts 20
to 30: 18 MB of files arrive at all of them.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from providers.choices import MEDIA_KINDS, MessageKind
from providers.file_types import ENDINGS, NAMES, plain
from providers.outgoing import ContentRefused, OutgoingMessage
from providers.policy import FileRule, LetterRule
from providers.refusing import refuse, text_within

MB = 1024 * 1024
FILES_BYTES = 18 * MB
FILES_COUNT = 20
COPIES = 20
# More is a document, and belongs into a file.
LARGEST_TEXT = 100_000
SUBJECT_LENGTH = 255
GOES = _("Por e-mail vão documentos, imagens, áudios e vídeos, até 18 MB no total.")
TOO_MUCH = _(
    "Os arquivos passam de 18 MB, e muitos servidores recusariam o e-mail. Envie em partes, ou"
    " combine com o paciente outro modo de entrega."
)
BAD_COPY = _("Confira os endereços em cópia: separe por vírgula, por exemplo ana@exemplo.com.br.")
LETTERS = LetterRule(
    copies=COPIES,
    together=FILES_BYTES,
    together_words=TOO_MUCH,
    a_day=1,
    a_thread=3,
    quotes_setting="quotes_history",
)


def _kind_of(mime_type: str) -> MessageKind:
    main = mime_type.partition("/")[0]
    known = {"image": MessageKind.IMAGE, "audio": MessageKind.AUDIO, "video": MessageKind.VIDEO}
    return known.get(main, MessageKind.DOCUMENT)


TYPES = frozenset(ENDINGS.values()) - {"text/html"}


def _rules() -> dict[MessageKind, FileRule]:
    found: dict[MessageKind, FileRule] = {}
    for kind in (MessageKind.IMAGE, MessageKind.AUDIO, MessageKind.VIDEO, MessageKind.DOCUMENT):
        sent = {one for one in TYPES if _kind_of(one) == kind}
        picked = sent | {name for name, usual in NAMES.items() if usual in sent}
        found[kind] = FileRule(tuple(sorted(sent)), tuple(sorted(picked)), FILES_BYTES)
    return found


FILES = _rules()


def file_kind(mime_type: str, size: int) -> MessageKind:
    """Return the kind of a file that is to go with a mail. Raises ContentRefused."""
    known = plain(mime_type)
    if known not in TYPES and not known.startswith("application/vnd.oasis."):
        refuse("attachment", GOES)
    if size > FILES_BYTES:
        refuse("attachment", TOO_MUCH)
    return _kind_of(known)


def mail_check(message: OutgoingMessage) -> None:
    """Refuse what would not arrive: nothing to read, too many bytes or copies, an address in copy
    that is none. Raises ContentRefused.
    """
    has_files = message.kind in MEDIA_KINDS
    text_within(message.text, LARGEST_TEXT, "text", _("Texto"), is_required=not has_files)
    if sum(one.size for one in message.media) > FILES_BYTES:
        refuse("attachment", TOO_MUCH)
    copies = message.letter.copies if message.letter else ()
    if len(copies) > COPIES:
        sentence = _("Em cópia vão no máximo %(limit)s endereços.") % {"limit": COPIES}
        raise ContentRefused(sentence, fields={"copies": [sentence]})
    for one in copies:
        if not is_address(one):
            raise ContentRefused(BAD_COPY, fields={"copies": [BAD_COPY]})


def is_address(text: str) -> bool:
    """Tell whether a text is one address that any server takes: no spaces, names or lists."""
    if len(text) > 254 or not text.isascii():
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
