"""Browsers that are told of something while no page of ours is open: who has which."""

from __future__ import annotations

import hashlib

from django.db import transaction

from accounts.models import Membership, PushDevice

# Nobody works at more; the one that subscribed longest ago goes.
MOST = 10


@transaction.atomic
def device_keep(
    *,
    membership: Membership,
    session_key: str,
    endpoint: str,
    p256dh: str,
    auth: str,
    language: str,
) -> PushDevice:
    """Keep a browser's subscription for a person's session. The same browser again is the same
    device; in the hands of another person it is theirs alone.
    """
    marked = _hash(endpoint)
    # Whose it was before may have worked in another company.
    PushDevice.unscoped.filter(endpoint_hash=marked).delete()
    device = PushDevice(
        company_id=membership.company_id,
        membership=membership,
        endpoint_hash=marked,
        session_hash=_hash(session_key),
        language=language,
    )
    device.secret = {
        "endpoint": endpoint,
        "p256dh": p256dh,
        "auth": auth,
        "session": session_key,
    }
    device.save(force_insert=True)
    mine = PushDevice.objects.for_company(membership.company_id).filter(membership=membership)
    older = mine.order_by("-created_at", "-pk").values_list("pk", flat=True)[MOST:]
    PushDevice.unscoped.filter(pk__in=list(older)).delete()
    return device


def device_drop(*, membership: Membership, endpoint: str) -> int:
    """Forget a browser of a person's; return how many that were."""
    rows = PushDevice.objects.for_company(membership.company_id).filter(membership=membership)
    return int(rows.filter(endpoint_hash=_hash(endpoint)).delete()[0])


def session_devices_drop(session_key: str) -> int:
    """Forget the browsers of a session that ends; return how many."""
    # A session belongs to a login, whatever company it works in.
    return int(PushDevice.unscoped.filter(session_hash=_hash(session_key)).delete()[0])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
