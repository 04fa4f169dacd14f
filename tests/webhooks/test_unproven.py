"""What Meta posts reaches a proven channel only, whatever a neighbour's administrator typed."""

from __future__ import annotations

import pytest

from omnichannel.models import Channel, ChannelNotice, Message, Template
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_prove
from tests import make
from webhooks import pipeline
from webhooks.admin import _concerned
from webhooks.models import InboundEvent

State = InboundEvent.State
NUMBER = "5541400022222"


@pytest.fixture(autouse=True)
def _quiet(bells):
    """Let no task reach a broker."""


def news(field, value, waba_id=make.WABA_ID):
    change = {"field": field, "value": value}
    entry = {"id": waba_id, "time": 1790000000, "changes": [change]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


NEWS = {
    "waba": news("account_update", {"event": "ACCOUNT_RESTRICTION"}),
    "template": news(
        "message_template_status_update",
        {
            "event": "APPROVED",
            "message_template_id": 1,
            "message_template_name": "segredo_da_alfa",
            "message_template_language": "pt_BR",
        },
    ),
    "number": news(
        "phone_number_quality_update", {"display_phone_number": NUMBER, "event": "FLAGGED"}
    ),
}


def left_by(of):
    return (
        Message.unscoped.filter(company=of).count(),
        ChannelNotice.unscoped.filter(company=of).count(),
        Template.unscoped.filter(company=of).count(),
    )


def test_a_claim_gets_neither_old_nor_new_messages(
    clinic, rival, django_capture_on_commit_callbacks
):
    ghost = make.Channel(account_id="777", waba_id="888")
    make.process(make.body(ghost, make.said("cedo")))
    with django_capture_on_commit_callbacks(execute=True):
        thief = make.claim(rival, account_id="777", waba_id="888")
        channel_save(company=rival, actor=None, channel=thief, name="de novo")
    pipeline.drain()
    make.process(make.body(ghost, make.said("tarde")))
    assert left_by(rival) == (0, 0, 0)
    assert set(InboundEvent.objects.values_list("state", flat=True)) == {State.UNROUTED}
    with django_capture_on_commit_callbacks(execute=True):
        owner = make.channel(clinic, account_id="777", waba_id="888")
    pipeline.drain()
    said = Message.unscoped.filter(channel=owner).values_list("text", flat=True)
    assert sorted(said) == ["cedo", "tarde"]
    assert left_by(rival) == (0, 0, 0)


@pytest.mark.parametrize("what", NEWS)
@pytest.mark.parametrize("door", ["claim", "typed_over", "proven_elsewhere"])
def test_news_of_an_account_reach_only_who_proved_it(channel, rival, what, door):
    """B types A's WABA into a claim, into its own working channel, or proves a number of its own
    with a token that does not read A's WABA.
    """
    Channel.unscoped.filter(pk=channel.pk).update(phone_number=f"+{NUMBER}")
    spy = make.claim(rival, account_id="9", waba_id=channel.waba_id)
    if door == "typed_over":
        channel_prove(channel=spy, answer=make.answer_for(spy, waba_id="10"))
        channel_save(company=rival, actor=None, channel=spy, waba_id=channel.waba_id)
    if door == "proven_elsewhere":
        channel_prove(channel=spy, answer=make.answer_for(spy, waba_id="", is_waba_read=False))
    make.process(NEWS[what])
    assert left_by(rival) == (0, 0, 0)
    assert sum(left_by(channel.company)) == 1


def test_a_proof_that_ended_gets_nothing_until_it_is_made_again(
    channel, django_capture_on_commit_callbacks
):
    channel_save(
        company=channel.company, actor=None, channel=channel, credentials={"access_token": "novo"}
    )
    (row,) = make.process(make.body(channel, make.said("no meio")))
    assert row.state == State.UNROUTED
    row = Channel.unscoped.get(pk=channel.pk)
    with django_capture_on_commit_callbacks(execute=True):
        channel_prove(channel=row, answer=make.answer_for(row))
    pipeline.drain()
    assert Message.unscoped.get().text == "no meio"


def test_a_replay_is_of_the_very_account_not_of_one_that_reads_alike(
    clinic, django_capture_on_commit_callbacks
):
    """A WABA, a number and an account may be written with the same digits."""
    make.process(make.body(make.Channel(account_id="777", waba_id="1"), make.said("de outra")))
    with django_capture_on_commit_callbacks(execute=True):
        make.channel(clinic, account_id="5", waba_id="777")
    assert InboundEvent.objects.get().state == State.UNROUTED


def test_a_claim_makes_nobody_concerned_by_an_event(channel, rival):
    make.claim(rival, account_id=channel.account_id, waba_id=channel.waba_id)
    event = make.event(make.body(channel, make.said("oi")))
    assert _concerned(event) == [channel.company_id]
