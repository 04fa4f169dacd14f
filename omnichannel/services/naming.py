"""What people show of themselves, where webhooks bring ids alone: asked once they have written, for
before nobody may, and again a month later. Nothing waits for the answer.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.crypto import SecretUnreadable
from common.files import files_delete
from common.realtime import publish
from common.tasks import ring
from contacts.refs import FORGOTTEN, IdentityKind, IdentityRef, PersonRef
from contacts.services.identities import people_resolve
from omnichannel import bells, events
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, Conversation, PersonProfile
from omnichannel.services.conversations import conversation_lock
from providers import registry
from providers.base import Downloads
from providers.file_types import identify
from providers.outgoing import Account, MediaInfo, SendError
from providers.threads import Names

logger = logging.getLogger(__name__)

# How long what was told holds.
HOLDS = timedelta(days=30)
PICTURE_BYTES = 2 * 1024 * 1024
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


def names_ask(channel: Channel, heard: Iterable[Conversation]) -> None:
    """Have the provider asked about those whom conversations were just opened by, after commit."""
    if not registry.has_face(channel.kind, Names):
        return
    for conversation in heard:
        ring(bells.NAME, str(conversation.company_id), str(conversation.pk))


def name_learn(*, conversation: Conversation) -> None:
    """Ask the provider who a conversation's person is, unless it told within a month: the name is
    kept where staff wrote none, the picture is copied. A refusal is no news: people need not be
    known.
    """
    channel, mine = conversation.channel, conversation.identity
    if channel.status != ChannelStatus.ACTIVE:
        return
    if mine.has_left or mine.value.startswith(FORGOTTEN):
        return
    profile = _claimed(conversation)
    if profile is None:
        return
    ref = IdentityRef(IdentityKind(mine.kind), mine.value, mine.realm)
    try:
        account = channel.account()
        found = registry.face_of(channel.kind, Names).person_named(account, ref)
    except SendError as refused:
        logger.info("name of %s: %s provider=%s", mine.pk, refused.code, refused.provider)
        return
    except SecretUnreadable:
        # Whoever sends next tells it of the channel.
        return
    if found.person.name or found.person.username:
        _keep(conversation, found.person)
    if found.picture_url:
        _copy(channel, account, profile, found.picture_url)


def has_picture(conversation: Conversation) -> bool:
    """Whether there is a copy of the picture that a conversation's person shows."""
    if not registry.has_face(conversation.channel.kind, Names):
        return False
    return _profiles(conversation).exclude(picture="").exists()


def picture_of(conversation: Conversation) -> PersonProfile | None:
    """Return the profile with the picture of a conversation's person, if there is one."""
    return _profiles(conversation).exclude(picture="").first()


def _profiles(conversation: Conversation) -> QuerySet[PersonProfile]:
    rows = PersonProfile.objects.for_company(conversation.company_id)
    return rows.filter(identity_id=conversation.identity_id)


def _claimed(conversation: Conversation) -> PersonProfile | None:
    """Note that the provider is asked now; None when somebody did within a month."""
    now = timezone.now()
    known = _profiles(conversation).first()
    if known is None:
        row = PersonProfile(
            company_id=conversation.company_id, identity_id=conversation.identity_id, asked_at=now
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Another worker asks at this moment, or the person was erased.
            return None
        return row
    taken = _profiles(conversation).filter(asked_at__lt=now - HOLDS)
    return known if taken.update(asked_at=now, updated_at=now) else None


@transaction.atomic
def _keep(conversation: Conversation, found: PersonRef) -> None:
    people_resolve(
        company=conversation.company_id, people=[found], account=conversation.channel.waba_id
    )
    held = conversation_lock(conversation)
    held.revision += 1
    held.save(update_fields=["revision", "updated_at"])
    publish(events.changed("message_updated", held))


def _copy(channel: Channel, account: Account, profile: PersonProfile, url: str) -> None:
    """Copy a picture; one that does not come, or is none, is not missed."""
    if not registry.has_face(channel.kind, Downloads):
        return
    adapter = registry.face_of(channel.kind, Downloads)
    with tempfile.TemporaryFile() as spool:
        try:
            for chunk in adapter.media_chunks(account, MediaInfo(url=url), PICTURE_BYTES):
                spool.write(chunk)
        except SendError as refused:
            logger.info("picture of %s: %s", profile.pk, refused.code)
            return
        mime = identify(spool, "image/jpeg", "")
        if mime in PICTURES:
            _store(profile, File(spool), mime)


@transaction.atomic
def _store(profile: PersonProfile, file: Any, mime: str) -> None:
    held = PersonProfile.unscoped.select_for_update().filter(pk=profile.pk).first()
    if held is None:
        # The person was erased while their picture came.
        return
    files_delete([held.picture])
    file.seek(0)
    held.mime_type = mime
    held.picture.save("", file, save=False)
    held.save(update_fields=["picture", "mime_type", "updated_at"])
