"""Channels: what people say of them, and what the provider tells. The proof is in proving."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Membership
from accounts.services.audit import audit_record
from common import rooms
from common.errors import Conflict, DomainError
from common.locks import lock_all, lock_key
from common.realtime import Event, publish
from common.rows import run
from contacts.models import Consent
from contacts.refs import PersonRef
from contacts.services.consent import consent_record
from contacts.services.identities import people_resolve
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, ChannelNotice
from omnichannel.services.accounts import (
    AccountRefused,
    account_identity,
    account_take,
    columns_check,
    key_new,
)
from omnichannel.services.leaving import leaving_record
from providers import registry
from providers.facts import (
    AccountNotice,
    AccountRef,
    ContactCard,
    PreferenceUpdate,
    ProviderFault,
)

SEEN = """
UPDATE omnichannel_channel SET last_webhook_at = %s::timestamptz WHERE id = (
    SELECT id FROM omnichannel_channel WHERE id = %s::uuid FOR UPDATE SKIP LOCKED
)
"""
# What a person may say of any channel, besides the columns that its kind declares. The rest comes
# from the provider.
CLAIMED = frozenset(
    {
        "kind",
        "name",
        "status",
        "is_default",
        "monthly_budget",
        "sign_messages",
        "settings",
        "credentials",
    }
)
# In a channel's health: when the token ends that renewing it brought.
ENDS_AT = "token_ends_at"
KIND_STAYS = _("O tipo de um canal não muda. Crie outro canal.")


class ChannelInUse(Conflict):
    """It has conversations, which would lose their way back to the patient."""

    code = "canal_em_uso"
    message = _("Este canal tem conversas e não pode ser apagado. Desative-o.")


class AccountTaken(Conflict):
    """Another channel already speaks for this account: the company's own, or one that proved it."""

    code = "conta_em_uso"
    message = _("Esta conta já está conectada a outro canal. Confira o ID da conta.")


class NotProven(Conflict):
    """Nobody proved yet that the credentials read this account."""

    code = "canal_nao_validado"
    message = _("Valide o canal antes: o provedor ainda não confirmou esta conta.")


@transaction.atomic
def channel_save(
    *, company: Company, actor: Membership | None, channel: Channel | None = None, **values: Any
) -> Channel:
    """Create or change what a person says of a channel: a claim, which services.proving has proved.

    `settings` and `credentials` are merged key by key into what is stored, as the kind's
    AccountShape reads them: an absent or empty secret keeps the stored one. What names the account
    or opens it ends the proof when it changes. Raises AccountRefused, AccountTaken for a second
    claim of the same company, NotProven for an `ativo` that nothing proved.
    """
    is_new = channel is None
    if channel is None:
        channel = Channel(company=company)
        channel.kind = values.get("kind", channel.kind)
    else:
        # A check may write at this moment what it proved: whoever is second sees the first.
        channel = Channel.unscoped.select_for_update().get(pk=channel.pk)
    columns_check(channel, values.keys() - CLAIMED)
    before = account_identity(channel)
    settings, credentials = values.pop("settings", None), values.pop("credentials", None)
    if values.get("kind", channel.kind) != channel.kind:
        raise AccountRefused(fields={"kind": [KIND_STAYS]})
    changed = [name for name, value in values.items() if is_new or getattr(channel, name) != value]
    for name, value in values.items():
        setattr(channel, name, value)
    changed += account_take(channel, settings or {}, credentials or {})
    if account_identity(channel) != before:
        proof_end(channel)
    if values.get("status") == ChannelStatus.ACTIVE and channel.proven_at is None:
        raise NotProven(fields={"status": [NotProven.message]})
    _keep_alone(channel)
    channel.save()
    audit_record(
        company=company,
        actor=actor.user if actor else None,
        action="canal.salvo",
        target=channel,
        detail={"campos": sorted(changed)},
    )
    return channel


def _keep_alone(channel: Channel) -> None:
    """Refuse a second claim of the company, and let a new default take the place of the old."""
    company_id, kind = channel.company_id, channel.kind
    # Two who claim one account, or choose a default, at once: the second sees the first.
    keys = [("claim", company_id, kind, channel.account_id), ("default", company_id, kind)]
    lock_all(lock_key(*key) for key in keys)
    others = Channel.objects.for_company(company_id).filter(kind=kind).exclude(pk=channel.pk)
    if others.filter(account_id=channel.account_id).exists():
        raise AccountTaken(fields={"account_id": [AccountTaken.message]})
    if channel.is_default:
        others.filter(is_default=True).update(is_default=False)


def proof_end(channel: Channel) -> None:
    """Take a channel's proof back; the caller saves it, see PROOF."""
    channel.proven_at = channel.doubted_at = None
    channel.is_waba_proven = False
    channel.health.pop(ENDS_AT, None)
    if channel.status == ChannelStatus.ACTIVE:
        channel.status = ChannelStatus.CONFIGURING


