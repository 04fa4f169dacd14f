"""Reactions, edits, deletions: late, twice, and about messages we never had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from omnichannel.models import Conversation, EarlyChange, Message, MessageVersion, Reaction
from omnichannel.services.facts import facts_apply
from providers.facts import AccountRef, EditUpdate, ReactionUpdate, RevokeUpdate
from tests import make
from tests.race import errors, together

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def said(channel) -> Message:
    """Give a message of the patient's."""
    return make.inbound(channel, text="original", external_id="wamid.alvo", at=AT)


def update(cls, *, minute: int = 1, target: str = "wamid.alvo", **given):
    at = AT + timedelta(minutes=minute)
    return cls(
        account=AccountRef("1"), person=make.person(), target=target, happened_at=at, **given
    )


def reaction(emoji: str, minute: int = 1, **given) -> ReactionUpdate:
    return update(ReactionUpdate, emoji=emoji, minute=minute, **given)


def edit(text: str, minute: int = 1, **given) -> EditUpdate:
    return update(EditUpdate, text=text, minute=minute, **given)


def revoke(minute: int = 1, **given) -> RevokeUpdate:
    return update(RevokeUpdate, minute=minute, **given)


def apply(channel, *facts) -> None:
    facts_apply(channel=channel, facts=facts)


def fresh(row):
    return type(row).unscoped.get(pk=row.pk)


# --- reactions -----------------------------------------------------------------------------------


def test_a_reaction_is_put_on_its_message_and_shows_in_the_list(channel, said):
    apply(channel, reaction("❤️"))
    assert Reaction.unscoped.get().emoji == "❤️"
    talk = fresh(said.conversation)
    assert (talk.last_message_text, talk.last_message_kind) == ("❤️", "reacao")
    assert talk.unread_count == 2
    assert fresh(said).revision == talk.revision == 2
    assert Message.unscoped.count() == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_reaction_holds_in_whatever_order_they_come(channel, said, order):
    told = [reaction("👍", 1), reaction("❤️", 2), reaction("", 3)]
    for at in order:
        apply(channel, told[at])
    assert Reaction.unscoped.get().emoji == ""


def test_a_repeated_reaction_changes_nothing(channel, said):
    apply(channel, reaction("👍"))
    before = fresh(said.conversation).revision
    apply(channel, reaction("👍"))
    talk = fresh(said.conversation)
    assert (talk.revision, talk.unread_count) == (before, 2)


def test_both_sides_react_to_the_same_message(channel, said):
    apply(channel, reaction("👍"), reaction("🙏", is_echo=True))
    found = {row.direction: row.emoji for row in Reaction.unscoped.all()}
    assert found == {"entrada": "👍", "saida": "🙏"}


def test_a_reaction_to_an_unknown_message_waits_and_opens_nothing(channel):
    for _ in range(2):
        apply(channel, reaction("👍", target="wamid.nunca"))
    assert EarlyChange.unscoped.get().emoji == "👍"
    assert not Message.unscoped.exists()
    assert not Conversation.unscoped.exists()


def test_taking_back_a_reaction_to_an_unknown_message_is_nothing(channel):
    apply(channel, reaction("", target="wamid.nunca"))
    assert not Message.unscoped.exists()


@pytest.mark.django_db(transaction=True)
def test_reactions_at_once_leave_one_row_the_newest(channel):
    make.inbound(channel, external_id="wamid.alvo", at=AT)
    results = together(*(lambda n=n: apply(channel, reaction("👍❤️"[n % 2], n)) for n in range(6)))
    assert errors(results) == []
    assert Reaction.unscoped.get().happened_at == AT + timedelta(minutes=5)


# --- edits ---------------------------------------------------------------------------------------


def test_an_edit_shows_the_new_text_and_keeps_the_old(channel, said):
    apply(channel, edit("corrigido"))
    row = fresh(said)
    assert (row.text, row.edited_at) == ("corrigido", AT + timedelta(minutes=1))
    assert MessageVersion.unscoped.get().text == "original"
    assert fresh(said.conversation).last_message_text == "corrigido"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_edit_holds_in_whatever_order_they_come(channel, said, order):
    told = [edit("um", 1), edit("dois", 2), edit("três", 3)]
    for at in order:
        apply(channel, told[at])
    assert fresh(said).text == "três"


def test_a_repeated_edit_changes_nothing(channel, said):
    apply(channel, edit("corrigido"))
    before = fresh(said.conversation).revision
    apply(channel, edit("corrigido"))
    assert fresh(said.conversation).revision == before
    assert MessageVersion.unscoped.count() == 1


def test_an_edit_of_an_unknown_message_is_kept_as_one_once(channel):
    for _ in range(2):
        apply(channel, edit("texto", target="wamid.nunca", external_id="wamid.edicao"))
    row = Message.unscoped.get()
    assert (row.text, row.metadata) == ("texto", {"edited": True})


def test_an_edit_of_an_older_message_leaves_the_lists_line_alone(channel, said):
    make.inbound(channel, text="depois", at=AT + timedelta(seconds=30))
    apply(channel, edit("corrigido"))
    assert fresh(said.conversation).last_message_text == "depois"


# --- deletions -----------------------------------------------------------------------------------


def test_a_deleted_message_shows_no_text_and_the_record_keeps_it(channel, said):
    apply(channel, revoke())
    row = fresh(said)
    assert (row.text, row.deleted_at) == ("", AT + timedelta(minutes=1))
    version = MessageVersion.unscoped.get()
    assert (version.text, version.reason) == ("original", "exclusao")
    assert fresh(said.conversation).last_message_text == ""


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_deletion_wins_over_an_edit_in_either_order(channel, said, order):
    told = [edit("corrigido", 1), revoke(2)]
    for at in order:
        apply(channel, told[at])
    assert fresh(said).text == ""
    assert fresh(said).deleted_at is not None


def test_a_repeated_deletion_changes_nothing(channel, said):
    apply(channel, revoke())
    before = fresh(said.conversation).revision
    apply(channel, revoke())
    assert fresh(said.conversation).revision == before
    assert MessageVersion.unscoped.count() == 1


def test_a_deletion_of_an_unknown_message_changes_nothing(channel, said):
    apply(channel, revoke(target="wamid.nunca"))
    assert fresh(said).text == "original"
    assert Message.unscoped.count() == 1


@pytest.mark.parametrize("change", [reaction("👍"), edit("mudado"), revoke()])
def test_another_companys_message_is_never_changed(said, rival_channel, change):
    apply(rival_channel, change)
    row = fresh(said)
    assert (row.text, row.deleted_at) == ("original", None)
    assert not Reaction.unscoped.filter(message=said).exists()


def test_all_changes_of_one_body_are_applied_in_its_order(channel):
    apply(
        channel,
        make.fact(channel, external_id="wamid.alvo", text="original", at=AT),
        edit("corrigido", 1),
        reaction("👍", 2),
        revoke(3),
    )
    assert fresh(Message.unscoped.get()).deleted_at is not None
    assert MessageVersion.unscoped.count() == 2
    talk = Conversation.unscoped.get()
    assert talk.revision == 4
