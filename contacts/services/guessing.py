"""How often somebody who sees numbers masked may ask whose a whole number is.

The last four digits and the area are on screen: without a limit, ten thousand questions would tell
the rest.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from accounts.models import Membership
from common import phones
from common.errors import DomainError

logger = logging.getLogger(__name__)

# Whoever answers telephones asks for some dozens of numbers in an hour, each typed digit by digit.
LIMITS = ((timedelta(hours=1), 120), (timedelta(days=1), 300))


class TooManyGuesses(DomainError):
    """Too many whole numbers were asked for."""

    code = "muitas_tentativas"
    status = 429
    message = _(
        "Você já procurou muitos números inteiros. Espere um pouco, ou procure pelo nome ou pelos"
        " quatro últimos dígitos."
    )


def is_whole_number(asked: str) -> bool:
    """Tell whether somebody typed a whole number, or all of it but the area."""
    digits = sum(one.isdecimal() for one in asked)
    return digits >= 8 or phones.canonical(asked) is not None


def guess_count(reader: Membership, asked: str) -> None:
    """Count a look for a whole number by somebody who sees numbers masked. Raises TooManyGuesses.

    Managers, and attendants whose company shows numbers, are not counted. Without the cache nobody
    is.
    """
    if reader.sees_numbers or not is_whole_number(asked):
        return
    now = timezone.now().timestamp()
    try:
        for length, most in LIMITS:
            seconds = int(length.total_seconds())
            key = f"guess:{reader.pk}:{seconds}:{int(now // seconds)}"
            cache.add(key, 0, timeout=seconds)
            if cache.incr(key) > most:
                raise TooManyGuesses
    except (RedisError, ValueError):
        # ValueError: the counter ran out between the two lines.
        logger.warning("guesses: the cache does not answer")
