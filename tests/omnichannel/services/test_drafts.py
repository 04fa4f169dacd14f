"""Drafts: one for a person, a conversation and a mode; two screens lose nothing."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connections

from accounts.models import Membership
from omnichannel.models import Conversation, Draft
from omnichannel.services.drafts import DraftElsewhere, draft_save, draft_sent


def keep(
    member: Membership, talk: Conversation, text: str, version: str = "", mode: str = "resposta"
) -> str:
    return draft_save(member=member, conversation=talk, mode=mode, text=text, version=version)


def texts(talk: Conversation) -> list[tuple[str, str]]:
    rows = Draft.unscoped.filter(conversation=talk).order_by("id")
    return [(row.mode, row.text) for row in rows]


@pytest.mark.django_db
def test_an_answer_and_a_note_of_each_person(
    conversation: Conversation, beto: Membership, carla: Membership
):
    version = keep(beto, conversation, "Bom")
    keep(beto, conversation, "Deve 3 parcelas", mode="nota")
    keep(carla, conversation, "Olá")
    assert keep(beto, conversation, "Bom dia", version) != version
    assert texts(conversation) == [
        ("resposta", "Bom dia"),
        ("nota", "Deve 3 parcelas"),
        ("resposta", "Olá"),
    ]


@pytest.mark.django_db
def test_an_empty_box_keeps_nothing(conversation: Conversation, beto: Membership):
    version = keep(beto, conversation, "Bom")
    assert keep(beto, conversation, " \n", version) == ""
    assert texts(conversation) == []


@pytest.mark.django_db
def test_two_screens_that_wrote_differently_are_told(conversation: Conversation, beto: Membership):
    version = keep(beto, conversation, "Da mesa")
    newer = keep(beto, conversation, "Da mesa, mais", version)
    with pytest.raises(DraftElsewhere) as refused:
        keep(beto, conversation, "Do celular", version)
    assert (refused.value.kept.text, refused.value.kept.version) == ("Da mesa, mais", newer)
    # Nor is it emptied by the screen that does not know it.
    with pytest.raises(DraftElsewhere):
        keep(beto, conversation, "", version)
    # The same words are no other text.
    keep(beto, conversation, "Da mesa, mais", version)
    assert texts(conversation) == [("resposta", "Da mesa, mais")]


@pytest.mark.django_db
def test_what_was_sent_goes_and_what_is_typed_meanwhile_stays(
    conversation: Conversation, beto: Membership
):
    keep(beto, conversation, "Bom dia ")
    keep(beto, conversation, "Bom dia", mode="nota")
    draft_sent(member=beto, conversation=conversation, mode="resposta", texts=["Bom dia"])
    assert texts(conversation) == [("nota", "Bom dia")]
    draft_sent(member=beto, conversation=conversation, mode="nota", texts=["Outra coisa"])
    assert texts(conversation) == [("nota", "Bom dia")]


@pytest.mark.django_db(transaction=True)
def test_two_screens_at_once_make_one_draft(
    conversation: Conversation, beto: Membership, rounds: int
):
    for _ in range(rounds):
        Draft.unscoped.all().delete()
        barrier, outcomes = Barrier(2), []

        def write(text: str, barrier: Barrier = barrier, outcomes: list[str] = outcomes) -> None:
            barrier.wait()
            try:
                outcomes.append(f"kept {keep(beto, conversation, text) and text}")
            except DraftElsewhere as other:
                outcomes.append(f"told {other.kept.text}")
            finally:
                connections.close_all()

        threads = [Thread(target=write, args=(text,)) for text in ("um", "dois")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (kept,) = [text for _mode, text in texts(conversation)]
        assert sorted(outcomes) == [f"kept {kept}", f"told {kept}"]
