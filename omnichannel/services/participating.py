"""Following a conversation without having it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError, Forbidden
from common.realtime import publish
from omnichannel import events
from omnichannel.models import Conversation, Participant
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.mentioning import mentionable

MOST = 30


class ParticipantRefused(DomainError):
    """The person may not see the conversation, or there are too many."""

    code = "participante_recusado"
    message = _("Esta pessoa não pode ver a conversa.")


@transaction.atomic
def participant_add(
    *, conversation: Conversation, member_id: UUID, actor: Membership
) -> Participant:
    """Let a colleague, or oneself, follow a conversation that the actor sees; once more changes
    nothing. Raises ParticipantRefused.
    """
    held = conversation_lock(conversation)
    member = mentionable(held).filter(pk=member_id).first()
    if member is None:
        raise ParticipantRefused(fields={"pessoa": [ParticipantRefused.message]})
    rows = Participant.objects.for_company(held.company_id).filter(conversation=held)
    if (known := rows.filter(member=member).first()) is not None:
        return known
    if rows.count() >= MOST:
        raise ParticipantRefused(_("Uma conversa tem no máximo 30 participantes."))
    row = Participant.unscoped.create(
        company_id=held.company_id, conversation=held, member=member, added_by=actor
    )
    _tell(held)
    return row


@transaction.atomic
def participant_remove(*, conversation: Conversation, member_id: UUID, actor: Membership) -> None:
    """Take somebody off: oneself anybody, others who has the conversation, who added them and who
    manages. Whoever follows no more stays as they are. Raises Forbidden.
    """
    held = conversation_lock(conversation)
    rows = Participant.objects.for_company(held.company_id)
    row = rows.filter(conversation=held, member_id=member_id).first()
    if row is None:
        return
    may = {row.member_id, row.added_by_id, held.attendant_id}
    if actor.pk not in may and not actor.is_manager:
        raise Forbidden
    row.delete()
    _tell(held)


def participants_of(conversation: Conversation) -> list[Participant]:
    """Return who follows a conversation and may still see it, by name."""
    rows = Participant.objects.for_company(conversation.company_id)
    seeing = mentionable(conversation).order_by().values("pk")
    found = rows.filter(conversation=conversation, member__in=seeing)
    return list(found.select_related("member__user").order_by("member__user__name", "id"))


def followed_by(member: Membership) -> list[UUID]:
    """Return the open conversations that somebody follows, may see and does not have."""
    seen = Conversation.objects.for_company(member.company_id).visible_to(member).open()
    mine = Participant.objects.for_company(member.company_id).filter(member=member)
    rows = seen.filter(pk__in=mine.values("conversation")).exclude(attendant=member)
    return list(rows.order_by().values_list("pk", flat=True))


def _tell(held: Conversation) -> None:
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    publish(events.changed("conversation_updated", held, data={"participants": True}))
