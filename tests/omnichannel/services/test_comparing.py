"""What the provider says people wrote is compared with what arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from omnichannel.models import Channel
from omnichannel.services.comparing import channel_compare, missing_words
from omnichannel.tasks import channels_compare
from providers.comparing import SaidThere
from providers.instagram.adapter import InstagramAdapter
from providers.outgoing import SendError
from tests import make
from tests.backoffice import Office, text_of

PERSON, ACCOUNT = "9990000000000011", "17841400000000001"


@pytest.fixture
def direct(clinic) -> Channel:
    row = make.messaging_channel(clinic)
    Channel.unscoped.update(proven_at=timezone.now() - timedelta(days=3))
    row.refresh_from_db()
    return row


def arrives(mid: str, at) -> None:
    said = {
        "sender": {"id": PERSON},
        "recipient": {"id": ACCOUNT},
        "timestamp": int(at.timestamp() * 1000),
        "message": {"mid": mid, "text": "Oi"},
    }
    entry = {"id": ACCOUNT, "time": 1, "messaging": [said]}
    make.process({"object": "instagram", "entry": [entry]}, source="instagram")


def test_only_what_never_arrived_is_missing(direct, monkeypatch, ana):
    hour = timezone.now() - timedelta(hours=1)
    arrives("m_1", hour)
    told = [
        SaidThere("m_1", PERSON, hour + timedelta(hours=-1)),
        # Its id has another form in the list.
        SaidThere("m_eins", PERSON, hour + timedelta(seconds=60)),
        SaidThere("m_2", PERSON, hour + timedelta(minutes=5)),
        SaidThere("m_3", "9990000000000012", hour),
        # On its way, or from before the day.
        SaidThere("m_4", PERSON, timezone.now() - timedelta(minutes=2)),
        SaidThere("m_5", PERSON, timezone.now() - timedelta(hours=25)),
    ]
    monkeypatch.setattr(InstagramAdapter, "said", lambda self, account, since: told)
    assert channel_compare(direct) == 2
    page = text_of(Office(ana).page("omnichannel_channel", direct))
    assert "2 mensagens das últimas 24 horas" in page and "Acesso Avançado" in page
    told[:] = told[:2]
    channels_compare()
    assert missing_words(Channel.unscoped.get(pk=direct.pk)) == ""


def test_a_provider_that_is_away_leaves_what_was_known(direct, monkeypatch):
    Channel.unscoped.update(health={"unheard_count": 1})

    def away(self, account, since):
        raise SendError("sem_conexao", "x", retryable=True)

    monkeypatch.setattr(InstagramAdapter, "said", away)
    channels_compare()
    assert "1 mensagem" in missing_words(Channel.unscoped.get(pk=direct.pk))


def test_what_was_written_before_the_channel_stood_is_not_missing(direct, monkeypatch):
    Channel.unscoped.update(proven_at=timezone.now() - timedelta(minutes=30))
    direct.refresh_from_db()
    early = [SaidThere("m_9", PERSON, timezone.now() - timedelta(hours=2))]
    monkeypatch.setattr(InstagramAdapter, "said", lambda self, account, since: early)
    assert channel_compare(direct) == 0
