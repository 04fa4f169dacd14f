"""Messenger as an adapter."""

from __future__ import annotations

from contacts.refs import IdentityKind
from providers.choices import ChannelKind
from providers.messenger.account import ACCOUNT
from providers.messenger.policy import LIMITS, POLICY
from providers.meta.messaging.adapter import MessagingAdapter


class MessengerAdapter(MessagingAdapter):
    """Speaks with Messenger for a Page."""

    kind = ChannelKind.FACEBOOK
    policy = POLICY
    account = ACCOUNT
    object_name = "page"
    identity = IdentityKind.FB_PSID
    limits = LIMITS
    has_token = True
    name_fields = "first_name,last_name,profile_pic"
    webhook_fields = (
        "messages",
        "messaging_postbacks",
        "message_deliveries",
        "message_reads",
        "message_echoes",
        "message_reactions",
        "message_edits",
        "messaging_referrals",
        "messaging_policy_enforcement",
        "standby",
        "messaging_handovers",
        "feed",
    )
