"""Words in cells: permissions, situations, and the many ways to say that nothing is known. Pure."""

from __future__ import annotations

import re

from contacts.imports.headings import plain
from contacts.models import Contact

STATUSES = {
    **{status.value: status.value for status in Contact.Status},
    "paciente": Contact.Status.CUSTOMER.value,
    "ativo": Contact.Status.CUSTOMER.value,
    "ativa": Contact.Status.CUSTOMER.value,
    "customer": Contact.Status.CUSTOMER.value,
    "inativa": Contact.Status.INACTIVE.value,
    "qualificada": Contact.Status.QUALIFIED.value,
    "lead qualificado": Contact.Status.QUALIFIED.value,
    "novo": Contact.Status.LEAD.value,
    "nova": Contact.Status.LEAD.value,
}
YES = frozenset(("sim", "s", "yes", "y", "true", "verdadeiro", "1", "x", "ok", "v"))
NO = frozenset(("nao", "n", "no", "false", "falso", "0", "never", "nunca", "f"))
SAYS_YES = re.compile(
    r"((sim|yes)\b.*)?((eu )?(aceit|autoriz|concord|consent|permit|accept|allow)\w*"
    r"( receber| o envio| envio| mensagens| marketing| contato| d[aeo]s?| promocoes| novidades)*"
    r"|(deseja|quer|quero|desejo) receber.*|opt(ed)? ?in|subscribed|inscrit[ao])"
)
SAYS_NO = re.compile(
    r"(nao|no|never|nunca|jamais)\b.*\b(aceit|autoriz|concord|consent|permit|quer|deseja|receb|envi"
    r"|mandar|contat|subscri|opt)\w*\b.*|.*\b(recus\w+|neg(ou|ad[ao])|opt(ed)? ?out|unsubscribed"
    r"|descadastr\w+|revog\w+|bloque\w+|removid[ao]|cancel\w+|declin\w+)\b.*"
)
# A yes to one thing only is no yes to messages.
BUT = re.compile(r"\b(so|somente|apenas|mas|exceto|menos|only|but|e ?mail|sms|ligac\w+)\b")
UNSAID = re.compile(
    r"[-–—_.?*/\\x\s]*|0+|s/?n|n/?[adct]|#n/?[ad]!?|#\w+!|none|null|nil|nan|undefined|unknown|empty"
    r"|(nao|n|sem) ?(tem|possui|ha|informad[ao]|informou|consta|respondeu|sabe|definid[ao]|existe"
    r"|cadastrad[ao]|preenchid[ao]|perguntad[ao]|coletad[ao]|se aplica|aplicavel|usa|lembra)"
    r"( .*)?|sem( (e-?mail|telefone|celular|fone|numero|contato|fixo|whats\w*|nome))?|nenhum[ao]?"
    r"|inexistente|desconhecid[ao]|indefinid[ao]|vazi[ao]|pendente|a confirmar"
    r"|a definir|a informar|ignorad[ao]|not (set|available|informed|provided)|n\.?d\.?|n\.?i\.?"
)


def is_unsaid(text: str) -> bool:
    """Whether a cell only says that nothing is known: `não tem`, `-`, `N/A`, `0`."""
    return len(text) <= 40 and UNSAID.fullmatch(plain(text)) is not None


def permission_of(text: str) -> bool | None:
    """Return what a cell says of a permission, None when it says nothing of it."""
    word = plain(text)
    if word in YES:
        return True
    if word in NO:
        return False
    if is_unsaid(text):
        return None
    words = re.sub(r"[^a-z0-9]+", " ", word).strip()
    if SAYS_NO.fullmatch(words):
        return False
    if SAYS_YES.fullmatch(words) and not BUT.search(words):
        return True
    return None


def status_of(text: str) -> str | None:
    """Return the situation a word stands for, None for one that is not ours."""
    return STATUSES.get(plain(text))
