"""Instagram Direct as an adapter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityKind
from providers.authorising import Authorised, Authorising
from providers.choices import ChannelKind
from providers.instagram.account import ACCOUNT
from providers.instagram.policy import LIMITS, POLICY
from providers.meta.messaging import authorising as login
from providers.meta.messaging.adapter import MessagingAdapter
from providers.outgoing import Account, Renewed
from providers.threads import Renewal
from providers.tolerant import number, text

TOKEN_LENGTH = 1024
# Of a token of Instagram Login.
LIFE, RENEWED_FROM = timedelta(days=60), timedelta(days=7)
LONGEST_SECONDS = 366 * 24 * 3600


class InstagramAdapter(MessagingAdapter, Renewal, Authorising):
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

    def authorise_words(self, settings: Mapping[str, Any]) -> Any:
        """Return the words for the two logins that have a page."""
        if settings.get("login") == "instagram":
            return _("Conectar com o Instagram") if login.instagram_app().app_id else ""
        has_page = settings.get("login") == "facebook" and login.facebook_app("").app_id
        return _("Conectar com o Facebook") if has_page else ""

    def authorise_url(self, settings: Mapping[str, Any], *, state: str, address: str) -> str:
        """Return Instagram's page, or Facebook's for an account that belongs to a Page."""
        if settings.get("login") == "instagram":
            pages, app = login.instagram_pages(), login.instagram_app()
        else:
            scopes = f"{login.MESSENGER_SCOPES},{login.PAGE_INSTAGRAM_SCOPES}"
            pages, app = login.facebook_pages(), login.facebook_app(scopes)
        return login.dialog_url(pages, app, state=state, address=address)

    def authorised(
        self, settings: Mapping[str, Any], *, code: str, address: str
    ) -> tuple[Authorised, ...]:
        """Return the account itself, or those of the Pages. Raises SendError."""
        if settings.get("login") == "instagram":
            return login.instagram_account(login.instagram_app(), code=code, address=address)
        found = login.pages_of(login.facebook_app(""), code=code, address=address)
        return login.accounts_in(found, login.page_instagram)

    def renewed(self, account: Account, ends_at: datetime | None) -> Renewed:
        """Renew the token of Instagram Login, which ends after 60 days, from its seventh day on;
        one that is not a day old yet is refused. Tokens of the other logins do not end by
        themselves.
        """
        now = datetime.now(UTC)
        if account.settings.get("login") != "instagram":
            return Renewed()
        if ends_at is not None and ends_at > now + LIFE - RENEWED_FROM:
            return Renewed()
        graph = self._graph(account)
        answer = graph.get("refresh_access_token", grant_type="ig_refresh_token")
        token = text(answer.get("access_token"), TOKEN_LENGTH)
        seconds = number(answer.get("expires_in"))
        is_told = seconds is not None and 0 < seconds < LONGEST_SECONDS
        ends = now + timedelta(seconds=seconds) if is_told and seconds else None
        return Renewed({"access_token": token} if token else {}, ends)
