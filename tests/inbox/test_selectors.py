"""What inbox pages read: only what this person may see, every row once, whatever is typed."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Company
from common.composed import CountedRows
from common.errors import NotFound
from common.scoping import CompanyScopeMissing, company_scope
from contacts.models import Contact
from inbox import composed, selectors
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.outbound import message_send, note_add
from omnichannel.services.starting import conversation_start
from providers.choices import MessageKind
from providers.content import ReactionTo
from tests import make

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _quiet(bells) -> None:
    """Let no task reach a broker."""


@pytest.fixture
def inside(clinic):
    """Open the clinic's scope, as a page does."""
    with company_scope(clinic):
        yield


@pytest.fixture
def secretive(clinic):
    """Let attendants see only their own conversations and the free ones."""
    Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)


def talks(channel, count: int, *, same_moment: bool = False) -> list[Conversation]:
    """Make conversations, newest first."""
    return [
        make.inbound(
            channel,
            at=NOW if same_moment else NOW - timedelta(minutes=n),
            person=make.person(f"55119{70000000 + n}", f"Pessoa {n}"),
        ).conversation
        for n in range(count)
    ]


def again(membership):
    """Read a membership as a request does, with its company."""
    return type(membership).unscoped.select_related("company", "user").get(pk=membership.pk)


def listed(membership, *, words="", is_clear=True, **given) -> list:
    found = selectors.found_in(membership, words, is_clear=is_clear, **given)
    return [row.pk for row in selectors.conversation_page(membership, found=found, **given)[0]]


def walked(membership, size: int, **given) -> list:
    """Turn the pages to the end."""
    found, cursor = [], None
    while True:
        rows, cursor = selectors.conversation_page(membership, size=size, after=cursor, **given)
        assert len(rows) <= size
        found += [row.pk for row in rows]
        if cursor is None:
            return found


# --- the list ------------------------------------------------------------------------------------


def test_without_a_scope_nothing_is_read(ana, conversation):
    with pytest.raises(CompanyScopeMissing):
        selectors.conversation_page(ana)


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("same_moment", [False, True])
@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_turning_pages_meets_every_conversation_once_in_order(channel, ana, size, same_moment):
    rows = talks(channel, 15, same_moment=same_moment)
    if same_moment:
        rows.sort(key=lambda row: row.pk, reverse=True)
    assert walked(ana, size) == [row.pk for row in rows]


@pytest.mark.usefixtures("inside")
def test_a_new_message_between_pages_doubles_nothing(channel, ana):
    rows = talks(channel, 10)
    first, cursor = selectors.conversation_page(ana, size=5)
    make.inbound(channel, at=NOW + timedelta(seconds=5), person=make.person("5511970000009"))
    second, end = selectors.conversation_page(ana, size=5, after=cursor)
    seen = [row.pk for row in (*first, *second)]
    assert len(set(seen)) == len(seen)
    # The one that moved to the top is met when the top is looked at again.
    assert set(seen) == {row.pk for row in rows} - {rows[9].pk}
    assert end is None


@pytest.mark.usefixtures("inside")
def test_another_companys_conversations_are_never_listed(channel, rival_channel, ana, rui):
    mine = talks(channel, 2)
    theirs = talks(rival_channel, 2)
    assert set(listed(ana)) == {row.pk for row in mine}
    with company_scope(rui.company_id):
        assert set(listed(rui)) == {row.pk for row in theirs}
    # Not even with a scope that is not the person's own.
    assert listed(rui) == []


@pytest.mark.usefixtures("inside", "secretive")
def test_where_each_sees_only_their_own_the_list_the_counts_and_the_search_agree(
    channel, ana, beto, carla
):
    his, hers, free = talks(channel, 3)
    conversation_take(conversation=his, attendant=beto)
    conversation_take(conversation=hers, attendant=carla)
    beto, ana = again(beto), again(ana)
    assert set(listed(beto)) == {his.pk, free.pk}
    assert set(listed(beto, words="Pessoa")) == {his.pk, free.pk}
    assert selectors.counts(beto)["todas"] == 2
    assert set(listed(ana)) == {his.pk, hers.pk, free.pk}
    for refused in (hers.pk, uuid4()):
        with pytest.raises(NotFound):
            selectors.conversation_get(beto, refused)
    message = Message.objects.filter(conversation=hers).first()
    with pytest.raises(NotFound):
        selectors.message_get(beto, message.pk)


