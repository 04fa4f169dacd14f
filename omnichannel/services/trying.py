"""The test message of a channel: its proof where the provider has no question that tells whose an
account is (docs/decisions/0024).
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.services.audit import audit_record
from common import phones
from common.errors import Conflict, DomainError
from contacts.refs import PHONE_KINDS, IdentityKind, IdentityRef
from omnichannel.models import Channel
from omnichannel.services.accounts import AccountRefused, account_open, lacking
from omnichannel.services.proving import account_check, channel_prove, channel_refused, is_asked
from providers import registry
from providers.account import REQUIRED
from providers.base import Connection
from providers.choices import MessageKind
from providers.outgoing import AccountHealth, Destination, OutgoingMessage, SendError

# Each test costs a message, and a mistyped number is somebody's.
BETWEEN = timedelta(seconds=30)


class TriedJustNow(Conflict):
    """A test of the channel left a moment ago."""

    code = "teste_recente"
    message = gettext_lazy(
        "Um teste deste canal saiu há pouco. Espere meio minuto e tente de novo."
    )


def channel_try(*, channel: Channel, actor: Membership | None, number: str) -> None:
    """Send a test message to a phone of whoever asks, once; that the provider took it from our
    credentials proves the channel. `number` is as people write it.

    Raises DomainError with what the provider said, TriedJustNow, AccountRefused while a required
    secret lacks, AccountTaken, and Conflict for a channel that Validar tells of.
    """
    if is_asked(channel):
        raise Conflict(_("Este canal não precisa de teste: use Validar."))
    if missing := lacking(channel):
        raise AccountRefused(fields={one.path: [REQUIRED] for one in missing})
    message = OutgoingMessage(
        token=f"teste:{uuid4()}",
        to=_recipient(channel, number),
        kind=MessageKind.TEXT,
        text=_("Mensagem de teste de %(company)s: este canal está funcionando.")
        % {"company": channel.company.name},
    )
    adapter = registry.adapter_for(channel.kind)
    adapter.check(message)
    asked = account_open(channel)
    account_check(channel)
    _claim(channel)
    try:
        adapter.send(asked, message)
    except SendError as exc:
        channel_refused(channel, exc)
        raise DomainError(exc.detail, code=exc.code, status=422) from exc
    audit_record(
        company=channel.company_id,
        actor=actor.user if actor else None,
        action="canal.testado",
        target=channel,
    )
    answer = AccountHealth(asked.account_id)
    if isinstance(adapter, Connection):
        answer = adapter.tried(asked)
    channel_prove(channel=channel, answer=answer, actor=actor)


def _recipient(channel: Channel, number: str) -> Destination:
    """Return where a test goes. Raises DomainError for what is no number, or no e-mail."""
    adapter = registry.adapter_for(channel.kind)
    phone = phones.canonical(number)
    digits = (phone or "").removeprefix("+")
    kinds = [one for one in adapter.policy.starts_with if one in PHONE_KINDS]
    to = adapter.recipient([IdentityRef(one, digits) for one in kinds if digits])
    sentence = _("Informe o celular com DDD, por exemplo (41) 99888-7766.")
    if IdentityKind.EMAIL in adapter.policy.starts_with:
        sentence = _("Informe o seu e-mail, por exemplo maria@exemplo.com.br.")
        address = number.strip().lower()
        if "@" in address:
            to = adapter.recipient([IdentityRef(IdentityKind.EMAIL, address)])
    if to.is_nowhere:
        raise DomainError(
            sentence, code="dados_invalidos", status=400, fields={"phone_number": [sentence]}
        )
    return to


def _claim(channel: Channel) -> None:
    """Let one test leave at a time: the claim is committed before the provider hears of it. Raises
    TriedJustNow.
    """
    now = timezone.now()
    free = Q(checked_at=None) | Q(checked_at__lt=now - BETWEEN)
    if not Channel.unscoped.filter(free, pk=channel.pk).update(checked_at=now, updated_at=now):
        raise TriedJustNow
