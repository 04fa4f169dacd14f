from __future__ import annotations

import pytest

from accounts.models import Company
from omnichannel.models import Channel
from tests import make
from tests.visitors.panel import Panel


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    """Begin with no counts."""
    make.forget_cached()


@pytest.fixture
def chat(clinic: Company) -> Channel:
    """Give the clinic's chat."""
    return make.webchat_channel(clinic)


@pytest.fixture
def panel(chat: Channel) -> Panel:
    """Give a visitor who opened it and accepted the notice."""
    return Panel(chat).start()
