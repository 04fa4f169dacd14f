"""The back-office gives the line for a clinic's site, and shows the chat at work."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Company, Membership
from tests import make

pytestmark = pytest.mark.django_db


def test_the_page_shows_the_line_as_text_and_frames_the_sample_site_only_where_it_is_listed(
    clinic: Company, ana: Membership, settings
):
    settings.SIMULATOR_URL = "http://127.0.0.1:8001"
    client = Client()
    client.force_login(ana.user, backend="django.contrib.auth.backends.ModelBackend")
    for origins, is_framed in ((make.SITE, False), ("http://localhost:8001", True)):
        chat = make.webchat_channel(clinic, origins=origins)
        answer = client.post(f"/admin/omnichannel/channel/{chat.pk}/embed/")
        page = answer.content.decode()
        assert f"webchat.js&quot; data-chat=&quot;{chat.account_id}&quot;&gt;" in page
        assert (f"http://localhost:8001/site/?chave={chat.account_id}" in page) is is_framed
        # Without the sample site the chat stands on this page itself.
        assert (f'webchat.js" data-chat="{chat.account_id}"' in page) is not is_framed
        allowed = "frame-src http://localhost:8001" in answer["Content-Security-Policy"]
        assert allowed is is_framed
