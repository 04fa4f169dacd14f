"""The outbox: what happened, written for every address that asked for it, in the transaction in
which it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone
from uuid_utils.compat import uuid7

from common.happenings import Happening
from common.rows import run
from common.tasks import ring
from integrations import bells
from integrations.models import NUMBERS

ASKING = """
SELECT id, events FROM integrations_hooksubscription WHERE company_id = %s::uuid AND is_active
"""
# Numbers in the order in which things happened, whatever the server does with the rows.
KEEP = f"""
INSERT INTO integrations_outgoingevent (id, created_at, updated_at, company_id, subscription_id,
    kind, lane, number, data, state, attempts, begun_at, next_at, last_error)
SELECT v.id, v.now, v.now, v.company, v.subscription, v.kind, v.lane, nextval('{NUMBERS}'), v.data,
    'pendente', 0, v.now, v.now, ''
FROM (
    SELECT %s::timestamptz AS now, %s::uuid AS company, u.id, u.subscription, u.kind, u.lane,
        u.data::jsonb AS data
    FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::text[]) WITH ORDINALITY
        AS u(id, subscription, kind, lane, data, place)
    ORDER BY u.place
) v
"""  # noqa: S608  (our own constant)


def outbox_hear(company_id: Any, found: Iterable[Happening]) -> None:
    """Write down what happened for whoever is told of it. A company that tells nobody costs one
    small statement (common.happenings.Listener).
    """
    asking = run(ASKING, company_id)
    if not asking:
        return
    wanted = [(pk, frozenset(events)) for pk, events in asking]
    kept = [(pk, one) for one in found for pk, events in wanted if one.kind in events]
    if kept:
        outbox_keep(company_id, kept, timezone.now())
        ring(bells.DELIVER)


def outbox_keep(company_id: Any, kept: Sequence[tuple[Any, Happening]], now: datetime) -> list[Any]:
    """Write happenings for subscriptions, in their order; return the ids."""
    ids = [uuid7() for _ in kept]
    run(
        KEEP,
        now,
        company_id,
        ids,
        [pk for pk, _one in kept],
        [one.kind for _pk, one in kept],
        [one.lane for _pk, one in kept],
        [orjson.dumps(one.data, default=str).decode() for _pk, one in kept],
    )
    return ids
