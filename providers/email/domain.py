"""What a sender's domain says to the world: who may send for it, and what becomes of the rest.

Gmail, Microsoft and others refuse or hide mails of domains that say nothing. The records are
public; a DNS that does not answer says nothing about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import dns.exception
import dns.resolver
from django.utils.translation import gettext_lazy as _

# All questions together must not hold a page.
SECONDS = 3.0
# DKIM keys stand under names that only the sender knows; these are those of the usual services.
SELECTORS = (
    *("google", "selector1", "selector2", "default", "dkim", "mail", "k1", "k2", "s1", "s2"),
    *("pm", "resend", "mlsend", "mailjet", "scph", "brevo", "mandrill", "postal", "hostinger-a"),
)
# Never in the DNS (RFC 6761).
RESERVED = frozenset({"example", "invalid", "localhost", "test"})
NO_SPF, TWO_SPF, NO_DKIM, NO_DMARC = "sem_spf", "spf_duplo", "sem_dkim", "sem_dmarc"
DOMAIN_WORDS = {
    NO_SPF: _(
        "O domínio não tem SPF: publique um registro TXT que começa com v=spf1, senão muitos"
        " e-mails vão para o spam."
    ),
    TWO_SPF: _("O domínio tem mais de um registro SPF, e nenhum vale: junte-os em um só."),
    NO_DKIM: _(
        "Não achamos uma chave DKIM no domínio: ative a assinatura no provedor de e-mail e publique"
        " a chave que ele mostra."
    ),
    NO_DMARC: _(
        "O domínio não tem DMARC: publique em _dmarc um registro TXT que começa com"
        " v=DMARC1; p=none."
    ),
}

# Return the TXT records of a name, None where nobody answered.
Ask = Callable[[str], list[str] | None]


def domain_warnings(domain: str, ask: Ask | None = None) -> tuple[str, ...]:
    """Return the codes of what a domain lacks."""
    if ask is None and domain.rpartition(".")[2] in RESERVED:
        return ()
    asked = ask or txt_records
    found: list[str] = []
    spf = _starting(asked(domain), "v=spf1")
    if spf is not None and len(spf) != 1:
        # Two of them count as none (RFC 7208, 4.5).
        found.append(TWO_SPF if spf else NO_SPF)
    if _has_no_key(domain, asked):
        found.append(NO_DKIM)
    dmarc = _starting(asked(f"_dmarc.{domain}"), "v=dmarc1")
    if dmarc == []:
        found.append(NO_DMARC)
    return tuple(found)


def txt_records(name: str) -> list[str] | None:
    """Ask the DNS for the TXT records of a name."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = SECONDS
    try:
        answer = resolver.resolve(name, "TXT")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        return None
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def _starting(records: Iterable[str] | None, mark: str) -> list[str] | None:
    if records is None:
        return None
    return [one for one in records if one.strip().lower().startswith(mark)]


def _has_no_key(domain: str, ask: Ask) -> bool:
    """Whether no usual name has a key; False where nobody answered."""
    for selector in SELECTORS:
        records = ask(f"{selector}._domainkey.{domain}")
        if records is None or any("p=" in one for one in records):
            return False
    return True
