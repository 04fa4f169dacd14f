"""Conversations that a person keeps at the top of their lists."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import Conflict
from omnichannel.models import Conversation, Pin

# More than fit on a screen pin nothing.
MOST = 20


class PinsFull(Conflict):
    """There is no room at the top any more."""

    code = "fixadas_demais"
    message = _("Você já fixou 20 conversas. Desafixe uma antes.")


@transaction.atomic
def conversation_pin(*, conversation: Conversation, member: Membership, is_pinned: bool) -> None:
    """Pin a conversation the person may see, or take the pin away; repeating it changes nothing.
    Raises PinsFull.
    """
    # Two of their screens are counted one after the other.
    Membership.unscoped.select_for_update().get(pk=member.pk)
    rows = Pin.objects.filter(member=member)
    if not is_pinned:
        rows.filter(conversation=conversation).delete()
    elif not rows.filter(conversation=conversation).exists():
        if rows.count() >= MOST:
            raise PinsFull
        Pin.objects.create(company_id=member.company_id, member=member, conversation=conversation)
