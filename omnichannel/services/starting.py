"""Writing to a person first: at an address of theirs that somebody chose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Membership
from accounts.services.audit import audit_record
from common import phones
from common.errors import DomainError
from common.tasks import apart
from contacts.models import Contact, ContactIdentity
from contacts.refs import PHONE_KINDS, IdentityKind, IdentityRef, PersonRef
from contacts.services.guessing import guess_count
from contacts.services.identities import identity_give, people_resolve
from omnichannel.choices import ChannelStatus
from omnichannel.external import external_key
from omnichannel.models import Attachment, Channel, Conversation
from omnichannel.services.addresses import address_of, number_of, recipient_of, stored
from omnichannel.services.conversations import ConversationTaken, people_lock
from omnichannel.services.reception import Beginning, Newcomer, stage_choose
from providers.outgoing import ContentRefused
from providers.registry import policy_of

# Whoever begins a conversation writes in it soon, or not at all.
UNWRITTEN_KEPT = timedelta(hours=24)
PURGE_BATCH = 500
NO_PHONE = _("Informe um telefone com DDD, por exemplo (41) 99888-7777.")
NO_EMAIL = _("Informe um e-mail completo, por exemplo maria@exemplo.com.br.")
NO_SUBJECT = _("As conversas deste canal não têm assunto. Deixe o assunto em branco.")


class NobodyThere(DomainError):
    """The text is no address of the kind, so there is nobody to write to."""

    code = "telefone_invalido"
    message = NO_PHONE


class OnlyAnswers(DomainError):
    """The kind of channel lets nobody be written to who has not written."""

    code = "canal_so_responde"
    message = _("Neste canal só se responde a quem escreveu. Escolha outro canal para começar.")


@transaction.atomic
def conversation_begin(*, actor: Membership, channel: Channel, **given: Any) -> Conversation:
    """Let somebody of the clinic open the conversation at an address (`conversation_start`), before
    anything is written. It stays in no list until then.

    Raises also TooManyGuesses: whose a typed number is shows afterwards; and ConversationTaken when
    a colleague has it and the actor may not look on. Then nobody was made.
    """
    guess_count(actor, given["address"])
    talk = conversation_start(channel=channel, **given)
    if not Conversation.objects.visible_to(actor).filter(pk=talk.pk).exists():
        raise ConversationTaken
    if not talk.message_seq:
        audit_record(
            company=talk.company_id, actor=actor.user, action="conversa.iniciada", target=talk
        )
    return talk


def channels_to_start(company_id: Any) -> list[Channel]:
    """Return the active channels of a company on which somebody may be written to first."""
    rows = Channel.objects.for_company(company_id).filter(status=ChannelStatus.ACTIVE)
    return [row for row in rows.order_by("name") if policy_of(row.kind).starts_with]


@transaction.atomic
def conversation_start(
    *,
    channel: Channel,
    address: str,
    person: Contact | None = None,
    name: str = "",
    subject: str = "",
    thread_key: str = "",
) -> Conversation:
    """Return the open conversation at an address on a channel, made if there is none.

    `address` is a phone in any format, an e-mail or an id that is known, whatever the channel's
    kind starts with. It must be `person`'s or nobody's yet; without a person, it finds them or
    makes one with `name`. Where the kind has threads a new one is begun, about `subject`, but for
    a `thread_key` that is open already. Holds the locks that an arriving message holds, so both at
    once make one person and one conversation. Raises NobodyThere, OnlyAnswers, IdentityTaken,
    ContentRefused for a subject where there are none.
    """
    policy = policy_of(channel.kind)
    if subject and not policy.has_subject:
        raise ContentRefused(NO_SUBJECT, fields={"subject": [NO_SUBJECT]})
    ref = address_read(channel, address)
    if person is not None:
        identity = identity_give(contact=person, ref=ref)
    else:
        (identity,) = people_resolve(company=channel.company_id, people=[PersonRef((ref,), name)])
    thread = external_key(thread_key or str(uuid7())) if policy.has_threads else ""
    people_lock(channel_id=channel.pk, contact_ids=[identity.contact_id])
    # Another address of theirs is another conversation: this one was chosen.
    to = address_of(channel.kind, [IdentityRef(IdentityKind(identity.kind), identity.value)])
    return _open_at(channel, identity, number_of(to), thread) or Conversation.unscoped.create(
        company_id=channel.company_id,
        channel=channel,
        contact=identity.contact,
        identity=identity,
        address=stored(to),
        thread_key=thread,
        subject=subject[:255],
        stage=stage_choose(
            Newcomer(channel, identity.contact_id, timezone.now(), Beginning.STARTED)
        ),
    )


def starts_purge() -> int:
    """Delete conversations that somebody began a day ago and nobody has written in, and that stand
    in no list; return how many. The person stays on record.
    """
    count = 0
    # A walk over all companies; the index of the list finds those without a message in each.
    for company_id in Channel.unscoped.values_list("company_id", flat=True).distinct():
        with apart("starts of company", company_id):
            count += _starts_purge(company_id)
    return count


@transaction.atomic
def _starts_purge(company_id: Any) -> int:
    rows = Conversation.objects.for_company(company_id).open()
    left = rows.filter(
        last_message_at=None,
        message_seq=0,
        attendant=None,
        opened_at__lt=timezone.now() - UNWRITTEN_KEPT,
    ).exclude(Exists(Attachment.unscoped.filter(conversation=OuterRef("pk"))))
    # Whoever writes in one at this moment holds its row.
    held = left.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PURGE_BATCH]
    return Conversation.unscoped.filter(pk__in=list(held)).delete()[0]


def _open_at(
    channel: Channel, identity: ContactIdentity, number: str, thread: str
) -> Conversation | None:
    talks = (
        Conversation.objects.for_company(channel.company_id)
        .filter(channel=channel, contact_id=identity.contact_id, thread_key=thread)
        .open()
        .select_related("identity", "channel")
        .select_for_update(of=("self",))
        .order_by("id")
    )
    return next((talk for talk in talks if _is_at(talk, identity, number)), None)


def _is_at(talk: Conversation, identity: ContactIdentity, number: str) -> bool:
    """Whether a conversation is held at an address; ids that are no numbers are compared whole."""
    return number_of(recipient_of(talk)) == number if number else talk.identity_id == identity.pk


def address_read(channel: Channel, address: str) -> IdentityRef:
    """Return the id that a typed address is on a channel. Raises OnlyAnswers, NobodyThere."""
    kinds, typed = policy_of(channel.kind).starts_with, address.strip()
    if not kinds:
        raise OnlyAnswers(fields={"channel": [OnlyAnswers.message]})
    known = ContactIdentity.objects.for_company(channel.company_id).current()
    for kind in kinds:
        if kind in PHONE_KINDS:
            if number := phones.canonical(typed):
                return IdentityRef(kind, number.removeprefix("+"))
        elif kind == IdentityKind.EMAIL:
            if _is_email(typed):
                return IdentityRef(kind, typed.lower())
        elif known.filter(kind=kind, realm="", value=typed).exists():
            # Nobody types what a provider made up: it is somebody's, or a mistake.
            return IdentityRef(kind, typed)
    if kinds[0] == IdentityKind.EMAIL:
        raise NobodyThere(NO_EMAIL, code="email_invalido", fields={"address": [NO_EMAIL]})
    raise NobodyThere(fields={"address": [NO_PHONE]})


def _is_email(typed: str) -> bool:
    try:
        validate_email(typed)
    except ValidationError:
        return False
    return True
