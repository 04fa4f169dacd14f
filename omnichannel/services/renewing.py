"""Credentials that end: renewed each day, long before they do."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.db import transaction

from common.crypto import SecretUnreadable
from omnichannel.models import Channel
from omnichannel.services.channels import ENDS_AT
from providers import registry
from providers.outgoing import SendError
from providers.threads import Renewal

logger = logging.getLogger(__name__)


def credentials_renew(channel: Channel) -> bool:
    """Replace a proven channel's credentials by those that the provider gives for them; return
    whether it did. It is the same account, so the proof stays. A refusal changes nothing: what
    ended is found by whoever validates the channel.
    """
    if channel.proven_at is None or not registry.has_face(channel.kind, Renewal):
        return False
    try:
        asked = channel.account()
        ends = channel.health.get(ENDS_AT)
        known = datetime.fromtimestamp(ends, UTC) if isinstance(ends, int) else None
        found = registry.face_of(channel.kind, Renewal).renewed(asked, known)
    except SendError as refused:
        logger.info("renewal of %s: %s provider=%s", channel.pk, refused.code, refused.provider)
        return False
    except SecretUnreadable:
        # Who validates the channel next tells it.
        return False
    if not found.secrets:
        return False
    with transaction.atomic():
        held = Channel.unscoped.select_for_update().get(pk=channel.pk)
        # Somebody may have given others while the provider answered.
        if held.account() != asked:
            return False
        held.credentials = {**held.credentials, **found.secrets}
        if found.ends_at is not None:
            held.health = {**held.health, ENDS_AT: int(found.ends_at.timestamp())}
        held.save(update_fields=["credentials", "health", "updated_at"])
    channel.credentials, channel.health = held.credentials, held.health
    return True
