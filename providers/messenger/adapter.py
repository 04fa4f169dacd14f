"""Messenger as an adapter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityKind
from providers.authorising import Authorised, Authorising
from providers.choices import ChannelKind
from providers.messenger.account import ACCOUNT
from providers.messenger.policy import LIMITS, POLICY
from providers.meta.messaging import authorising as login
from providers.meta.messaging.adapter import MessagingAdapter


class MessengerAdapter(MessagingAdapter, Authorising):
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

    def authorise_words(self, settings: Mapping[str, Any]) -> Any:
        """Return the words of the one login."""
        return _("Conectar com o Facebook") if login.facebook_app("").app_id else ""

    def authorise_url(self, settings: Mapping[str, Any], *, state: str, address: str) -> str:
        """Return Facebook's page."""
        app = login.facebook_app(login.MESSENGER_SCOPES)
        return login.dialog_url(login.facebook_pages(), app, state=state, address=address)

    def authorised(
        self, settings: Mapping[str, Any], *, code: str, address: str
    ) -> tuple[Authorised, ...]:
        """Return the Pages. Raises SendError."""
        found = login.pages_of(login.facebook_app(""), code=code, address=address)
        return login.accounts_in(found, login.page_account)
