"""Which currencies and markets there are (ISO 4217, ISO 3166-1)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD "
    "FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
    "KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR "
    "RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW "
    "ZWG".split()
)


def check_currency(code: str) -> None:
    """Let a currency in use pass. Raises ValidationError."""
    if code not in CURRENCIES:
        raise ValidationError(_("Escolha uma moeda como BRL ou USD."), code="moeda_invalida")


def check_market(code: str) -> None:
    """Let a country that has phones, or the asterisk, pass. Raises ValidationError."""
    if code != "*" and code not in SUPPORTED_REGIONS:
        raise ValidationError(
            _("Escolha a sigla de um país, como BR, ou o asterisco."), code="pais_invalido"
        )
