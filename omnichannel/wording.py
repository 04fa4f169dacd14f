"""Meta's values about templates and numbers in a clinic's words, for pages above and beside."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from providers.choices import PriceCategory

CATEGORY_WORDS = {
    "UTILITY": _("Utilidade"),
    "MARKETING": _("Marketing"),
    "AUTHENTICATION": _("Autenticação"),
}
# Meta, message_template_status_update: `reason`, and `other_info.title`.
REASON_WORDS = {
    "INCORRECT_CATEGORY": _("A categoria não combina com o conteúdo. Crie com outra categoria."),
    "TAG_CONTENT_MISMATCH": _("O idioma ou a categoria não combinam com o texto."),
    "INVALID_FORMAT": _("O formato é inválido: confira variáveis e exemplos."),
    "ABUSIVE_CONTENT": _("O conteúdo foi considerado abusivo. Reescreva o texto."),
    "PROMOTIONAL": _("O texto é promocional: use a categoria Marketing."),
    "SCAM": _("O conteúdo foi considerado enganoso. Reescreva o texto."),
    "FIRST_PAUSE": _("Pausado por 3 horas: os pacientes avaliaram mal este modelo."),
    "SECOND_PAUSE": _("Pausado por 6 horas: os pacientes avaliaram mal este modelo."),
    "RATE_LIMITING_PAUSE": _("Pausado: muitos envios em pouco tempo."),
    "FLAGGED": _("A qualidade caiu: se não melhorar, o provedor vai pausar este modelo."),
}
MARKET_WORDS = {"BR": _("Brasil"), "*": _("Qualquer país")}
LANGUAGES = {"pt_BR": "Português", "en": "English", "en_US": "English", "es": "Español"}
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


def price_words(category: str) -> str:
    """Name a price category."""
    if not category:
        return gettext("Categoria não informada pelo provedor")
    known = category in PriceCategory.values
    return str(PriceCategory(category).label) if known else category.replace("_", " ").capitalize()


def market_words(market: str) -> str:
    """Name the country or region whose price holds."""
    return str(MARKET_WORDS.get(market, market or _("Outros países")))


def language_words(code: str) -> str:
    """Name a template's language in itself."""
    return LANGUAGES.get(code, code)


def money(value: Decimal, currency: str, *, places: int = 2) -> str:
    """Write an amount as the reader's language does: R$ 1.234,50."""
    shown = number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    return f"{SYMBOLS.get(currency, currency)} {shown}"


def unit_price(value: Decimal, currency: str, *, most: int = 6) -> str:
    """Write the price of one message or part, whose cents have fractions: US$ 0,0068."""
    digits = -int(value.normalize().as_tuple().exponent) if value else 2
    return money(value, currency, places=min(max(digits, 2), most))
