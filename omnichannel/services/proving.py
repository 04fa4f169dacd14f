"""The proof of a channel: the provider's answer to its credentials, and what follows from it.

Where a provider has no question that tells whose an account is, a test message is the proof, see
services.trying.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common import phones
from common.errors import Conflict, DomainError
from common.slots import Slot
from common.tasks import apart
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from omnichannel.services.accounts import account_open
from omnichannel.services.channels import AccountTaken, NotProven, channel_tell, proof_end
from omnichannel.services.endings import token_warning
from providers import registry
from providers.base import Connection, Registration, Subscription
from providers.outgoing import DENIALS, OTHER_ACCOUNT, AccountHealth, SendError

# What a look at the provider may change.
# Called with a channel that was connected, or whose account changed, after commit.
connected: Slot[Callable[[Channel], None]] = Slot()
CHECKED = (
    "checked_at",
    "health",
    "status",
    "status_detail",
    "account_id",
    "waba_id",
    "phone_number",
    "currency",
    "time_zone",
    "proven_at",
    "is_waba_proven",
    "doubted_at",
)
# Of an answer, what has a place of its own; the rest is the channel's health.
PLACED = frozenset({"account_id", "waba_id", "is_waba_read", "currency", "time_zone"})
# A denial has to be heard again on another day before a proof ends.
DOUBT = timedelta(hours=20)


SILENT = _(
    "Nenhuma mensagem nem recibo chegou ainda. Confira no provedor o endereço que está abaixo."
)


class ChannelChanged(Conflict):
    """The answer is about credentials or an account that the channel has no more."""

    code = "canal_mudou"
    message = _("O canal mudou enquanto o provedor respondia. Valide de novo.")


class NeedsTest(Conflict):
    """No question tells whether this channel works, only a message."""

    code = "canal_precisa_de_teste"
    message = _("Este provedor não confirma contas. Use Enviar teste para validar o canal.")


def is_asked(channel: Channel) -> bool:
    """Tell whether the provider answers if the account is ours; else a test message tells."""
    is_tried = registry.shape_of(channel.kind).is_tried(channel.settings)
    return registry.has_face(channel.kind, Connection) and not is_tried


def channel_validate(*, channel: Channel, actor: Membership | None = None) -> AccountHealth:
    """Ask the provider whose the account is and whether the channel works; keep the answer.

    A good answer proves the channel and activates one that was being set up or in error; webhooks
    that go nowhere, or elsewhere, are asked for anew. A refusal puts it in error with the sentence
    shown; it ends the proof only when an account is denied on two days. Raises DomainError with
    that sentence, AccountTaken when another channel proved the account first, NeedsTest,
    CredentialsUnreadable.
    """
    if not is_asked(channel):
        raise NeedsTest
    adapter = registry.face_of(channel.kind, Connection)
    was_down = channel.status == ChannelStatus.ERROR
    asked = account_open(channel)
    try:
        answer = adapter.validate(asked)
        if answer.account_id != asked.account_id:
            sentence = _("%(provider)s respondeu com outra conta. Confira o ID da conta.")
            raise SendError(OTHER_ACCOUNT, _named(channel, sentence), scope="channel")
    except SendError as exc:
        channel_refused(channel, exc)
        # A person asked, and nobody asks again before the next day's check.
        away = _("%(provider)s não respondeu. Valide de novo em alguns minutos.")
        detail = _named(channel, away) if exc.retryable else exc.detail
        raise DomainError(detail, code=exc.code, status=422) from exc
    channel_prove(channel=channel, answer=answer, actor=actor)
    # Whatever stopped the channel may have ended what it was told.
    is_lost = was_down and registry.has_face(channel.kind, Subscription)
    if is_lost or answer.subscription in ("missing", "elsewhere"):
        answer = _mend(channel, answer)
    return answer


@transaction.atomic
def channel_prove(
    *, channel: Channel, answer: AccountHealth, actor: Membership | None = None
) -> None:
    """Keep a provider's good answer. `channel` is as it was when the provider was asked.

    Raises AccountTaken when another channel proved the account first, ChannelChanged.
    """
    asked = channel.account()
    # The provider took seconds to answer: others may have changed the row meanwhile.
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    if held.account() != asked:
        raise ChannelChanged
    known = _routed(held)
    now = timezone.now()
    held.checked_at, held.doubted_at = now, None
    held.proven_at = held.proven_at or now
    _take_over(held, answer)
    if held.status in (ChannelStatus.CONFIGURING, ChannelStatus.ERROR):
        held.status, held.status_detail = ChannelStatus.ACTIVE, ""
    try:
        with transaction.atomic():
            held.save(update_fields=[*CHECKED, "updated_at"])
    except IntegrityError as exc:
        # The one constraint that others' rows can break: somebody proved it first.
        raise AccountTaken from exc
    if actor is not None:
        audit_record(
            company=held.company_id, actor=actor.user, action="canal.validado", target=held
        )
    _finish(channel, held)
    if _routed(held) != known:
        # What came before somebody proved it waits in the ledger; whoever keeps it hears this.
        transaction.on_commit(lambda: _tell_connected(held), robust=True)


def _tell_connected(channel: Channel) -> None:
    for listener in connected:
        with apart("news of channel", channel.pk):
            listener(channel)


def channel_subscribe(*, channel: Channel, actor: Membership | None) -> None:
    """Have the provider post the account's webhooks to us. Raises NotProven and DomainError."""
    waba_check(channel)
    try:
        registry.face_of(channel.kind, Subscription).subscribe(channel.account())
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc
    _heard(channel)
    audit_record(
        company=channel.company_id,
        actor=actor.user if actor else None,
        action="canal.webhooks_assinados",
        target=channel,
    )


