"""What a person calls themselves, where webhooks bring ids alone: asked when a conversation begins
with somebody who has no name. Nothing waits for the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import transaction

from common.crypto import SecretUnreadable
from common.realtime import publish
from common.tasks import ring
from contacts.refs import FORGOTTEN, IdentityKind, IdentityRef, PersonRef
from contacts.services.identities import people_resolve
from omnichannel import bells, events
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_lock
from providers import registry
from providers.base import Names
from providers.outgoing import SendError

logger = logging.getLogger(__name__)


def names_ask(channel: Channel, fresh: Iterable[Conversation]) -> None:
    """Have the names asked of those that new conversations are with, after commit."""
    if not registry.has_face(channel.kind, Names):
        return
    for conversation in fresh:
        if not conversation.identity.contact.name:
            ring(bells.NAME, str(conversation.company_id), str(conversation.pk))


def name_learn(*, conversation: Conversation) -> None:
    """Ask the provider for the name of a conversation's person, and keep it where staff wrote none.
    A refusal is no news: people need not be known.
    """
    channel, mine = conversation.channel, conversation.identity
    if channel.status != ChannelStatus.ACTIVE or mine.contact.name:
        return
    if mine.has_left or mine.value.startswith(FORGOTTEN):
        return
    ref = IdentityRef(IdentityKind(mine.kind), mine.value, mine.realm)
    try:
        found = registry.face_of(channel.kind, Names).person_named(channel.account(), ref)
    except SendError as refused:
        logger.info("name of %s: %s provider=%s", mine.pk, refused.code, refused.provider)
        return
    except SecretUnreadable:
        # Whoever sends next tells it of the channel.
        return
    if found.name or found.username:
        _keep(conversation, found)


@transaction.atomic
def _keep(conversation: Conversation, found: PersonRef) -> None:
    people_resolve(
        company=conversation.company_id, people=[found], account=conversation.channel.waba_id
    )
    held = conversation_lock(conversation)
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    publish(events.changed("message_updated", held))
