"""The cast: company *clinic* with ana (administrator), beto and carla (attendants); company *rival*
with rui.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.models import Company, Membership
from omnichannel.models import Channel, Conversation
from tests import make

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def clinic(db: None) -> Company:
    """Give the clinic of the tests."""
    return make.company("Clínica Bem-Estar")


@pytest.fixture
def rival(db: None) -> Company:
    """Give the other tenant, who must never see anything of the clinic."""
    return make.company("Clínica Rival")


@pytest.fixture
def ana(clinic: Company) -> Membership:
    """Give the clinic's administrator."""
    return make.member(clinic, "Ana Prado", Membership.Role.ADMINISTRATOR)


@pytest.fixture
def beto(clinic: Company) -> Membership:
    """Give an attendant."""
    return make.member(clinic, "Beto Reis")


@pytest.fixture
def carla(clinic: Company) -> Membership:
    """Give another attendant."""
    return make.member(clinic, "Carla Nunes")


@pytest.fixture
def rui(rival: Company) -> Membership:
    """Give the rival's administrator."""
    return make.member(rival, "Rui Sá", Membership.Role.ADMINISTRATOR)


@pytest.fixture
def channel(clinic: Company) -> Channel:
    """Give the clinic's WhatsApp number."""
    return make.channel(clinic)


@pytest.fixture
def rival_channel(rival: Company) -> Channel:
    """Give the rival's WhatsApp number."""
    return make.channel(rival, account_id="200000000000002", waba_id="200000000000001")


@pytest.fixture
def conversation(channel: Channel) -> Conversation:
    """Give a conversation that a patient just opened with "Oi"."""
    return make.inbound(channel, text="Oi").conversation