def channel_register(*, channel: Channel, actor: Membership | None, pin: str) -> None:
    """Register the number at the provider with its PIN, then look again. Raises DomainError."""
    proof_check(channel)
    try:
        registry.face_of(channel.kind, Registration).register(channel.account(), pin)
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc
    audit_record(
        company=channel.company_id,
        actor=actor.user if actor else None,
        action="canal.numero_registrado",
        target=channel,
    )
    channel_validate(channel=channel)


def proof_check(channel: Channel) -> None:
    """Refuse what only a proven channel may do. Raises NotProven."""
    if channel.proven_at is None:
        raise NotProven


def account_check(channel: Channel) -> None:
    """Refuse an account that another channel has proved already. Raises AccountTaken."""
    others = Channel.unscoped.proven().filter(kind=channel.kind, account_id=channel.account_id)
    if others.exclude(pk=channel.pk).exists():
        raise AccountTaken


def waba_check(channel: Channel) -> None:
    """Refuse what needs a WABA that the credentials read, on a kind that has them. Raises
    NotProven.
    """
    proof_check(channel)
    has_whole = any(one.column == "waba_id" for one in registry.shape_of(channel.kind).columns())
    if has_whole and not channel.is_waba_proven:
        raise NotProven(
            _(
                "As credenciais não leem a conta inteira deste canal. Dê a elas as permissões que a"
                " página do canal pede e valide de novo."
            )
        )


def warnings_of(channel: Channel) -> list[Any]:
    """Return the sentences for what a channel's connection lacks, as last told."""
    found: list[Any] = [SILENT] if _is_silent(channel) else []
    # Some kinds say the same in a warning of their own.
    if "token_vence" not in (channel.health.get("warnings") or ()):
        found += filter(None, [token_warning(channel)])
    if registry.has_face(channel.kind, Connection):
        adapter = registry.face_of(channel.kind, Connection)
        found += [adapter.warning_words(code) for code in channel.health.get("warnings") or ()]
    return found


def _is_silent(channel: Channel) -> bool:
    """Tell whether nothing ever came from a provider that cannot be asked where it posts."""
    is_told = registry.has_face(channel.kind, Subscription)
    is_waiting = channel.status == ChannelStatus.ACTIVE and channel.last_webhook_at is None
    return is_waiting and registry.has_door(channel.kind) and not is_told


