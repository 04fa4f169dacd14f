"""Instagram Direct as an adapter."""

from __future__ import annotations

from collections.abc import Mapping

from contacts.refs import IdentityKind
from providers.base import Renewal
from providers.choices import ChannelKind
from providers.instagram.account import ACCOUNT
from providers.instagram.policy import LIMITS, POLICY
from providers.meta.messaging.adapter import MessagingAdapter
from providers.outgoing import Account
from providers.tolerant import text

TOKEN_LENGTH = 1024


class InstagramAdapter(MessagingAdapter, Renewal):
    """Speaks with Instagram. Its echoes bring no token back: they are ours by the app's id."""

    kind = ChannelKind.INSTAGRAM
    policy = POLICY
    account = ACCOUNT
    object_name = "instagram"
    identity = IdentityKind.IG_SID
    limits = LIMITS
    has_token = False
    name_fields = "name,username,profile_pic"
    platform = "instagram"
    webhook_fields = (
        "messages",
        "message_reactions",
        "messaging_postbacks",
        "messaging_referral",
        "messaging_seen",
        "message_edit",
        "standby",
        "messaging_handover",
        "comments",
        "live_comments",
        "mentions",
    )

    def renewed(self, account: Account) -> Mapping[str, str]:
        """Renew the token of Instagram Login, which ends after 60 days; one that is not a day old
        yet is refused. Tokens of the other logins do not end by themselves.
        """
        if account.settings.get("login") != "instagram":
            return {}
        graph = self._graph(account)
        answer = graph.get("refresh_access_token", grant_type="ig_refresh_token")
        token = text(answer.get("access_token"), TOKEN_LENGTH)
        return {"access_token": token} if token else {}
