"""Protocol numbers: what a patient is told on the phone to find a ticket again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Company
from common.rows import run
from common.zones import zone_named

# One statement: whoever opens at the same moment waits for the row, never for a retry.
TAKE = """
INSERT INTO queues_protocolcounter (id, created_at, updated_at, company_id, day, last)
VALUES (uuidv7(), now(), now(), %s::uuid, %s::date, %s::int)
ON CONFLICT (company_id, day) DO UPDATE
SET last = queues_protocolcounter.last + excluded.last, updated_at = now()
RETURNING last
"""


def protocols_take(company: Any, count: int, now: datetime) -> list[str]:
    """Return so many new numbers of a company, like 251126-00042: the local day, then a number.

    Unique in a company for ever and readable aloud, at most 20 characters. A transaction that is
    undone gives its numbers back together with the counter, so gaps appear only between days.
    """
    company_id = getattr(company, "pk", company)
    zone = Company.objects.values_list("time_zone", flat=True).get(pk=company_id)
    day = now.astimezone(zone_named(zone)).date()
    ((last,),) = run(TAKE, company_id, day, count)
    return [f"{day:%d%m%y}-{number:05}" for number in range(last - count + 1, last + 1)]
