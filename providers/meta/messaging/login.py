"""The ways in which an account is connected, and what differs between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from providers.facts import Json
from providers.outgoing import Account
from providers.tolerant import ident, mapping, name

# Instagram Login has a host of its own; another address was set on purpose and stays.
FACEBOOK_HOST, INSTAGRAM_HOST = "https://graph.facebook.com", "https://graph.instagram.com"


@dataclass(frozen=True, slots=True)
class AnsweredAccount:
    """The account that a token answered for, under every id it has, and its name."""

    ids: frozenset[str]
    name: str


def _of_itself(answer: Json) -> AnsweredAccount:
    ids = frozenset(filter(None, (ident(answer.get("user_id")), ident(answer.get("id")))))
    return AnsweredAccount(ids, name(answer.get("username")) or name(answer.get("name")))


def _of_page(answer: Json) -> AnsweredAccount:
    own = mapping(answer.get("instagram_business_account"))
    return AnsweredAccount(frozenset({ident(own.get("id"))}), name(own.get("username")))


@dataclass(frozen=True, slots=True)
class Login:
    """How a token is asked whose it is.

    fields        what is asked
    account_in    reads the answer
    asks_by_id    a business's token is nobody's `me`
    tells_tokens  the host tells what a token may and until when
    """

    fields: str
    account_in: Callable[[Json], AnsweredAccount] = _of_itself
    asks_by_id: bool = False
    tells_tokens: bool = True

    def is_page_right(self, account: Account, answer: Json) -> bool:
        """Whether the Page that was named, if any, is the one that answered."""
        page = str(account.settings.get("page_id") or "")
        return not page or ident(answer.get("id")) == page


LOGINS = {
    "instagram": Login("user_id,username,name", tells_tokens=False),
    "facebook": Login("id,name,instagram_business_account{id,username}", _of_page),
    "unified": Login("id,username,name", asks_by_id=True),
}
PAGE = Login("id,name")


def login_of(account: Account) -> Login:
    """Return how an account is connected; Messenger knows one way."""
    return LOGINS.get(str(account.settings.get("login") or ""), PAGE)


def sender_of(account: Account) -> str:
    """Return the id that calls are made for: the Page's, where its token is used."""
    return str(account.settings.get("page_id") or account.account_id)


def at_host(account: Account) -> Account:
    """Return the account with the host that its login is served at."""
    if account.settings.get("login") != "instagram":
        return account
    if account.settings["graph_url"] != FACEBOOK_HOST:
        return account
    return replace(account, settings={**account.settings, "graph_url": INSTAGRAM_HOST})
