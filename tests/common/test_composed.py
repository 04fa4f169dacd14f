"""A composed queryset finds what the queryset itself finds, whatever it was composed with."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from django.forms import model_to_dict
from django.utils import timezone

from accounts.models import Company, Membership
from common.composed import Composed, CountedRows, NotComposable
from common.errors import NotFound
from inbox import composed
from inbox.selectors import conversation_get
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.conversations import conversation_take
from tests import make

NEW = Composed(
    lambda size, company_id, moment: (
        Message.objects.for_company(company_id)
        .filter(happened_at__gt=moment)
        .select_related("conversation__contact")
        .only("text", "metadata", "happened_at", "conversation__contact__name")
        .annotate(again=F("seq"))
        .order_by("id")[:size]
    )
)


def test_it_finds_the_same_rows_with_the_same_related_ones(
    channel: Channel, clinic: Company, rival: Company, rival_channel: Channel
):
    make.inbound(rival_channel, text="deles")
    for number in range(3):
        make.inbound(channel, text=f"{number}", metadata={"n": number})
    since = timezone.now() - timedelta(days=1)
    for company in (rival, clinic, rival):
        found = NEW.rows(company.pk, since, shape=2)
        wanted = list(NEW.build(2, company.pk, since))
        assert [model_to_dict(row) for row in found] == [model_to_dict(row) for row in wanted]
        assert [row.again for row in found] == [row.again for row in wanted]
        assert [row.get_deferred_fields() for row in found] == [
            row.get_deferred_fields() for row in wanted
        ]
        assert {row.conversation.contact.name for row in found} == {"Joana Dias"}
        assert {
            row.company_id for row in Message.unscoped.filter(pk__in=[row.pk for row in found])
        } == {company.pk}
    assert len(NEW.rows(clinic.pk, since, shape=3)) == 3
    assert NEW.first(clinic.pk, timezone.now() + timedelta(days=1), shape=2) is None


def test_rows_told_as_tuples_and_counts_are_those_of_the_querysets(
    channel: Channel, clinic: Company, rival: Company, rival_channel: Channel
):
    make.inbound(rival_channel, text="deles")
    for number in range(3):
        make.inbound(channel, text=f"{number}", metadata={"n": number})
    told = Composed(
        lambda company_id: (
            Message.objects.for_company(company_id)
            .order_by("id")
            .values_list("pk", "metadata", "conversation__contact__name")
        )
    )
    counted = CountedRows(
        lambda company_id: {
            "all": Message.objects.for_company(company_id),
            "first": Message.objects.for_company(company_id).filter(seq=1),
        },
        limit=2,
    )
    for company, total in ((clinic, 2), (rival, 1), (clinic, 2)):
        assert told.rows(company.pk) == list(told.build(company.pk))
        assert counted.now(company.pk) == {"all": total, "first": 1}
    with pytest.raises(NotComposable):
        CountedRows(lambda row_id: {"all": Message.unscoped.filter(seq=1)}, 2).now(uuid4())


@pytest.mark.django_db
def test_a_value_that_shapes_the_statement_is_refused():
    with pytest.raises(NotComposable):
        Composed(lambda row_id: Message.unscoped.filter(seq=1)).rows(uuid4())
    with pytest.raises(NotComposable):
        Composed(lambda flag: Message.unscoped.filter(is_internal=flag)).rows(True)


def test_who_sees_only_theirs_is_no_stand_in_for_who_sees_all(
    ana: Membership, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    Company.objects.filter(pk=beto.company_id).update(attendants_see_all=False)
    for reader in (ana, beto, carla, ana, beto):
        reader.refresh_from_db()
        seen = composed.visible_values(reader)
        found = composed.CONVERSATION.rows(conversation.pk, *seen)
        assert len(found) == (reader != beto)
        assert composed.CONVERSATION.rows(UUID(int=1), *seen) == []
        if reader == beto:
            with pytest.raises(NotFound):
                conversation_get(reader, conversation.pk)