@transaction.atomic
def channel_rekey(*, channel: Channel, actor: Membership | None) -> None:
    """Give a channel another webhook address; the old one is nobody's from this moment on. Raises
    DomainError for a kind whose channels share one.
    """
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    if held.door_key is None:
        raise DomainError(_("Este canal não tem endereço próprio para trocar."))
    channel.door_key = held.door_key = key_new()
    held.save(update_fields=["door_key", "updated_at"])
    audit_record(
        company=channel.company_id,
        actor=actor.user if actor else None,
        action="canal.endereco_trocado",
        target=channel,
    )


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


def channel_stop(*, channel: Channel, detail: str) -> None:
    """Put a channel in error: nothing more is sent until somebody looks. What waits, waits."""
    Channel.unscoped.filter(pk=channel.pk, status=ChannelStatus.ACTIVE).update(
        status=ChannelStatus.ERROR, status_detail=detail[:500], updated_at=timezone.now()
    )
    channel_tell(channel)


@transaction.atomic
def channel_fault(
    *,
    channel: Channel,
    fault: ProviderFault,
    detail: str,
    happened_at: datetime | None = None,
    claimed_at: datetime | None = None,
) -> bool:
    """Take an error that stands in the way of the whole channel, told by an answer or a receipt:
    stop it with the sentence and keep the provider's words. Return whether the error holds: of a
    message that left (`claimed_at`) before the channel was last found well it is over.
    """
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    if claimed_at and held.checked_at and claimed_at < held.checked_at:
        return held.status != ChannelStatus.ACTIVE
    if held.status != ChannelStatus.ACTIVE:
        return True
    notice = AccountNotice(
        account=AccountRef(channel.account_id),
        code=f"error.{fault.code}",
        severity="critico",
        happened_at=happened_at or timezone.now(),
        data={"title": fault.title, "detail": fault.detail},
    )
    notice_record(channel=channel, notice=notice)
    channel_stop(channel=channel, detail=detail)
    return True


def channel_tell(channel: Channel) -> None:
    """Tell open pages that a channel's state changed."""
    publish(
        Event(
            type="system_message",
            groups=(rooms.everything(channel.company_id), rooms.free(channel.company_id)),
            data={"what": "channel_changed", "channel": str(channel.pk)},
        )
    )


def webhook_seen(channel: Channel, moment: datetime) -> None:
    """Remember when the provider last spoke, to the minute; nobody waits for whoever writes it."""
    known = channel.last_webhook_at
    if known is None or moment - known > timedelta(minutes=1):
        channel.last_webhook_at = moment
        run(SEEN, moment, channel.pk)


@transaction.atomic
def notice_record(*, channel: Channel, notice: AccountNotice) -> None:
    """Keep the provider's news, merge what it says of the channel's health, stop or resume the
    channel.
    """
    # Meta repeats webhooks for up to seven days: the same news has the same content and moment, to
    # the second. What is told twice within a minute may have been taken back in between.
    fingerprint = hashlib.sha256(
        orjson.dumps([notice.code, notice.data, notice.health], option=orjson.OPT_SORT_KEYS)
        + notice.happened_at.isoformat().encode()
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
        channel_stop(channel=channel, detail=_why(channel, notice))
    elif notice.resumes_channel:
        Channel.unscoped.proven().filter(pk=channel.pk, status=ChannelStatus.ERROR).update(
            status=ChannelStatus.ACTIVE, status_detail="", updated_at=timezone.now()
        )
        channel_tell(channel)


def _why(channel: Channel, notice: AccountNotice) -> str:
    """Say why a channel stands still: an error in the words that it has everywhere."""
    kind, _dot, code = notice.code.partition(".")
    if kind == "error":
        words = registry.adapter_for(channel.kind).fault_words(ProviderFault(code))
        return str(words[1])
    sentence = _("%(provider)s avisou: %(code)s. Confira a conta e valide o canal de novo.")
    named = {"provider": channel.provider_words(), "code": notice.code}
    return str(capfirst(sentence % named))


@transaction.atomic
def preference_record(*, channel: Channel, update: PreferenceUpdate) -> None:
    """Write to the consent ledger what a person told the provider: about marketing, or about
    everything where the kind of channel ends with such a wish.
    """
    identity = people_resolve(
        company=channel.company_id, people=[update.person], account=channel.waba_id
    )[0]
    if registry.policy_of(channel.kind).stops_with_wish:
        leaving_record(
            contact=identity.contact,
            channel=channel,
            is_granted=update.granted,
            source=f"{channel.kind}.provedor",
            at=update.happened_at,
            proof=update.detail,
        )
        return
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
            account=channel.waba_id,
        )
