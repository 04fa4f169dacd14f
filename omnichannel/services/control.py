"""Conversations that another application of the provider's answers: they are shown here, and
nothing is sent in them until somebody takes them over.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.crypto import SecretUnreadable
from common.errors import DomainError
from common.realtime import publish
from contacts.services.identities import people_of
from omnichannel import events
from omnichannel.models import Channel, Conversation
from omnichannel.services.addresses import recipient_of
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.gate import Refused
from providers import registry
from providers.facts import ThreadControl
from providers.outgoing import SendError
from providers.threads import Control


@transaction.atomic
def control_apply(*, channel: Channel, update: ThreadControl) -> None:
    """Note which application answers a person: another one, or (`app` empty) ours again."""
    known = people_of(company=channel.company_id, refs=update.person.identities)
    rows = Conversation.objects.for_company(channel.company_id).open()
    for talk in rows.filter(channel=channel, contact__in=known):
        _set(talk, update.app)


@transaction.atomic
def control_take(*, conversation: Conversation, actor: Membership) -> None:
    """Take a conversation over from another application. Raises DomainError when the provider
    refuses.
    """
    channel = conversation.channel
    try:
        registry.face_of(channel.kind, Control).take_control(
            channel.account(), recipient_of(conversation)
        )
    except SendError as refused:
        raise DomainError(refused.detail, code=refused.code) from refused
    except SecretUnreadable:
        raise Refused(_("As credenciais do canal não abrem. Avise um administrador.")) from None
    _set(conversation, "")
    audit_record(
        company=conversation.company_id,
        actor=actor.user,
        action="conversa.assumida_de_outro_app",
        target=conversation,
    )


def _set(talk: Conversation, app: str) -> None:
    held = conversation_lock(talk)
    if held.other_app != app:
        held.other_app = app[:64]
        held.revision += 1
        held.save(update_fields=["other_app", "revision", "updated_at"])
        publish(events.changed("message_updated", held))
