"""Connecting a channel by login, in the back-office, with the simulator as the provider."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from omnichannel.services.channels import channel_stop
from omnichannel.services.endings import token_ends_at
from simulator.meta.services import account_ensure
from simulator.models import SimAccount
from tests.backoffice import Office, said, supervisor, text_of

urlpatterns = [
    path("direct/", include("simulator.meta.urls")),
    path("", include("config.urls")),
]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
INSTAGRAM, PAGE, OTHER = "17841400000000001", "100000000000003", "100000000000004"
BY_LOGIN = {"kind": "instagram", "login": "instagram"}


@pytest.fixture(autouse=True)
def _played(bells, live_server, settings) -> None:
    """Give three accounts at the provider, whose part of the API the live server plays."""
    settings.ROOT_URLCONF = __name__
    settings.META_APP_IDS, settings.META_APP_SECRETS = ["555"], ["segredo"]
    settings.META_LOGIN_URL = f"{live_server.url}/direct"
    settings.MEDIA_EXTRA_HOSTS = [urlsplit(live_server.url).netloc]
    for platform, number in (("instagram", INSTAGRAM), ("page", PAGE), ("page", OTHER)):
        account_ensure(
            platform=platform,
            account_id=number,
            name=f"clinica{number[-1]}",
            token=f"token-{number}",
            webhook_url="http://127.0.0.1:9/",
        )


def begin(office: Office, **sent: str) -> Any:
    return office.browser.post(reverse("admin:omnichannel_channel_conectar"), sent)


def allowed(answer: Any) -> str:
    """Go to the provider, let the app in, and return where it sends us back, without the host."""
    away = unescape(re.search(r'href="(http[^"]*/direct/[^"]*)"', text_of(answer))[1])
    parts = urlsplit(away)
    dialog = Client().get(f"{parts.path}?{parts.query}").content.decode()
    back = urlsplit(unescape(re.search(r'href="(http[^"]*code=[^"]*)"', dialog)[1]))
    return f"{back.path}?{back.query}"


def test_an_instagram_account_is_connected_proven_and_connected_again(ana):
    office = Office(ana)
    office.browser.get(allowed(begin(office, **BY_LOGIN)))
    channel = Channel.unscoped.get()
    assert (channel.account_id, channel.status) == (INSTAGRAM, ChannelStatus.ACTIVE)
    assert channel.company_id == ana.company_id and channel.proven_at is not None
    first = channel.credentials["access_token"]
    assert (token_ends_at(channel) - timezone.now()).days >= 59
    # The token ends, the provider forgets where to post, and one login mends both.
    SimAccount.objects.update(token_ends_at=timezone.now(), is_subscribed=False)
    channel_stop(channel=channel, detail="O token venceu.")
    answer = office.press("omnichannel_channel", channel, "connect")
    office.browser.get(allowed(answer))
    channel = Channel.unscoped.get()
    assert (channel.status, channel.status_detail) == (ChannelStatus.ACTIVE, "")
    assert channel.credentials["access_token"] != first
    assert SimAccount.objects.get(account_id=INSTAGRAM).is_subscribed


def test_of_several_pages_one_is_chosen_and_no_token_lies_open(ana):
    office = Office(ana)
    choice = office.browser.get(allowed(begin(office, kind="facebook")))
    assert PAGE in text_of(choice) and OTHER in text_of(choice)
    assert "token-" not in text_of(choice) and "token-" not in str(dict(office.browser.session))
    office.browser.post(reverse("admin:omnichannel_channel_conta"), {"conta": "1"})
    channel = Channel.unscoped.get()
    assert (channel.account_id, channel.status) == (OTHER, ChannelStatus.ACTIVE)
    # Connecting that one again never takes the other.
    SimAccount.objects.filter(account_id=OTHER).delete()
    answer = office.browser.get(allowed(office.press("omnichannel_channel", channel, "connect")))
    assert "não dá acesso à conta deste canal" in said(answer)


def test_what_did_not_begin_here_connects_nothing(ana, beto, rui, clinic):
    office = Office(ana)
    back = allowed(begin(office, **BY_LOGIN))
    # Brought to another browser, with another state, refused, or for a second time.
    for browser, address in (
        (Office(rui).browser, back),
        (office.browser, re.sub("state=[^&]*", "state=outro", back)),
        (office.browser, back),
    ):
        assert "Comece de novo" in said(browser.get(address))
    refused = re.sub("code=[^&]*", "error=access_denied", allowed(begin(office, **BY_LOGIN)))
    assert "não foi permitido" in said(office.browser.get(refused))
    for person in (beto, supervisor(clinic)):
        assert begin(Office(person), **BY_LOGIN).status_code in (302, 403)
    # Nor for a company that is not one's own.
    assert begin(office, **BY_LOGIN, company=str(rui.company_id)).status_code == 403
    assert not Channel.unscoped.exists()
