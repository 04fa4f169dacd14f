"""Nothing automatic goes back and forth between machines where a kind of channel writes letters.

A courtesy or a bot's answer is a letter that nobody wrote. It goes to nobody who is a machine too,
and so rarely that two machines which take each other for people soon fall silent (RFC 3834, 2).
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from omnichannel.choices import Author
from omnichannel.models import Channel, Conversation, Message
from omnichannel.sending.tokens import MESSAGE, id_in
from providers.choices import MessageStatus
from providers.letters import Letters
from providers.outgoing import OutgoingMessage
from providers.policy import LetterRule
from providers.registry import face_of, policy_of

MACHINE = _("Quem escreveu é um sistema: respostas automáticas não são enviadas a ele.")
ENOUGH = _("Este endereço já recebeu a mensagem automática de hoje.")
TOO_MANY = _("Esta conversa já teve o máximo de mensagens automáticas.")
A_DAY = timedelta(hours=24)


class WouldLoop(DomainError):
    """Something automatic would be answered by something automatic, or is said too often."""

    code = "resposta_automatica_demais"
    message = MACHINE


def loop_check(*, conversation: Conversation, draft: OutgoingMessage, purpose: str) -> None:
    """Let what a person wrote pass, and what is automatic only where it comes to a person, and not
    too often. Raises WouldLoop.
    """
    rule = policy_of(conversation.channel.kind).letters
    if rule is None or draft.letter is None or not draft.letter.is_automatic:
        return
    if _is_machine(conversation, draft.to.address):
        raise WouldLoop
    _check_number(conversation, draft, purpose, rule)


def _is_machine(conversation: Conversation, address: str) -> bool:
    channel = conversation.channel
    kind = face_of(channel.kind, Letters)
    if kind.answers_nobody(address) or _is_ours(channel, address.casefold()):
        return True
    rows = Message.unscoped.inbound().filter(conversation=conversation)
    newest = rows.select_related("mail").order_by("-happened_at", "-seq").first()
    mail = getattr(newest, "mail", None)
    return mail is not None and mail.is_automatic


def _is_ours(channel: Channel, address: str) -> bool:
    """Whether an address is one of the company's channels: they would greet each other."""
    kind = face_of(channel.kind, Letters)
    others = Channel.objects.for_company(channel.company_id).filter(kind=channel.kind)
    return any(address in kind.own_addresses(one.whole_settings()) for one in others)


def _check_number(
    conversation: Conversation, draft: OutgoingMessage, purpose: str, rule: LetterRule
) -> None:
    """Count what went before, not the message itself, which the gate sees twice."""
    sent = Message.unscoped.outbound().exclude(status=MessageStatus.FAILED)
    if (itself := id_in(draft.token, MESSAGE)) is not None:
        sent = sent.exclude(pk=itself)
    courtesy = Q(metadata__has_key="purpose")
    automatic = courtesy | Q(author_kind__in=(Author.SYSTEM, Author.BOT))
    if sent.filter(automatic, conversation=conversation).count() >= rule.a_thread:
        raise WouldLoop(TOO_MANY)
    today = sent.filter(
        courtesy,
        company_id=conversation.company_id,
        conversation__contact_id=conversation.contact_id,
        conversation__channel__kind=conversation.channel.kind,
        address__address__iexact=draft.to.address,
        created_at__gt=timezone.now() - A_DAY,
    )
    if purpose and today.count() >= rule.a_day:
        raise WouldLoop(ENOUGH)
