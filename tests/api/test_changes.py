"""The feed of changes: nothing is lost, whatever order transactions commit in."""

from __future__ import annotations

import threading
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Company, Membership, RowChange
from accounts.services.changes import Mark, changes_purge
from contacts.models import Contact
from omnichannel.models import Channel
from tests import make
from tests.api.conftest import Client
from tests.race import errors, together

pytestmark = pytest.mark.django_db(transaction=True)
WAIT = 60.0
TICK = threading.Event()


class Follower:
    """Follows as another system would."""

    def __init__(self, api: Client, member: Membership, **asked: Any) -> None:
        self.client, self.asked = api(member), asked
        self.cursor = self.client.get("mudancas/").json()["next"]
        self.seen: list[dict[str, Any]] = []

    def ask(self) -> list[dict[str, Any]]:
        """Read what there is now."""
        found: list[dict[str, Any]] = []
        while True:
            told = self.client.get("mudancas/", {"desde": self.cursor, **self.asked})
            assert told.status_code == 200, told.content
            body = told.json()
            self.cursor = body["next"]
            found += body["results"]
            if not body["has_more"]:
                break
        self.seen += found
        return found

    def until(self, ids: set[str]) -> None:
        """Ask until all of these were told: what commits late holds back what came after it."""
        end = timezone.now() + timedelta(seconds=WAIT)
        while not ids <= {row["id"] for row in self.seen}:
            assert timezone.now() < end, "the feed lost something"
            self.ask()
            TICK.wait(0.05)


@pytest.fixture
def follower(api: Client, ana: Membership) -> Follower:
    return Follower(api, ana, limite=3)


def person(company: Company, name: str = "Jo") -> Contact:
    return Contact.unscoped.create(company=company, name=name)


def test_what_is_made_changed_and_deleted_is_told_once_a_transaction(
    follower: Follower, clinic: Company
):
    with transaction.atomic():
        made = person(clinic)
        made.name = "Joana"
        made.save()
    Contact.unscoped.filter(pk=made.pk).update(name="Jô")
    Contact.unscoped.filter(pk=made.pk).delete()
    end = person(clinic)
    follower.until({str(end.pk)})
    acts = [row["act"] for row in follower.seen if row["id"] == str(made.pk)]
    assert acts == ["criado", "alterado", "apagado"]
    assert {row["kind"] for row in follower.seen} == {"contato"}


def test_conversations_messages_and_tickets_are_told_with_where_they_belong(
    follower: Follower, channel: Channel, bells: Any
):
    message = make.inbound(channel, text="Oi")
    talk = message.conversation
    follower.until({str(message.pk), str(talk.pk), str(talk.contact_id)})
    told = {row["id"]: row for row in follower.seen}
    assert told[str(message.pk)]["conversation"] == str(talk.pk)
    assert told[str(message.pk)]["kind"] == "mensagem"
    assert told[str(talk.pk)]["kind"] == "conversa"
    assert "Oi" not in str(follower.seen)


def test_a_transaction_that_commits_late_is_not_lost(follower: Follower, clinic: Company):
    """The classic gap: the first writer commits after the second was read."""
    first, second = threading.Event(), threading.Event()
    late: list[Contact] = []

    def slow() -> None:
        try:
            with transaction.atomic():
                late.append(person(clinic, "Primeira"))
                first.set()
                assert second.wait(WAIT)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert first.wait(WAIT)
    early = person(clinic, "Segunda")
    # The second is committed and waits until nothing before it can come any more.
    assert follower.ask() == []
    second.set()
    thread.join(WAIT)
    follower.until({str(late[0].pk), str(early.pk)})
    assert [row["id"] for row in follower.seen] == [str(late[0].pk), str(early.pk)]


def test_many_writers_at_once_lose_nothing(follower: Follower, clinic: Company):
    made: list[str] = []
    over = threading.Event()

    def write(seed: int) -> None:
        random = Random(seed)
        for _ in range(15):
            with transaction.atomic():
                rows = [person(clinic) for _ in range(random.randint(1, 3))]
                TICK.wait(random.random() / 100)
                if random.random() < 0.2:
                    transaction.set_rollback(True)
                    continue
            made.extend(str(row.pk) for row in rows)

    def read() -> None:
        while not over.is_set():
            follower.ask()

    def all_writers() -> None:
        threads = [threading.Thread(target=lambda n=n: _closing(write, n)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT)
        over.set()

    assert errors(together(read, all_writers)) == []
    follower.until(set(made))
    told = [row["id"] for row in follower.seen]
    assert sorted(told) == sorted(made)


def _closing(action: Any, *given: Any) -> None:
    try:
        action(*given)
    finally:
        connection.close()


def test_one_kind_may_be_followed_alone(api: Client, ana: Membership, channel: Channel, bells: Any):
    follower = Follower(api, ana, tipo="mensagem")
    message = make.inbound(channel, text="Oi")
    follower.until({str(message.pk)})
    assert {row["kind"] for row in follower.seen} == {"mensagem"}


def test_another_companys_changes_are_nobodys_here(
    api: Client, ana: Membership, rui: Membership, clinic: Company, rival: Company
):
    ours, theirs = Follower(api, ana), Follower(api, rui)
    mine, other = person(clinic), person(rival)
    ours.until({str(mine.pk)})
    theirs.until({str(other.pk)})
    assert {row["id"] for row in ours.seen} == {str(mine.pk)}


def test_who_does_not_see_everything_may_not_follow(api: Client, beto: Membership):
    assert api(beto).get("mudancas/").status_code == 403


@pytest.mark.parametrize("cursor", ["x", "", "AAAA", "é", "A" * 80, "_" * 54])
def test_a_made_up_cursor_is_refused(api: Client, ana: Membership, cursor: str):
    answer = api(ana).get("mudancas/", {"desde": cursor})
    assert answer.status_code in (400, 410)
    assert answer.json()["code"] in ("cursor_invalido", "cursor_antigo", "dados_invalidos")


def test_a_cursor_of_other_data_or_from_before_what_is_kept_is_gone(
    api: Client, ana: Membership, follower: Follower
):
    mark = Mark.read(follower.cursor)
    now = mark.at
    for other in (
        Mark(mark.server + 1, mark.xact, mark.row, now),
        Mark(mark.server, mark.xact + 10**9, mark.row, now),
        Mark(mark.server, mark.xact, mark.row, now - timedelta(days=30)),
    ):
        answer = api(ana).get("mudancas/", {"desde": other.written()})
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_antigo")


def test_a_cursor_is_read_as_it_was_written():
    mark = Mark(7_000_000_000_000, 12345, uuid4(), timezone.now().replace(microsecond=0))
    assert Mark.read(mark.written()) == mark


def test_old_changes_are_forgotten(clinic: Company):
    person(clinic)
    assert changes_purge() == 0
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert changes_purge() == 1
    assert not RowChange.unscoped.exists()


def test_a_page_costs_the_same_however_much_there_is(
    api: Client, ana: Membership, clinic: Company, django_assert_max_num_queries: Any
):
    follower = Follower(api, ana)
    for _ in range(20):
        person(clinic)
    with django_assert_max_num_queries(6):
        follower.client.get("mudancas/", {"desde": follower.cursor})


def test_a_company_that_goes_takes_its_changes_along(rival: Company):
    row = person(rival)
    Contact.unscoped.filter(pk=row.pk).delete()
    Company.objects.filter(pk=rival.pk).delete()
    assert not Company.objects.filter(pk=rival.pk).exists()
