"""What came before the message it is about: kept, and settled when that appears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from common.realtime import publish
from common.rows import run
from common.tasks import apart
from contacts.models import Contact
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel import events
from omnichannel.external import external_key
from omnichannel.models import Channel, EarlyChange, Message
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.marks import is_of, message_revoke, reaction_show
from providers.facts import ReactionUpdate, RevokeUpdate

# Meta repeats a webhook for so long.
KEPT = timedelta(days=7)

ANY_WAITS = """
SELECT 1 FROM omnichannel_earlychange WHERE channel_id = %s::uuid AND target = ANY(%s::text[])
UNION ALL
SELECT 1 FROM omnichannel_message WHERE channel_id = %s::uuid AND reply_to_id IS NULL
AND reply_to_external_id = ANY(%s::text[]) AND reply_to_external_id <> ''
LIMIT 1
"""


def early_keep(
    *,
    channel: Channel,
    update: ReactionUpdate | RevokeUpdate,
    kind: str,
    direction: str,
    emoji: str = "",
) -> None:
    """Keep a change whose message is not there; of several the newest stands."""
    row, made = EarlyChange.unscoped.get_or_create(
        channel=channel,
        target=external_key(update.target),
        kind=kind,
        direction=direction,
        defaults={
            "company_id": channel.company_id,
            "emoji": emoji,
            "sender": [[ref.kind, ref.value] for ref in update.person.identities],
            "happened_at": update.happened_at,
        },
    )
    if not made:
        newer = EarlyChange.unscoped.filter(pk=row.pk, happened_at__lt=update.happened_at)
        newer.update(emoji=emoji, happened_at=update.happened_at, updated_at=timezone.now())


def early_settle(*, channel: Channel, external_ids: Sequence[str] | None = None) -> int:
    """Put on messages what came before them: quotes of them, emojis, deletions. Return how many.

    Without ids, whatever waits for a message that is there.
    """
    # Every message that arrives comes by here, and hardly any was waited for.
    if external_ids is not None and not run(
        ANY_WAITS, channel.pk, list(external_ids), channel.pk, list(external_ids)
    ):
        return 0
    return _settle_all(channel, external_ids)


@transaction.atomic
def _settle_all(channel: Channel, external_ids: Sequence[str] | None) -> int:
    waiting = EarlyChange.objects.for_company(channel.company_id).filter(channel=channel)
    if external_ids is None:
        there = Message.objects.for_company(channel.company_id).filter(
            channel=channel, external_id=OuterRef("target")
        )
        rows = waiting.filter(Exists(there))
    else:
        rows = waiting.filter(target__in=external_ids)
    found = list(rows.order_by("happened_at", "id").select_for_update(skip_locked=True)[:500])
    settled = [row.pk for row in found if _settle(channel, row)]
    EarlyChange.unscoped.filter(pk__in=settled).delete()
    return len(settled) + (_quotes_settle(channel, external_ids) if external_ids else 0)


def _settle(channel: Channel, row: EarlyChange) -> bool:
    """Apply one; whose message is another person's goes as well."""
    message = (
        Message.objects.for_company(channel.company_id)
        .filter(channel=channel, external_id=row.target)
        .select_related("conversation")
        .first()
    )
    if message is None:
        return False
    refs = tuple(IdentityRef(IdentityKind(kind), value) for kind, value in row.sender)
    if not is_of(message, PersonRef(refs)):
        return True
    message.conversation = conversation_lock(message.conversation)
    if row.kind == EarlyChange.Kind.REVOKE:
        message_revoke(message, row.happened_at)
    else:
        reaction_show(message, row.direction, row.emoji, row.happened_at)
    return True


def _quotes_settle(channel: Channel, external_ids: Sequence[str]) -> int:
    """Tie quotes to messages that came after them, each within one person's conversations."""
    quoting = (
        Message.objects.for_company(channel.company_id)
        .filter(channel=channel, reply_to=None, reply_to_external_id__in=external_ids)
        .exclude(reply_to_external_id="")
        .select_related("conversation")
    )
    rows = list(quoting.order_by("conversation_id", "seq"))
    if not rows:
        return 0
    quoted = Message.objects.for_company(channel.company_id).filter(
        channel=channel, external_id__in={row.reply_to_external_id for row in rows}
    )
    by_id = {row.external_id: row for row in quoted.annotate(owner=F("conversation__contact_id"))}
    count = 0
    for row in rows:
        target: Any = by_id.get(row.reply_to_external_id)
        if target is None or target.owner != row.conversation.contact_id:
            continue
        held = conversation_lock(row.conversation)
        held.revision += 1
        held.save(update_fields=["revision", "updated_at"])
        Message.unscoped.filter(pk=row.pk).update(reply_to=target, revision=held.revision)
        publish(events.changed("message_updated", held))
        count += 1
    return count


def early_waiting() -> QuerySet[EarlyChange]:
    """Return what waits, of all companies."""
    # A sweep over all companies.
    return EarlyChange.unscoped.all()


def early_sweep_all() -> int:
    """Settle what waits in every channel, and forget what nobody claimed for a week."""
    # A sweep walks over all companies; each channel is then handled inside its own company.
    channels = Channel.unscoped.filter(pk__in=EarlyChange.unscoped.values("channel_id").distinct())
    settled = 0
    for channel in channels:
        with apart("early changes of channel", channel.pk):
            settled += early_settle(channel=channel)
    EarlyChange.unscoped.filter(created_at__lt=timezone.now() - KEPT).delete()
    return settled


def early_forget(contact: Contact, known: list[str]) -> int:
    """Forget what a person did to messages we never had (contacts.holdings.erasers)."""
    rows = EarlyChange.unscoped.filter(company_id=contact.company_id)
    ids = [row.pk for row in rows if any(value in known for _kind, value in row.sender)]
    return int(EarlyChange.unscoped.filter(pk__in=ids).delete()[0])