@pytest.mark.usefixtures("inside")
def test_each_count_is_that_of_what_its_tab_lists(channel, ana, beto):
    mine, _free, ended = talks(channel, 3)
    conversation_take(conversation=mine, attendant=beto)
    conversation_close(conversation=ended, actor=ana)
    beto = again(beto)
    assert selectors.counts(beto) == {
        "minhas": 1,
        "livres": 1,
        "robo": 0,
        "adiadas": 0,
        "todas": 3,
        "nao_lidas": 1,
        "mencoes": 0,
        "mencionadas": 0,
    }
    for tab in ("minhas", "livres", "todas"):
        assert len(listed(beto, tab=tab)) == selectors.counts(beto)[tab]


@pytest.mark.usefixtures("inside")
def test_a_count_stops_at_its_limit(channel, ana, monkeypatch):
    talks(channel, 4)
    monkeypatch.setattr(composed, "COUNTS", CountedRows(composed.COUNTS.build, 3))
    assert selectors.counts(ana)["todas"] == 3


# --- search --------------------------------------------------------------------------------------


@pytest.fixture
def joana(channel, conversation):
    """Give a person and a conversation to look for."""
    contact = Contact.unscoped.get(pk=conversation.contact_id)
    contact.name, contact.email = "Joana Conceição d'Ávila", "joana@exemplo.com.br"
    contact.save()
    make.inbound(channel, text="Queria remarcar a LIMPEZA 100%_certa às 15h")
    talks(channel, 2)
    return conversation


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    "words",
    [
        "joana",
        "JOANA",
        "conceição",
        "CONCEIÇÃO",
        "d'Ávila",
        "joana@",
        "99888-7777",
        "(41) 99888",
        "8777",
        "limpeza",
        "Remarcar A",
        "100%_certa",
        "às 15h",
        "as 15h",
        "conceicao",
        "joana davila",
        "davila, joana",
        "d´avila",
        unicodedata.normalize("NFD", "conceição"),
        "ｊｏａｎａ",
        "joana 8777",
        "+55 (41) 9888-7777",
        "041 99888 7777",
        "limpeza remarcar",
        "jo",
        "  joana  ",
        "joana\x00",
    ],
)
def test_people_and_messages_are_found_however_they_are_typed(joana, ana, words):
    assert listed(ana, words=words) == [joana.pk]


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    "words", ["%", "_", "100%certa", "%%%", "___", "\\", "'; DROP TABLE x --", "zzz", "\ufffd" * 9]
)
def test_signs_of_the_database_are_only_signs(joana, ana, words):
    found = listed(ana, words=words)
    assert found in ([], [joana.pk])
    assert found == ([joana.pk] if words == "100%certa" else [])


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("words", ["", "   ", "\x00"])
def test_no_words_are_no_search(joana, ana, words):
    assert len(listed(ana, words=words)) == 3


@pytest.mark.usefixtures("inside")
def test_a_search_never_reaches_another_company(joana, rival_channel, ana):
    make.inbound(rival_channel, text="limpeza na rival", person=make.person(name="Joana Rival"))
    assert listed(ana, words="joana") == listed(ana, words="limpeza") == [joana.pk]


