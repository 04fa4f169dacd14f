"""What a company has that a flow may name."""

from __future__ import annotations

from typing import Any

from flows.checks import FlowKnown
from flows.models import FlowFile, FlowSecret
from omnichannel.models import Channel
from providers.registry import policy_of
from queues.models import Queue


def known_to(company_id: Any) -> FlowKnown:
    """Return what flows of a company may name."""
    channels = Channel.objects.for_company(company_id).order_by("name")
    return FlowKnown(
        channels={str(row.pk): row.kind for row in channels},
        channel_names={str(row.pk): row.name for row in channels},
        rules={row.kind: policy_of(row.kind).questions for row in channels},
        kind_names={row.kind: str(row.get_kind_display()) for row in channels},
        queues=_named(Queue.objects.for_company(company_id).active()),
        files=_named(FlowFile.objects.for_company(company_id)),
        secrets=frozenset(
            FlowSecret.objects.for_company(company_id).values_list("name", flat=True)
        ),
    )


def _named(rows: Any) -> dict[str, str]:
    return {str(pk): name for pk, name in rows.order_by("name").values_list("pk", "name")}
