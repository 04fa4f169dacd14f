"""Prices as people enter them: one by one, or a whole card as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Company, User
from accounts.services.audit import audit_record
from common.errors import DomainError
from common.money import check_currency, check_market
from common.rows import run
from omnichannel.models import Rate
from omnichannel.models.rate import ANY_MARKET, REGULAR
from providers.choices import PriceCategory

# Brazil, October 2026 (reference/meta.md, section 14): medium confidence, so marked to be checked.
SAMPLE = Path(__file__).parent.parent / "samples" / "tarifas-brasil-2026-10.csv"
COLUMNS = ("pais", "categoria", "moeda", "vale_desde", "preco")
MOST_BYTES, MOST_LINES, MOST_PROBLEMS = 2_000_000, 20_000, 20
# Meta's own words, ours, and what a spreadsheet makes of them.
CATEGORIES = {
    **{value: value for value in PriceCategory.values},
    "utilidade": PriceCategory.UTILITY,
    "autenticacao": PriceCategory.AUTHENTICATION,
    "autenticação": PriceCategory.AUTHENTICATION,
    "authentication-international": PriceCategory.AUTHENTICATION_INTERNATIONAL,
    "atendimento": PriceCategory.SERVICE,
    "servico": PriceCategory.SERVICE,
    "serviço": PriceCategory.SERVICE,
}
YES = frozenset({"sim", "s", "1", "true", "yes", "x"})
LARGEST = Decimal(100_000)


class CardRefused(DomainError):
    """The file is not a rate card; nothing of it was kept."""

    code = "tarifas_invalidas"
    message = gettext_lazy(
        "O arquivo não pôde ser lido como tabela de tarifas. Nada foi importado."
    )


@dataclass(slots=True)
class Imported:
    """What an import did, and how many costs of the month it corrected."""

    added: int = 0
    changed: int = 0
    repriced: int = 0


@dataclass(slots=True)
class _Reading:
    rows: dict[tuple[Any, ...], Rate] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def rates_import(
    *, company: Company, actor: User | None, content: bytes, is_confirmed: bool = False
) -> Imported:
    """Add a card's prices, or correct those with the same country, category, currency, day and
    tier.

    Columns: pais, categoria, moeda, vale_desde, preco, and if wanted a_partir_de, conferida,
    origem; commas or semicolons, decimal point or comma. `is_confirmed` marks every row. All of it
    or nothing: raises CardRefused naming the lines.
    """
    reading = _read(company, content, is_confirmed)
    if reading.problems:
        shown = reading.problems[:MOST_PROBLEMS]
        if len(reading.problems) > len(shown):
            shown.append(_("… e mais %(count)d.") % {"count": len(reading.problems) - len(shown)})
        raise CardRefused(fields={"arquivo": shown})
    if not reading.rows:
        raise CardRefused(fields={"arquivo": [_("O arquivo não tem nenhuma tarifa.")]})
    return _keep(company, actor, list(reading.rows.values()))


def sample_import(*, company: Company, actor: User | None) -> Imported:
    """Add Brazil's figures of October 2026, marked to be confirmed; prices that a person entered
    for the same day stay."""
    reading = _read(company, SAMPLE.read_bytes(), False)
    known = set(
        Rate.objects.for_company(company).values_list(
            "market", "category", "currency", "valid_from", "tier_from"
        )
    )
    return _keep(company, actor, [row for key, row in reading.rows.items() if key not in known])


@transaction.atomic
def rate_save(*, company: Company, actor: User, rate: Rate | None = None, **values: Any) -> Rate:
    """Add or correct one price; costs since its day are priced again."""
    rate = rate or Rate(company=company)
    since = [rate.valid_from] if rate.valid_from else []
    for name, value in values.items():
        setattr(rate, name, value)
    rate.save()
    audit_record(company=company, actor=actor, action="tarifa.salva", target=rate)
    costs_reprice(company=company, since=min([*since, rate.valid_from]))
    return rate


@transaction.atomic
def rates_confirm(*, rates: list[Rate], actor: User) -> int:
    """Mark prices as compared with Meta's; return how many were not yet."""
    fresh = [rate for rate in rates if not rate.is_confirmed]
    changed = Rate.unscoped.filter(pk__in=[rate.pk for rate in fresh]).update(is_confirmed=True)
    for company_id in {rate.company_id for rate in fresh}:
        audit_record(company=company_id, actor=actor, action="tarifas.conferidas")
    return changed


@transaction.atomic
def _keep(company: Company, actor: User | None, rows: list[Rate]) -> Imported:
    before = Rate.objects.for_company(company).count()
    Rate.unscoped.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["company", "currency", "category", "market", "tier_from", "valid_from"],
        update_fields=["price", "is_confirmed", "source", "updated_at"],
    )
    added = Rate.objects.for_company(company).count() - before
    audit_record(
        company=company, actor=actor, action="tarifas.importadas", detail={"linhas": len(rows)}
    )
    since = min((row.valid_from for row in rows), default=date.max)
    repriced = costs_reprice(company=company, since=since)
    return Imported(added, len(rows) - added, repriced)


