"""Prices of models as people enter them, and a table to begin with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import Company
from accounts.services.audit import audit_record
from bot.models import AiRate

SOURCE = "Páginas dos provedores, novembro de 2026"
# Model: prices of a million tokens (input, cached, output), of a minute of sound, last day. US$.
KNOWN: tuple[tuple[str, str, str, str, str, date | None], ...] = (
    ("gpt-6-luna", "0.10", "0.01", "0.50", "0", None),
    ("gpt-6.1-terra", "1.00", "0.05", "5.00", "0", None),
    ("gpt-6-sol", "2.00", "0.20", "10.00", "0", None),
    ("gpt-5.6-luna", "0.20", "0.02", "1.20", "0", None),
    ("gpt-5.6-terra", "2.00", "0.20", "12.00", "0", None),
    ("gpt-transcribe", "0", "0", "0", "0.0045", None),
    ("gpt-5-mini", "0.25", "0.025", "2.00", "0", date(2026, 12, 11)),
    ("whisper-1", "0", "0", "0", "0.006", date(2027, 2, 26)),
)
# From gpt-5.6 on, writing to the cache costs a quarter of the input more.
WRITING = Decimal("0.25")
SINCE = date(2026, 11, 1)


@transaction.atomic
def known_rates_fill(*, company: Company, actor: Any) -> int:
    """Add the prices we know of where none were entered, to be confirmed; return how many."""
    count = 0
    for model, given, cached, made, minute, ends_on in KNOWN:
        _row, is_new = AiRate.unscoped.get_or_create(
            company=company,
            model=model,
            valid_from=SINCE,
            defaults={
                "given_price": Decimal(given),
                "cached_price": Decimal(cached),
                "written_price": Decimal(given) * WRITING,
                "made_price": Decimal(made),
                "minute_price": Decimal(minute),
                "ends_on": ends_on,
                "source": SOURCE,
            },
        )
        count += is_new
    if count:
        audit_record(
            company=company, actor=actor, action="tarifa_ia.salva", detail={"quantas": count}
        )
    return count


@transaction.atomic
def ai_rate_save(*, rate: AiRate, actor: Any) -> AiRate:
    """Save a price. What was used before keeps the cost it was written with."""
    rate.save()
    audit_record(company=rate.company_id, actor=actor, action="tarifa_ia.salva", target=rate)
    return rate
