"""The demo's Instagram and Messenger channels, at the simulator's accounts, and one conversation by
each.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Company, Membership
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.channels import channel_save, webhook_seen
from omnichannel.services.facts import facts_apply
from omnichannel.services.outbound import message_send
from omnichannel.services.proving import channel_prove
from omnichannel.services.receipts import token_of
from providers.choices import ChannelKind, MessageKind, MessageStatus
from providers.facts import AccountRef, InboundMessage, StatusUpdate
from providers.outgoing import AccountHealth
from simulator.meta.services import account_ensure, mid_new
from simulator.models import SimAccount, SimDirect

# How long the answer took.
LATER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DirectTalk:
    """One channel, and what is said on it. Every id and person is invented."""

    kind: ChannelKind
    platform: str
    account_id: str
    name: str
    shown: str
    identity: IdentityKind
    person: str
    who: str
    username: str
    asked: str
    answered: str
    ago: timedelta


TALKS = (
    DirectTalk(
        ChannelKind.INSTAGRAM,
        "instagram",
        "17841400000000001",
        "Instagram da clínica",
        "clinica.sorriso.demo",
        IdentityKind.IG_SID,
        "9990000000000011",
        "Yasmin Teles",
        "yasmin.teles",
        "Oii, vi o story do clareamento 😍 Ainda tem horário este mês?",
        "Oi, Yasmin! Temos sim: dia 18 às 10h ou dia 20 às 16h. Qual fica melhor para você?",
        timedelta(minutes=55),
    ),
    DirectTalk(
        ChannelKind.FACEBOOK,
        "page",
        "100000000000004",
        "Messenger da clínica",
        "Clínica Sorriso",
        IdentityKind.FB_PSID,
        "9990000000000012",
        "Osvaldo Brandt",
        "",
        "Boa tarde. Vocês atendem convênio de servidor estadual?",
        "Boa tarde, Osvaldo! Atendemos, sim. Traga a carteirinha e um documento com foto.",
        timedelta(minutes=95),
    ),
)


def directs_make(company: Company, author: Membership) -> list[Channel]:
    """Make both channels, their accounts at the simulator, and a conversation by each."""
    return [_make(company, author, talk) for talk in TALKS]


def directs_follow() -> None:
    """Point the demo's channels at where the simulator is now, and its accounts at where we are."""
    for talk in TALKS:
        # The demo's own channel, known by its invented account; there is no scope to ask.
        for channel in Channel.unscoped.filter(
            kind=talk.kind, account_id=talk.account_id, graph_url__endswith="/direct/graph"
        ):
            channel.graph_url = _api_url()
            channel.save(update_fields=["graph_url", "updated_at"])
            SimAccount.objects.filter(account_id=talk.account_id).update(
                webhook_url=channel.callback_url()
            )


def _api_url() -> str:
    return f"{settings.SIMULATOR_URL}/direct/graph"


def _make(company: Company, author: Membership, talk: DirectTalk) -> Channel:
    token = secrets.token_urlsafe(48)
    login = {"login": "instagram"} if talk.kind == ChannelKind.INSTAGRAM else {}
    channel = channel_save(
        company=company,
        actor=None,
        kind=talk.kind,
        name=talk.name,
        account_id=talk.account_id,
        graph_url=_api_url(),
        settings={**login, "has_human_agent": True},
        credentials={"access_token": token},
        is_default=True,
    )
    # What validating it at the simulator answers: the account and its token are made below.
    answer = AccountHealth(talk.account_id, verified_name=talk.shown, subscription="ok")
    channel_prove(channel=channel, answer=answer)
    channel.refresh_from_db()
    account = account_ensure(
        platform=talk.platform,
        account_id=talk.account_id,
        name=talk.shown,
        token=token,
        webhook_url=channel.callback_url(),
    )
    direct_say(channel, account, author, talk)
    webhook_seen(channel, timezone.now() - talk.ago)
    return channel


def direct_say(channel: Channel, account: SimAccount, author: Membership, talk: DirectTalk) -> None:
    """Let a person write, and a colleague answer where there is an answer, as Meta would have told
    it.
    """
    at = timezone.now() - talk.ago
    asked = _keep(account, talk, talk.asked, is_inbound=True)
    ref = IdentityRef(talk.identity, talk.person, talk.account_id)
    fact = InboundMessage(
        account=AccountRef(talk.account_id),
        external_id=asked.external_id,
        person=PersonRef((ref,), talk.who, talk.username),
        kind=MessageKind.TEXT,
        happened_at=at,
        text=talk.asked,
    )
    facts_apply(channel=channel, facts=[fact])
    if not talk.answered:
        return
    conversation = Conversation.objects.get(channel=channel, identity__value=talk.person)
    message = message_send(conversation=conversation, author=author, text=talk.answered)
    answered = _keep(account, talk, message.text, is_inbound=False)
    receipts = [
        StatusUpdate(
            AccountRef(talk.account_id),
            answered.external_id,
            status,
            at + LATER + timedelta(seconds=seconds),
            token=token_of(message),
        )
        for status, seconds in ((MessageStatus.SENT, 1), (MessageStatus.READ, 40))
    ]
    facts_apply(channel=channel, facts=receipts)
    Message.unscoped.filter(pk=message.pk).update(happened_at=at + LATER)


def _keep(account: SimAccount, talk: DirectTalk, text: str, *, is_inbound: bool) -> SimDirect:
    return SimDirect.objects.create(
        account=account,
        person=talk.person,
        person_name=talk.who,
        is_inbound=is_inbound,
        external_id=mid_new(),
        text=text,
        is_read=not is_inbound,
    )
