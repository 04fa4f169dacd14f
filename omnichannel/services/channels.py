"""Channels: connecting, checking, and what the provider says about them."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership
from accounts.services.audit import audit_record
from common import rooms
from common.errors import Conflict, DomainError
from common.locks import lock_all, lock_key
from common.realtime import Event, publish
from contacts.models import Consent
from contacts.refs import PersonRef
from contacts.services.consent import consent_record
from contacts.services.identities import identity_move, people_resolve
from omnichannel.adapters import registry
from omnichannel.adapters.facts import AccountNotice, ContactCard, IdentityChange, PreferenceUpdate
from omnichannel.adapters.outgoing import AccountHealth, SendError
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, ChannelNotice, Conversation
from omnichannel.signals import channel_connected

logger = logging.getLogger(__name__)

SECRETS = ("access_token", "app_secret")
# What a look at the provider may change.
CHECKED = ("checked_at", "health", "status", "status_detail", "phone_number")


class ChannelInUse(Conflict):
    """It has conversations, which would lose their way back to the patient."""

    code = "canal_em_uso"
    message = _("Este canal tem conversas e não pode ser apagado. Desative-o.")


class AccountTaken(Conflict):
    """Another channel, perhaps another company's, already speaks for this account."""

    code = "conta_em_uso"
    message = _("Esta conta já está conectada a outro canal. Confira o ID da conta.")


@transaction.atomic
def channel_save(
    *, company: Company, actor: Membership | None, channel: Channel | None = None, **values: Any
) -> Channel:
    """Create or change a channel. `credentials` is merged key by key: an absent or empty secret
    keeps the stored one. Raises AccountTaken."""
    channel = channel or Channel(company=company)
    given = {k: v for k, v in (values.pop("credentials", None) or {}).items() if v}
    for name, value in values.items():
        setattr(channel, name, value)
    if given:
        channel.credentials = {**channel.credentials, **given}
    # Two who connect one account, or choose a default, at once: the second sees the first.
    keys = [("account", channel.kind, channel.account_id), ("default", company.pk, channel.kind)]
    lock_all(lock_key(*key) for key in keys)
    clash = Channel.unscoped.filter(kind=channel.kind, account_id=channel.account_id)
    if clash.exclude(pk=channel.pk).exists():
        raise AccountTaken(fields={"account_id": [AccountTaken.message]})
    if channel.is_default:
        Channel.objects.for_company(company).filter(kind=channel.kind, is_default=True).exclude(
            pk=channel.pk
        ).update(is_default=False)
    channel.save()
    audit_record(
        company=company,
        actor=actor.user if actor else None,
        action="canal.salvo",
        target=channel,
        detail={"campos": sorted([*values, *(["credentials"] if given else [])])},
    )
    # What arrived before the channel existed waits in the ledger; whoever keeps it hears this.
    transaction.on_commit(
        lambda: channel_connected.send(sender=Channel, channel=channel), robust=True
    )
    return channel


@transaction.atomic
def channel_delete(*, channel: Channel, actor: Membership | None) -> None:
    """Remove a channel nobody used yet. Raises ChannelInUse."""
    if channel.conversations.for_company(channel.company_id).exists():
        raise ChannelInUse
    audit_record(
        company=channel.company_id,
        actor=actor.user if actor else None,
        action="canal.apagado",
        target=channel,
    )
    channel.delete()


def channel_validate(*, channel: Channel, actor: Membership | None = None) -> AccountHealth:
    """Ask the provider whether the channel works, and remember the answer.

    A good answer activates a channel that was being set up or in error; a refusal puts it in error
    with the sentence shown. Raises DomainError with that sentence.
    """
    adapter = registry.adapter_for(channel.kind)
    try:
        health = adapter.validate(channel.account())
    except SendError as exc:
        _health(channel, ok=False, detail=str(exc.detail), stops=not exc.retryable)
        raise DomainError(exc.detail, code=exc.code, status=422) from exc
    values = {
        name: getattr(health, name)
        for name in AccountHealth.__dataclass_fields__
        if name not in ("account_id", "warnings")
    }
    _health(channel, ok=True, values=values, phone=health.phone_number)
    if actor is not None:
        audit_record(
            company=channel.company_id, actor=actor.user, action="canal.validado", target=channel
        )
    return health


