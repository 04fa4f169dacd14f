"""What is looked at once a day: logs that were kept long enough, and models that end."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from bot.models import AiDeparture, AiPolicy, AiProvider
from bot.services.ai_ledger import price_of, today_in
from common.tasks import apart
from contacts.retention import in_batches

logger = logging.getLogger(__name__)
WARN_DAYS = 30


def departures_purge() -> int:
    """Delete what left longer ago than each company keeps it; return how many rows."""
    count = 0
    # A walk over companies; each policy knows its own.
    for policy in AiPolicy.unscoped.all():
        with apart("log of departures", policy.pk):
            before = timezone.now() - timedelta(days=policy.kept_days)
            count += in_batches(
                AiDeparture.unscoped.filter(company_id=policy.company_id, created_at__lt=before)
            )
    return count


def models_watch() -> int:
    """Say on each provider that its model ends soon, and switch off one whose model has ended;
    return how many were told.
    """
    count = 0
    # A walk over all companies' providers.
    for provider in AiProvider.unscoped.filter(is_active=True):
        with apart("model of provider", provider.pk):
            count += _look(provider)
    return count


def _look(provider: AiProvider) -> bool:
    today = today_in(provider.company_id)
    names = [one for one in (provider.price_name, provider.transcription_model) if one]
    for name in names:
        price = price_of(provider.company_id, name, today)
        if price is None or price.ends_on is None:
            continue
        if price.has_ended(today):
            provider.is_active = False
            provider.status_detail = _("O provedor desligou o modelo %(model)s.") % {"model": name}
        elif price.ends_on <= today + timedelta(days=WARN_DAYS):
            provider.status_detail = _(
                "O provedor desliga o modelo %(model)s em %(day)s: escolha outro."
            ) % {"model": name, "day": f"{price.ends_on:%d/%m/%Y}"}
        else:
            continue
        provider.save(update_fields=["is_active", "status_detail", "updated_at"])
        logger.warning("AI provider %s: its model ends on %s", provider.pk, price.ends_on)
        return True
    return False
