"""Meta's values about templates and numbers in a clinic's words, for pages above and beside."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

CATEGORY_WORDS = {
    "UTILITY": _("Utilidade"),
    "MARKETING": _("Marketing"),
    "AUTHENTICATION": _("Autenticação"),
}
QUALITY_WORDS = {"GREEN": _("Alta"), "YELLOW": _("Média"), "RED": _("Baixa")}
# Meta, message_template_status_update: `reason`, and `other_info.title`.
REASON_WORDS = {
    "INCORRECT_CATEGORY": _("A categoria não combina com o conteúdo. Crie com outra categoria."),
    "TAG_CONTENT_MISMATCH": _("O idioma ou a categoria não combinam com o texto."),
    "INVALID_FORMAT": _("O formato é inválido: confira variáveis e exemplos."),
    "ABUSIVE_CONTENT": _("A Meta considerou o conteúdo abusivo. Reescreva o texto."),
    "PROMOTIONAL": _("O texto é promocional: use a categoria Marketing."),
    "SCAM": _("A Meta considerou o conteúdo enganoso. Reescreva o texto."),
    "FIRST_PAUSE": _("Pausado por 3 horas: os pacientes avaliaram mal este modelo."),
    "SECOND_PAUSE": _("Pausado por 6 horas: os pacientes avaliaram mal este modelo."),
    "RATE_LIMITING_PAUSE": _("Pausado: muitos envios em pouco tempo."),
    "FLAGGED": _("A qualidade caiu: se não melhorar, a Meta vai pausar este modelo."),
}
SYMBOLS = {"BRL": "R$", "USD": "US$", "EUR": "€"}


def reason_words(reason: str) -> str:
    """Say why Meta refused or paused a template, in our words where its code is known, else in its
    own."""
    code, _colon, more = reason.partition(":")
    known = REASON_WORDS.get(code.strip())
    return str(known) if known else (more.strip() or reason)


def category_words(category: str) -> str:
    """Name a template's category."""
    return str(CATEGORY_WORDS.get(category.upper(), category.capitalize()))


def money(value: Decimal, currency: str, *, places: int = 2) -> str:
    """Write an amount as the reader's language does: R$ 1.234,50."""
    shown = number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{SYMBOLS.get(currency, currency)} {shown}"


def unit_price(value: Decimal, currency: str) -> str:
    """Write the price of one message, whose cents have fractions: US$ 0,0068."""
    digits = -int(value.normalize().as_tuple().exponent) if value else 2
    return money(value, currency, places=min(max(digits, 2), 6))
