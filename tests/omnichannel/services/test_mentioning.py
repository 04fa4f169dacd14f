"""Mentions: who may be named, whom a note names, and who sees it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Company, Membership
from common.scoping import company_scope
from omnichannel.models import Conversation, Mention, Message
from omnichannel.services.conversations import conversation_take
from omnichannel.services.mentioning import MentionRefused, mentionable, mentions_seen
from omnichannel.services.outbound import note_add
from tests import make

pytestmark = pytest.mark.django_db


def named(note: Message) -> set[str]:
    rows = Mention.unscoped.filter(message=note).select_related("member__user")
    return {row.member.user.name for row in rows}


def write(conversation: Conversation, author: Membership | None, text: str, **more: Any) -> Message:
    return note_add(conversation=conversation, author=author, text=text, **more)


def test_who_may_be_named_is_who_may_see_it(
    clinic: Company,
    ana: Membership,
    beto: Membership,
    carla: Membership,
    rui: Membership,
    conversation: Conversation,
):
    for sees_all in (True, False):
        clinic.attendants_see_all = sees_all
        clinic.save()
        for holder in (None, beto):
            Conversation.unscoped.filter(pk=conversation.pk).update(attendant=holder)
            row = Conversation.unscoped.get(pk=conversation.pk)
            for person in Membership.unscoped.select_related("company"):
                with company_scope(person.company_id):
                    seen = Conversation.objects.visible_to(person).filter(pk=row.pk).exists()
                assert (person in mentionable(row)) == seen, (sees_all, holder, person)


def test_a_note_names_by_full_names_without_accents_and_case(
    clinic: Company, beto: Membership, conversation: Conversation
):
    for name in ("Zeca Paula", "Zeca", "João Nunes"):
        make.member(clinic, name)
    note = write(conversation, beto, "@zeca paula e @JOAO NUNES, vejam; o mail é x@zeca.example")
    assert named(note) == {"Zeca Paula", "João Nunes"}
    assert named(write(conversation, beto, "@Zecas não é ninguém")) == set()


def test_of_two_with_one_name_only_the_chosen_is_named(
    clinic: Company, beto: Membership, conversation: Conversation
):
    one, other = make.member(clinic, "Lia Reis"), None
    from accounts.services.memberships import member_create

    other = member_create(
        company=clinic, email="lia2@clinica.example", name="Lia Reis", password=make.PASSWORD
    )
    note = write(conversation, beto, "@Lia Reis, pode ver?", mentioned=[other.pk])
    assert [row.member_id for row in Mention.unscoped.filter(message=note)] == [other.pk]
    both = write(conversation, beto, "@Lia Reis, pode ver?")
    assert {row.member_id for row in Mention.unscoped.filter(message=both)} == {one.pk, other.pk}


def test_whoever_may_not_see_it_is_not_named_and_picking_them_is_refused(
    clinic: Company,
    beto: Membership,
    carla: Membership,
    rui: Membership,
    conversation: Conversation,
):
    conversation_take(conversation=conversation, attendant=beto)
    Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
    row = Conversation.unscoped.get(pk=conversation.pk)
    assert named(write(row, beto, f"@{carla.user.name} veja")) == set()
    for outsider in (carla, rui):
        with pytest.raises(MentionRefused):
            write(row, beto, f"@{outsider.user.name} veja", mentioned=[outsider.pk])
    assert not Message.unscoped.filter(is_internal=True, text__contains="@Rui").exists()


def test_the_author_and_a_bots_words_name_nobody(
    ana: Membership, beto: Membership, conversation: Conversation
):
    assert named(write(conversation, beto, f"@{beto.user.name} lembrar")) == set()
    assert named(write(conversation, None, f"Disse: @{ana.user.name}")) == set()


def test_what_was_seen_is_seen_once_and_only_by_whom_it_names(
    ana: Membership, beto: Membership, carla: Membership, conversation: Conversation
):
    note = write(conversation, beto, f"@{carla.user.name} e @{ana.user.name}")
    with company_scope(conversation.company_id):
        see = {"conversation": conversation, "note_ids": [note.pk]}
        assert mentions_seen(member=beto, **see) == 0
        assert mentions_seen(member=carla, **see) == 1
        assert mentions_seen(member=carla, **see) == 0
    left = Mention.unscoped.filter(seen_at=None)
    assert [row.member_id for row in left] == [ana.pk]


def test_the_hint_names_ids_and_no_text(
    beto: Membership,
    carla: Membership,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
):
    told: list[Any] = []
    monkeypatch.setattr("omnichannel.services.outbound.publish", told.append)
    note = write(conversation, beto, f"@{carla.user.name} veja o exame")
    assert told[-1].data == {"mentioned": [str(carla.pk)], "note": str(note.pk)}
    write(conversation, beto, "sem ninguém")
    assert told[-1].data == {}
