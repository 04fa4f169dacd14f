"""Telling a person's browsers: asked again at that moment whether it is still theirs, still news
and wanted, and said without a name or a text of any patient.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Membership, PushDevice
from accounts.preferences import is_quiet, preferences_of
from common.tasks import ring_now
from inbox import selectors
from inbox.push.hearing import PushKind
from inbox.readers import member_again
from omnichannel.choices import Stage
from omnichannel.models import Conversation, Mention
from providers.http import ForeignAddress, HttpAnswer, NotSent, Unanswered
from providers.push import PushTarget, TargetInvalid, endpoint_fits, push_post
from queues.models import QueueMember, Ticket

logger = logging.getLogger(__name__)
SEND = "inbox.tasks.push_send"
# Seconds until the next try after each; then what was to be told is no news any more.
WAITS = (10, 60, 300)
LONGEST_WAIT = 900
# Many messages in a row are one notice.
AGAIN_AFTER = timedelta(seconds=10)
BADGE_MOST = 99
# The standard's mark of a message that a browser can show by itself.
DECLARATIVE = 8030
# The service does not know the subscription any more (RFC 8030, section 7.3).
GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class PushNotice:
    """What somebody is told: of what, in which conversation, and where it waits or came from."""

    kind: PushKind
    member: Membership
    conversation: Conversation
    place: str

    def message(self, language: str) -> dict[str, Any]:
        """Return what a browser gets: words without any name, and where a press leads."""
        with translation.override(language):
            titles = {
                PushKind.MINE: _("Nova mensagem"),
                PushKind.BACK: _("Uma conversa adiada voltou"),
                PushKind.PASSED: _("Atendimento passado para você"),
                PushKind.MENTIONED: _("Você foi mencionado numa nota"),
                PushKind.QUEUE: _("Alguém espera na fila"),
            }
            title = titles[self.kind]
        where = reverse("inbox:conversation", args=[self.conversation.pk])
        return {
            "web_push": DECLARATIVE,
            "notification": {
                "title": title,
                "body": self.place,
                "lang": language,
                "tag": str(self.conversation.pk),
                "navigate": f"{settings.PUBLIC_URL}{where}",
            },
            "app_badge": _waiting_count(self.member),
        }


def notices_of(kind: str, conversation_id: str, member_id: str) -> Iterator[PushNotice]:
    """Give the notices that an event makes now, inside its company's scope."""
    people = Membership.objects.active().select_related("user", "company")
    people = people.filter(push_devices__isnull=False).distinct()
    if kind == PushKind.QUEUE:
        ticket = _ticket_of(conversation_id)
        places = QueueMember.objects.filter(queue=ticket.queue_id if ticket else None)
        people = people.filter(pk__in=places.filter(is_active=True).values("membership"))
    else:
        people = people.filter(pk=member_id)
    for member in people:
        if (notice := notice_for(PushKind(kind), member, conversation_id)) is not None:
            yield notice


def notice_for(kind: PushKind, member: Membership, conversation_id: str) -> PushNotice | None:
    """Return what somebody is told now; None where they do not want it, may not see it any more, or
    have seen it.
    """
    preferences = preferences_of(member.user)
    wanted = "mine" if kind == PushKind.BACK else kind
    if not preferences[f"notify_{wanted}"]:
        return None
    if is_quiet(preferences, timezone.localtime(timezone=member.company.zone)):
        return None
    rows = Conversation.objects.visible_to(member).select_related("channel")
    conversation = rows.filter(pk=conversation_id).first()
    if conversation is None or not _is_news(kind, member, conversation):
        return None
    ticket = _ticket_of(conversation.pk)
    place = ticket.queue.name if ticket is not None else conversation.channel.name
    return PushNotice(kind, member, conversation, place)


def _is_news(kind: PushKind, member: Membership, talk: Conversation) -> bool:
    is_theirs = talk.attendant_id == member.pk
    match kind:
        case PushKind.MINE:
            return is_theirs and talk.unread_count > 0
        case PushKind.BACK:
            return is_theirs
        case PushKind.PASSED:
            # Who takes something has it before their eyes.
            return is_theirs and selectors.last_mover(talk) != member.pk
        case PushKind.MENTIONED:
            return Mention.objects.of(member).unseen().filter(conversation=talk).exists()
        case PushKind.QUEUE:
            return talk.stage == Stage.QUEUE


def notice_tell(notice: PushNotice) -> None:
    """Tell each browser of the person, unless it was told of that conversation a moment ago."""
    for device in PushDevice.objects.filter(membership=notice.member):
        key = f"push.{device.pk}.{notice.conversation.pk}.{notice.kind}"
        if cache.add(key, 1, timeout=AGAIN_AFTER.total_seconds()):
            device_tell(device, notice, tries=0)


def device_tell(device: PushDevice, notice: PushNotice, *, tries: int) -> None:
    """Send a notice to one browser, once; `tries` were in vain before. One whose session is over,
    or that its service knows no more, is forgotten.
    """
    secret = device.secret
    reader = member_again(secret["session"])
    endpoint = secret["endpoint"]
    if reader is None or reader.pk != device.membership_id or not endpoint_fits(endpoint):
        _forget(device)
        return
    target = PushTarget(endpoint, secret["p256dh"], secret["auth"])
    message = notice.message(notice.member.user.language or device.language)
    try:
        answer = push_post(target, message, topic=notice.conversation.pk.hex)
    except (ForeignAddress, TargetInvalid):
        _forget(device)
    except (NotSent, Unanswered):
        # Told twice is shown once: the browser knows it by its tag.
        _again(device, notice, tries, HttpAnswer(503, b""))
    else:
        if answer.status in GONE:
            _forget(device)
        elif answer.status == 429 or answer.status >= 500:
            _again(device, notice, tries, answer)
        elif not answer.is_success:
            logger.warning("push to device %s was refused: %d", device.pk, answer.status)


def _again(device: PushDevice, notice: PushNotice, tries: int, answer: HttpAnswer) -> None:
    if tries >= len(WAITS):
        logger.warning("push to device %s was given up: %d", device.pk, answer.status)
        return
    asked = int(answer.retry_after) if answer.retry_after.isdecimal() else 0
    if asked > LONGEST_WAIT:
        return
    ring_now(
        SEND,
        str(device.company_id),
        str(device.pk),
        notice.kind,
        str(notice.conversation.pk),
        tries + 1,
        countdown=max(WAITS[tries], asked),
    )


def _forget(device: PushDevice) -> None:
    PushDevice.objects.filter(pk=device.pk).delete()


def _ticket_of(conversation_id: Any) -> Ticket | None:
    rows = Ticket.objects.filter(conversation_id=conversation_id).select_related("queue")
    # The open one, else the last: as queues.selectors.ticket_of.
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-created_at", "-pk").first()


def _waiting_count(member: Membership) -> int:
    mine = Conversation.objects.filter(attendant=member, stage=Stage.HUMAN, unread_count__gt=0)
    return mine[:BADGE_MOST].count()
