"""News that name a number by its digits, however it is written on either side."""

from __future__ import annotations

from typing import Any

import pytest

from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel, ChannelNotice
from tests import make

pytestmark = pytest.mark.django_db


def news(channel: Channel, field: str, time: int = 1795951769, **value: Any) -> dict[str, Any]:
    change = {"field": field, "value": value}
    entry = {"id": channel.waba_id, "time": time, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def flagged(channel: Channel, number: str, **more: Any) -> dict[str, Any]:
    field = "phone_number_quality_update"
    return news(channel, field, display_phone_number=number, event="FLAGGED", **more)


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("+5541988110077", "554188110077"),
        ("+5541988110077", "5541988110077"),
        ("+554188110077", "+55 41 98811-0077"),
        ("+1 (555) 3000-014", "15553000014"),
        ("15553000014", "+1 555-300-0014"),
        ("+551140000000", "551140000000"),
    ],
)
def test_a_number_is_found_in_every_form(channel, stored, told):
    Channel.unscoped.update(phone_number=stored)
    (event,) = make.process(flagged(channel, told))
    assert event.state == "processado"
    channel.refresh_from_db()
    assert channel.health["quality"] == "RED"


def test_a_channel_whose_number_nobody_knows_is_found_by_its_account(channel):
    Channel.unscoped.update(phone_number="")
    assert make.process(flagged(channel, "551140000009"))[0].state == "processado"


def test_news_of_another_number_are_not_taken_for_ours(channel):
    assert make.process(flagged(channel, "551140000009"))[0].state == "sem_rota"
    assert not ChannelNotice.unscoped.exists()


def test_news_that_name_a_number_leave_the_others_of_the_account_alone(clinic, channel):
    other = make.channel(clinic, account_id="100000000000009", phone_number="+551140000009")
    body = news(channel, "account_update", event="PARTNER_REMOVED", phone_number="551140000000")
    make.process(body)
    states = dict(Channel.unscoped.values_list("pk", "status"))
    assert states == {channel.pk: ChannelStatus.ERROR, other.pk: ChannelStatus.ACTIVE}


def test_the_same_news_twice_in_a_minute_are_two_and_repeated_are_one(channel):
    bodies = [flagged(channel, "551140000000", time=1795951769 + second) for second in (0, 20)]
    make.process(*bodies)
    assert ChannelNotice.unscoped.count() == 2
    make.process({**bodies[0], "repeated": True})
    assert ChannelNotice.unscoped.count() == 2