@transaction.atomic
def _health(
    channel: Channel,
    *,
    ok: bool,
    detail: str = "",
    stops: bool = True,
    values: dict[str, Any] | None = None,
    phone: str = "",
) -> None:
    # The provider took seconds to answer: others may have changed the row meanwhile.
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    held.checked_at = timezone.now()
    if ok:
        held.health = {**held.health, **(values or {})}
        held.status_detail = ""
        held.phone_number = "".join(c for c in phone if c.isdigit() or c == "+")[:20] or (
            held.phone_number
        )
        if held.status in (ChannelStatus.CONFIGURING, ChannelStatus.ERROR):
            held.status = ChannelStatus.ACTIVE
    elif stops:
        held.status_detail = detail[:500]
        # Somebody switched it off: it stays off, whatever the provider says.
        if held.status != ChannelStatus.INACTIVE:
            held.status = ChannelStatus.ERROR
    held.save(update_fields=[*CHECKED, "updated_at"])
    for name in CHECKED:
        setattr(channel, name, getattr(held, name))
    _tell(channel)


def channel_stop(*, channel: Channel, detail: str) -> None:
    """Put a channel in error: nothing more is sent until somebody looks. What waits, waits."""
    Channel.unscoped.filter(pk=channel.pk, status=ChannelStatus.ACTIVE).update(
        status=ChannelStatus.ERROR, status_detail=detail[:500], updated_at=timezone.now()
    )
    _tell(channel)


def _tell(channel: Channel) -> None:
    publish(
        Event(
            type="system_message",
            groups=(rooms.everything(channel.company_id), rooms.free(channel.company_id)),
            data={"what": "channel_changed", "channel": str(channel.pk)},
        )
    )


def webhook_seen(channel: Channel, moment: datetime) -> None:
    """Remember when the provider last spoke, at most once every five seconds."""
    known = channel.last_webhook_at
    if known is None or moment - known > timedelta(seconds=5):
        channel.last_webhook_at = moment
        Channel.unscoped.filter(pk=channel.pk).update(last_webhook_at=moment)


@transaction.atomic
def notice_record(*, channel: Channel, notice: AccountNotice) -> None:
    """Keep the provider's news, merge what it says of the channel's health, stop or resume the
    channel.
    """
    # Meta repeats webhooks for up to seven days: the same news has the same content and moment.
    fingerprint = hashlib.sha256(
        orjson.dumps([notice.code, notice.data, notice.health], option=orjson.OPT_SORT_KEYS)
        + str(int(notice.happened_at.timestamp() // 60)).encode()
    ).hexdigest()
    _row, made = ChannelNotice.unscoped.get_or_create(
        channel=channel,
        fingerprint=fingerprint,
        defaults={
            "company_id": channel.company_id,
            "code": notice.code[:100],
            "severity": notice.severity,
            "data": notice.data,
            "occurred_at": notice.happened_at,
        },
    )
    if not made:
        return
    if notice.health:
        held = Channel.unscoped.select_for_update().get(pk=channel.pk)
        held.health = {**held.health, **notice.health}
        held.save(update_fields=["health", "updated_at"])
    if notice.stops_channel:
        channel_stop(
            channel=channel,
            detail=str(
                _("A Meta avisou: %(code)s. Confira a conta e valide o canal de novo.")
                % {"code": notice.code}
            ),
        )
    elif notice.resumes_channel:
        Channel.unscoped.filter(pk=channel.pk, status=ChannelStatus.ERROR).update(
            status=ChannelStatus.ACTIVE, status_detail="", updated_at=timezone.now()
        )
        _tell(channel)


def identity_changed(*, channel: Channel, change: IdentityChange) -> None:
    """Move a person to the provider id they have now; open conversations go on there."""
    identity = identity_move(company=channel.company_id, old=change.old, new=change.new)
    if identity is None:
        return
    talks = Conversation.objects.for_company(channel.company_id).filter(
        contact_id=identity.contact_id, identity__kind=change.old.kind
    )
    for talk in talks.open().exclude(identity=identity).select_for_update(of=("self",)):
        talk.identity = identity
        talk.save(update_fields=["identity", "updated_at"])


@transaction.atomic
def preference_record(*, channel: Channel, update: PreferenceUpdate) -> None:
    """Write to the consent ledger what a person told the provider about marketing."""
    identity = people_resolve(company=channel.company_id, people=[update.person])[0]
    consent_record(
        contact=identity.contact,
        purpose=Consent.Purpose.MARKETING,
        channel=channel.kind,
        is_granted=update.granted,
        source=f"{channel.kind}.user_preferences",
        occurred_at=update.happened_at,
        proof=update.detail,
    )


@transaction.atomic
def card_learn(*, channel: Channel, card: ContactCard) -> None:
    """Learn a name from the clinic's own phone; a card removed there removes nothing here."""
    if not card.is_removed:
        people_resolve(
            company=channel.company_id,
            people=[PersonRef(card.person.identities, card.person.name, card.person.username)],
        )
