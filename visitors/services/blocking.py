"""Visitors that a clinic does not want to hear of."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership, User
from accounts.services.audit import audit_record
from common.errors import NotFound
from common.realtime import Event, publish
from omnichannel.models import Conversation
from visitors.models import VisitorBlock, VisitorSession
from visitors.rooms import visitor_room


@transaction.atomic
def visitor_block(*, conversation: Conversation, kind: str, actor: Membership) -> VisitorBlock:
    """Take no more messages of a conversation's visitor, or of everybody of their network. Their
    open panels are closed. Raises NotFound where no visitor is known.
    """
    rows = VisitorSession.objects.for_company(conversation.company_id).select_related("channel")
    session = rows.filter(identity=conversation.identity_id).order_by("-seen_at").first()
    if session is None:
        raise NotFound
    is_visitor = kind == VisitorBlock.Kind.VISITOR
    block, is_made = VisitorBlock.objects.for_company(conversation.company_id).get_or_create(
        channel=session.channel,
        kind=kind,
        value=session.visitor if is_visitor else session.address,
        defaults={"company_id": session.company_id, "session": session, "author": actor},
    )
    if is_made:
        audit_record(
            company=conversation.company_id,
            actor=actor.user,
            action="visitante.bloqueado",
            target=conversation,
            detail={"tipo": kind},
        )
        publish(Event("session_ended", (visitor_room(session),), conversation=conversation.pk))
    return block


@transaction.atomic
def visitor_unblock(*, block: VisitorBlock, actor: User | None) -> None:
    """Hear of somebody again."""
    audit_record(
        company=block.company_id,
        actor=actor,
        action="visitante.desbloqueado",
        target=block.channel,
        detail={"tipo": block.kind},
    )
    block.delete()
