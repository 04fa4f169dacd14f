"""People and chats of the simulator, made once and found again."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import DomainError
from simulator.models import SimChat, SimNumber, SimPerson
from simulator.whatsapp.services import people_ensure, person_ensure
from simulator.whatsapp.services.numbers import chat_touch

pytestmark = pytest.mark.django_db


def test_several_people_are_made_or_brought_up_to_date_in_three_statements(
    person: SimPerson, django_assert_num_queries: Any
) -> None:
    asked = [
        SimPerson(name="Rui Campos", wa_id="+55 11 99000-0002", username="@rui"),
        SimPerson(name="Mariana Alves Prado", wa_id=person.wa_id, is_online=False),
    ]
    with django_assert_num_queries(3):
        rui, mariana = people_ensure(asked)
    assert (rui.wa_id, rui.username, rui.name) == ("5511990000002", "rui", "Rui Campos")
    assert (mariana.pk, mariana.bsuid) == (person.pk, person.bsuid)
    assert mariana.name == "Mariana Alves Prado"
    # Not among the fields that were to be brought up to date.
    assert mariana.is_online
    assert mariana.updated_at > person.updated_at
    assert SimPerson.objects.count() == 2


def test_what_is_not_said_of_a_known_person_stays(person: SimPerson) -> None:
    person_ensure(name="Mariana", wa_id=person.wa_id, is_on_whatsapp=False)
    person_ensure(name="Mariana", wa_id=person.wa_id, is_online=False)
    person.refresh_from_db()
    assert (person.is_on_whatsapp, person.is_online) == (False, False)


@pytest.mark.parametrize("numbers", [("554190000001",), ("554190000001", "5541990000001")])
def test_a_phone_has_one_form_also_among_those_made_together(numbers: tuple[str, ...]) -> None:
    if len(numbers) == 1:
        person_ensure(name="Carlos", wa_id="5541990000001")
    before = SimPerson.objects.count()
    with pytest.raises(DomainError) as refused:
        people_ensure([SimPerson(name="Carlos", wa_id=number) for number in numbers])
    assert refused.value.code == "numero_repetido"
    assert SimPerson.objects.count() == before


def test_a_chat_is_made_by_its_first_change_and_counts_each(
    number: SimNumber, person: SimPerson
) -> None:
    chat_touch(number=number, person=person)
    assert SimChat.objects.get().revision == 1
    chat_touch(number=number, person=person, last_message_at=person.created_at)
    chat = SimChat.objects.get()
    assert (chat.revision, chat.last_message_at) == (2, person.created_at)