REPRICE = f"""
UPDATE omnichannel_messagecost m SET price = r.price * m.units, updated_at = now()
FROM omnichannel_channel c, accounts_company co, omnichannel_rate r
WHERE m.channel_id = c.id AND co.id = c.company_id AND c.company_id = %s::uuid
    AND m.month >= %s::date AND m.pricing_type = '{REGULAR}'
    AND r.id = (
        SELECT id FROM omnichannel_rate
        WHERE company_id = c.company_id AND currency = m.currency AND category = m.category
            AND market IN (m.market, '{ANY_MARKET}') AND tier_from = 0
            AND valid_from <= (m.delivered_at
                AT TIME ZONE coalesce(nullif(c.time_zone, ''), co.time_zone))::date
        ORDER BY market = '{ANY_MARKET}', valid_from DESC LIMIT 1
    )
    AND m.price IS DISTINCT FROM r.price * m.units
RETURNING m.id
"""  # noqa: S608  (constants of our own only)


def costs_reprice(*, company: Any, since: date) -> int:
    """Price again what was delivered in months from `since` on, after its rates were corrected or
    entered late; return how many costs changed.
    """
    if since == date.max:
        return 0
    return len(run(REPRICE, getattr(company, "pk", company), since.replace(day=1)))


# --- reading a file ------------------------------------------------------------------------------


def _read(company: Company, content: bytes, is_confirmed: bool) -> _Reading:
    text = _decoded(content)
    head = text.split("\n", 1)[0]
    lines = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
    reading = _Reading()
    try:
        names = [name.strip().lower() for name in lines.fieldnames or ()]
        if missing := [name for name in COLUMNS if name not in names]:
            sentence = _("Falta a coluna %(names)s.") % {"names": ", ".join(missing)}
            raise CardRefused(fields={"arquivo": [sentence]})
        lines.fieldnames = names
        for place, line in enumerate(lines, 2):
            if place > MOST_LINES:
                raise CardRefused(_("O arquivo tem linhas demais. Divida-o."))
            if any(str(value or "").strip() for value in line.values()):
                _take(reading, company, place, line, is_confirmed)
    except csv.Error as exc:
        raise CardRefused from exc
    return reading


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise CardRefused(_("O arquivo passa de 2 MB. Divida-o."))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise CardRefused


def _take(
    reading: _Reading, company: Company, place: int, line: dict[str, Any], is_confirmed: bool
) -> None:
    value = {name: str(text or "").strip() for name, text in line.items() if isinstance(name, str)}
    row = Rate(company=company, source=value.get("origem", "")[:200])
    try:
        row.market = _checked(check_market, value["pais"].upper(), _("país com duas letras ou *"))
        row.currency = _checked(check_currency, value["moeda"].upper(), _("moeda com três letras"))
        row.category = _category(value["categoria"])
        row.valid_from = _day(value["vale_desde"])
        row.tier_from = _whole(value.get("a_partir_de") or "0")
        row.price = _price(value["preco"])
    except ValueError as problem:
        words = {"line": place, "problem": problem}
        reading.problems.append(_("Linha %(line)d: %(problem)s.") % words)
        return
    row.is_confirmed = is_confirmed or value.get("conferida", "").lower() in YES
    key = (row.market, row.category, row.currency, row.valid_from, row.tier_from)
    if key in reading.rows:
        reading.problems.append(_("Linha %(line)d: repete uma tarifa.") % {"line": place})
    reading.rows[key] = row


def _checked(check: Callable[[str], None], value: str, words: str) -> str:
    try:
        check(value)
    except ValidationError:
        raise ValueError(_("informe %(what)s") % {"what": words}) from None
    return value


def _category(value: str) -> str:
    found = CATEGORIES.get(value.lower())
    if found is None:
        raise ValueError(_("a categoria não existe"))
    return str(found)


def _day(value: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise ValueError(_("a data deve ser dia/mês/ano"))


def _whole(value: str) -> int:
    plain = value.replace(".", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise ValueError(_("a faixa deve ser um número inteiro"))
    return int(plain)


def _price(value: str) -> Decimal:
    plain = value.replace(".", "").replace(",", ".") if "," in value else value
    try:
        price = Decimal(plain)
    except InvalidOperation:
        price = Decimal(-1)
    if not (price.is_finite() and 0 <= price < LARGEST):
        raise ValueError(_("o preço deve ser um número, por exemplo 0,0068"))
    return price.quantize(Decimal("0.000001"))