def health_of(channel: Channel) -> Sequence[tuple[Any, Any]]:
    """Return what the provider told of the account, in words."""
    if not registry.has_face(channel.kind, Connection):
        return ()
    return registry.face_of(channel.kind, Connection).health_words(channel.health)


def _take_over(held: Channel, answer: AccountHealth) -> None:
    """Replace what was typed by what the provider says."""
    held.account_id = answer.account_id
    digits = "".join(filter(str.isdigit, answer.phone_number))
    held.phone_number = (phones.from_wa_id(digits) or digits)[:20] or held.phone_number
    if answer.waba_id:
        held.waba_id, held.is_waba_proven = answer.waba_id, True
    elif answer.is_waba_read:
        # The WABA was read and does not hold this number.
        held.is_waba_proven = False
    # A provider that does not tell what it charges in was chosen with it.
    chosen = str(held.whole_settings().get("currency") or "")
    held.currency = answer.currency or chosen or held.currency
    held.time_zone = answer.time_zone or held.time_zone
    said = {name: getattr(answer, name) for name in AccountHealth.__dataclass_fields__}
    said["warnings"] = [str(code) for code in answer.warnings]
    held.health = {**held.health, **{k: v for k, v in said.items() if k not in PLACED}}


def _routed(channel: Channel) -> tuple[Any, ...]:
    """Return the names under which the ledger finds a channel."""
    if channel.proven_at is None:
        return ()
    waba_id = channel.waba_id if channel.is_waba_proven else ""
    return (channel.account_id, waba_id, channel.phone_number, channel.door_key)


@transaction.atomic
def channel_refused(channel: Channel, error: SendError) -> None:
    """Keep a refusal. A provider that is away says nothing of the channel."""
    asked = channel.account()
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    now = timezone.now()
    held.checked_at = now
    if not error.retryable and held.account() == asked:
        held.status_detail = str(error.detail)[:500]
        # Somebody switched it off: it stays off, whatever the provider says.
        if held.status != ChannelStatus.INACTIVE:
            held.status = ChannelStatus.ERROR
        if error.code in DENIALS and held.proven_at is not None:
            held.doubted_at = held.doubted_at or now
            if now - held.doubted_at >= DOUBT:
                proof_end(held)
                audit_record(
                    company=held.company_id,
                    actor=None,
                    action="canal.comprovacao_encerrada",
                    target=held,
                )
    held.save(update_fields=[*CHECKED, "updated_at"])
    _finish(channel, held)


def _named(channel: Channel, sentence: Any) -> str:
    words = {"provider": channel.provider_words()}
    return str(capfirst(sentence % words))


def _finish(channel: Channel, held: Channel) -> None:
    for name in CHECKED:
        setattr(channel, name, getattr(held, name))
    channel_tell(channel)


def _mend(channel: Channel, answer: AccountHealth) -> AccountHealth:
    """Subscribe again; a refusal stays visible as the warning that is already there."""
    try:
        registry.face_of(channel.kind, Subscription).subscribe(channel.account())
    except SendError:
        return answer
    audit_record(
        company=channel.company_id,
        actor=None,
        action="canal.webhooks_assinados",
        target=channel,
    )
    return _without(answer, _heard(channel))


@transaction.atomic
def _heard(channel: Channel) -> frozenset[str]:
    """Take the warnings about webhooks back; return their codes."""
    codes = registry.face_of(channel.kind, Subscription).subscription_warnings
    held = Channel.unscoped.select_for_update().get(pk=channel.pk)
    kept = [code for code in held.health.get("warnings") or () if code not in codes]
    held.health = {**held.health, "subscription": "ok", "warnings": kept}
    held.save(update_fields=["health", "updated_at"])
    channel.health = held.health
    return codes


def _without(answer: AccountHealth, codes: frozenset[str]) -> AccountHealth:
    kept = tuple(code for code in answer.warnings if code not in codes)
    return replace(answer, subscription="ok", warnings=kept)