@pytest.mark.usefixtures("inside")
def test_rows_are_read_again_only_if_they_still_belong(joana, ana, beto):
    conversation_take(conversation=joana, attendant=beto)
    assert selectors.conversations_again(ana, [joana.pk], tab="livres") == []
    for words, again in (("joana", [joana.pk]), ("debora", [])):
        found = selectors.found_in(ana, words)
        rows = selectors.conversations_again(ana, [joana.pk], tab="todas", found=found)
        assert [row.pk for row in rows] == again


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("target", [2, 17, 27, 29])
def test_a_found_message_is_drawn_with_its_neighbours_and_the_newest(channel, ana, target):
    """Thirty messages in six seconds, ten of them on a page: none is drawn twice, none is lost."""
    for n in range(30):
        row = make.inbound(channel, text=str(n), at=NOW + timedelta(seconds=n // 5))
    talk = row.conversation
    wanted = Message.objects.get(text=str(target))
    page, older, ends = selectors.thread_around(talk, wanted.pk, size=10)
    texts = [int(row.text) for row in page]
    assert target in texts
    assert texts[-10:] == list(range(20, 30))
    while ends:
        between, is_all = selectors.thread_between(talk, *ends, size=4)
        texts += [int(row.text) for row in between]
        ends = [] if is_all else [(between[-1].happened_at, between[-1].seq), ends[1]]
    assert sorted(texts) == list(range(min(texts), 30))
    assert (older is None) == (min(texts) == 0)
    assert selectors.thread_around(talk, uuid4(), size=10)[2] == []


# --- the thread ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("size", [1, 4, 50])
def test_scrolling_up_meets_every_message_once_in_order(channel, ana, size):
    """Fourteen messages in three seconds: many share a moment."""
    for n in range(14):
        talk = make.inbound(channel, text=str(n), at=NOW + timedelta(seconds=n // 5)).conversation
    found: list[str] = []
    cursor = None
    while True:
        page, cursor = selectors.thread_page(talk, before=cursor, size=size)
        found = [row.text for row in page] + found
        if cursor is None:
            break
    assert found == [str(n) for n in range(14)]


@pytest.mark.usefixtures("inside")
def test_what_changed_since_a_revision_is_exactly_that(channel, conversation, ana):
    known = Conversation.objects.get(pk=conversation.pk).revision
    make.inbound(channel, text="nova")
    note_add(conversation=conversation, author=ana, text="nota")
    found = selectors.thread_changes(conversation, known)
    assert [row.text for row in found] == ["nova", "nota"]
    assert selectors.thread_changes(conversation, known + 99) == []


@pytest.mark.usefixtures("inside")
def test_too_many_changes_are_a_new_page(channel, conversation, monkeypatch):
    monkeypatch.setattr(selectors, "CHANGES_SIZE", 2)
    for _ in range(2):
        make.inbound(channel)
    assert selectors.thread_changes(conversation, 0) is None
    assert len(selectors.thread_changes(conversation, 1)) == 2


@pytest.mark.usefixtures("inside")
def test_a_reaction_we_send_is_no_line_of_its_own(conversation, ana):
    target = Message.objects.inbound().get()
    message_send(
        conversation=conversation,
        author=ana,
        kind=MessageKind.REACTION,
        reply_to=target,
        content=ReactionTo(target.external_id, "👍"),
    )
    page, _ = selectors.thread_page(conversation)
    assert [row.pk for row in page] == [target.pk]


@pytest.mark.usefixtures("inside")
def test_other_peoples_messages_and_files_are_not_found(channel, rival_channel, ana, rui):
    message = make.inbound(channel, media=(make.media_ref("1"),))
    file = Attachment.objects.get()
    assert selectors.message_get(ana, message.pk).pk == message.pk
    assert selectors.attachment_get(ana, file.pk).pk == file.pk
    with company_scope(rui.company_id):
        for get, pk in (
            (selectors.message_get, message.pk),
            (selectors.attachment_get, file.pk),
            (selectors.conversation_get, message.conversation_id),
        ):
            for wanted in (pk, uuid4()):
                with pytest.raises(NotFound) as caught:
                    get(rui, wanted)
                assert str(caught.value) == "Não encontrado."


@pytest.mark.usefixtures("inside")
def test_the_panel_shows_the_persons_other_conversations_and_files(channel, ana):
    first = make.inbound(channel, media=(make.media_ref("1"),)).conversation
    conversation_close(conversation=first, actor=ana)
    second = make.inbound(channel).conversation
    make.inbound(channel, person=make.person("5511911110001"))
    # Begun and never written in: it stands in no list.
    begun = conversation_start(channel=channel, address="5511911110002", person=second.contact)
    assert begun.pk != second.pk and begun.contact_id == second.contact_id
    assert [row.pk for row in selectors.past_conversations(ana, second)] == [first.pk]
    assert [row.provider_media_id for row in selectors.shared_files(first)] == ["1"]
    assert list(selectors.shared_files(second)) == []


@pytest.mark.usefixtures("inside")
def test_colleagues_are_those_who_work_here(ana, beto, carla, rui):
    type(carla).unscoped.filter(pk=carla.pk).update(is_active=False)
    assert [member.pk for member in selectors.colleagues(ana)] == [ana.pk, beto.pk]
