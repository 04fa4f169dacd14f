"""The old tables brought along: once, twice, after a kill, with all their dirt."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Company
from common.scoping import company_scope
from config.old_source import OldSource, read_text
from config.old_tables import PEOPLE, SAID, TALKS, OldImport, OldReport
from contacts.models import Contact, OldRow
from omnichannel.choices import Stage
from omnichannel.models import Channel, Conversation, Message
from queues.models import Ticket
from tests import make
from tests.old_database import (
    COMPANY,
    OldDatabase,
    id_of,
    old_database_drop,
    old_database_make,
)

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGES = 200


@pytest.fixture
def old(channel: Channel) -> Iterator[OldDatabase]:
    """Give an old database of a few hundred messages."""
    given = connection.get_connection_params()
    names = ("user", "password", "host", "port")
    admin = psycopg.conninfo.make_conninfo(
        dbname="postgres", **{key: given[key] for key in names if given.get(key)}
    )
    name = f"old_{connection.settings_dict['NAME']}"
    yield old_database_make(admin, name, messages=MESSAGES, account=make.ACCOUNT_ID)
    old_database_drop(admin, name)


def bring(old: OldDatabase, clinic: Company, *, again: bool = False) -> OldReport:
    source = OldSource(old.address, COMPANY)
    try:
        with company_scope(clinic):
            work = OldImport(source, clinic, page=40)
            if again:
                work.forget_progress()
            return work.run()
    finally:
        source.close()


def counts(clinic: Company) -> dict[str, Any]:
    return {
        "people": Contact.unscoped.filter(company=clinic).count(),
        "talks": list(
            Conversation.unscoped.filter(company=clinic)
            .order_by("pk")
            .values_list("pk", "message_seq", "message_count", "last_message_text", "stage")
        ),
        "said": list(
            Message.unscoped.filter(company=clinic).order_by("pk").values_list("pk", "seq", "text")
        ),
        "old": list(
            OldRow.unscoped.filter(company=clinic)
            .order_by("table", "old_id")
            .values_list("table", "old_id", "new_id", "reason")
        ),
    }


def test_both_sides_agree_and_every_row_that_stayed_says_why(
    old: OldDatabase, clinic: Company
) -> None:
    report = bring(old, clinic)
    assert report.agrees, report
    assert report.here[SAID] == MESSAGES + 1
    assert dict(report.refused) == {
        (PEOPLE, "sem_identificacao"): 1,
        (TALKS, "sem_contato"): 1,
        (TALKS, "sem_canal"): 1,
        (SAID, "sem_conversa"): 2,
        (SAID, "id_repetido"): 1,
        (SAID, "mensagem_ja_esta_aqui"): 1,
    }


def test_running_twice_is_running_once(old: OldDatabase, clinic: Company) -> None:
    bring(old, clinic)
    once = counts(clinic)
    assert bring(old, clinic).agrees
    assert bring(old, clinic, again=True).agrees
    assert counts(clinic) == once


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(
    old: OldDatabase, clinic: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, pages = OldImport._said, []

    def dies(self: OldImport, talks: Any) -> None:
        pages.append(1)
        if len(pages) == 2:
            raise KeyboardInterrupt
        said(self, talks)

    monkeypatch.setattr(OldImport, "_said", dies)
    with pytest.raises(KeyboardInterrupt):
        bring(old, clinic)
    assert 0 < Message.unscoped.count() < MESSAGES
    assert bring(old, clinic).agrees
    assert Message.unscoped.count() == MESSAGES + 1


def test_what_is_brought_is_history_and_disturbs_nobody(
    old: OldDatabase, clinic: Company, bells: list[Any]
) -> None:
    bring(old, clinic)
    assert set(Conversation.unscoped.values_list("stage", flat=True)) == {Stage.CLOSED}
    assert Ticket.unscoped.count() == 0
    assert bells == []
    assert not Message.unscoped.filter(status__in=("pendente", "enviando")).exists()
    for talk in Conversation.unscoped.all():
        seqs = Message.unscoped.filter(conversation=talk).order_by("happened_at", "seq")
        assert list(seqs.values_list("seq", flat=True)) == list(range(1, talk.message_seq + 1))


def test_latin_letters_and_nuls_are_read_as_they_were_meant(
    old: OldDatabase, clinic: Company
) -> None:
    bring(old, clinic)
    assert Message.unscoped.get(pk=id_of("m2")).text == "Coração e ação"
    assert Message.unscoped.get(pk=id_of("m4")).text == "Mensagem número 4 da conversa"
    assert read_text(b"a\x00b\\u0000c") == "abc"


def test_the_old_side_is_only_read(old: OldDatabase) -> None:
    source = OldSource(old.address, COMPANY)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source.rows("DELETE FROM tb_mensagens_omni")
    source.close()


def test_the_command_tells_both_sides_and_writes_the_report(
    old: OldDatabase, clinic: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OLD_DATABASE_URL", old.address)
    said, report = StringIO(), tmp_path / "report.csv"
    call_command(
        "old_import", old_company=COMPANY, company=str(clinic.pk), report=report, stdout=said
    )
    assert f"{SAID}: {MESSAGES + 5} there, {MESSAGES + 1} here" in said.getvalue()
    with report.open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 7
    assert {line["reason"] for line in lines} >= {"sem_conversa", "id_repetido"}
