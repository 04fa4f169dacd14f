"""Posting the webhooks of fake accounts, signed as Meta signs."""

from __future__ import annotations

from simulator import posting
from simulator.meta.models import SimDirectWebhook
from simulator.whatsapp.delivery import app_secret, signature


def deliver_due() -> int:
    """Post what is due, the oldest first; return how many were taken."""
    rows = SimDirectWebhook.objects.select_related("account")
    return sum(post(row) for row in posting.due(rows))


def post(row: SimDirectWebhook) -> bool:
    """Post one body; return whether it was taken."""
    body = row.body.encode()
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": signature(body, app_secret()),
    }
    return posting.post(row, url=row.account.webhook_url, body=body, headers=headers)
