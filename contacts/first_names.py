"""What to call somebody, from the name they have here or gave themselves in a chat. Pure."""

from __future__ import annotations

import re
import unicodedata

TITLES = frozenset(
    "dr dra drs sr sra srta srs prof profa professor professora doutor doutora seu dona d mr mrs ms"
    " miss enf enfa pr pra pe frei irma eng adv".split()
)
# Words people file each other under; none of them is a name.
NOBODY = frozenset(
    "mae pai mamae papai tia tio vo vovo avo paciente cliente contato lead sem nome whatsapp"
    " whats zap desconhecido teste test unknown user usuario null none na clinica"
    " consultorio familia".split()
)
BREAK = re.compile(r"[\s_./|,;:()\[\]~*@!?+&–—]+")


def first_name_of(name: str) -> str:
    """Return the word to greet a person by, "" where the name tells none: an emoji, a number, a
    dot. Titles are passed over: Dra. Helena is Helena.
    """
    for word in BREAK.split(unicodedata.normalize("NFKC", name)):
        bare = "".join(c for c in word if unicodedata.category(c)[0] in "LMN" or c in "'’-")
        bare = bare.strip("'’-")
        if not any(c.isalpha() for c in bare):
            continue
        if any(c.isdigit() for c in bare):
            continue
        key = _plain(bare)
        if key in TITLES:
            continue
        if key in NOBODY:
            return ""
        if sum(c.isalpha() for c in bare) > 1:
            return bare
    return ""


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))
