"""People of a campaign who are merged, erased, asked for in segments, or given their data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from campaigns.choices import LeftOut, RecipientStatus
from campaigns.dispatch import send_slice
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.lists import Line, list_put
from contacts.models import Contact
from contacts.segments import Asked, people
from contacts.services import numbers
from contacts.services.merging import contacts_merge
from contacts.services.privacy import contact_erase
from tests.campaigns.conftest import patient
from tests.campaigns.graph import Graph

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Campaign]


def test_two_records_made_one_get_it_once(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    kept, gone = patient(ana, "Lia Prado"), patient(ana, "Lia P.")
    row = life.campaign_start(campaign=ready(), actor=ana)
    contacts_merge(kept=kept, gone=gone, actor=ana)
    send_slice(2)
    assert len(graph.taken) == 1
    left = Recipient.unscoped.filter(campaign=row, status=RecipientStatus.SKIPPED)
    assert [one.left_out for one in left] == [LeftOut.REPEATED]


def test_an_erased_person_gets_nothing_and_leaves_only_numbers(
    bells: Any, ready: Make, ana: Membership, graph: Graph
) -> None:
    person = patient(ana, "Lia Prado")
    row = life.campaign_start(campaign=ready(), actor=ana)
    contact_erase(contact=person, actor=ana)
    send_slice(2)
    assert graph.taken == []
    recipient = Recipient.unscoped.get(campaign=row)
    assert (recipient.left_out, recipient.phone) == (LeftOut.ERASED, "")


def test_segments_ask_about_campaigns(bells: Any, ready: Make, ana: Membership) -> None:
    got, never = patient(ana, "Recebeu"), patient(ana, "Nunca")
    ready()
    now = timezone.now()
    Recipient.unscoped.filter(contact=got).update(sent_at=now, read_at=now, claimed_at=now)

    def found(field: str, operator: str, value: str = "") -> list[Contact]:
        rows = Contact.objects.for_company(ana.company_id)
        return list(people(rows, [Asked(field, operator, value)]))

    assert found("campanhas", "e", "leu") == [got]
    assert found("campanhas", "e", "nunca") == [never]
    assert found("campanha", "contem", "consultas") == [got]
    assert found("ultima_campanha", "nos_ultimos", "2") == [got]
    assert found("ultima_campanha", "nunca") == [never]


def test_a_list_holds_the_locks_of_one_chunk_at_a_time(
    bells: Any, draft: Make, ana: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    known = numbers._known

    def counted(*given: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            held.extend(cursor.fetchone())
        return known(*given)

    monkeypatch.setattr(numbers, "CHUNK", 40)
    monkeypatch.setattr(numbers, "_known", counted)
    lines = [Line(n, f"4199{n:07d}") for n in range(1, 101)]
    told = list_put(campaign=draft(filters={}), actor=ana, lines=lines, proof="Ficha")
    assert (told.lines, told.bad, told.created) == (100, 0, 100)
    assert held == [40, 40, 20]


@pytest.mark.slow
def test_a_long_list_needs_no_lock_for_each_number_at_once(
    bells: Any, draft: Make, ana: Membership
) -> None:
    row = draft(filters={})
    lines = [Line(n, f"4199{n:07d}") for n in range(1, 9001)]
    told = list_put(campaign=row, actor=ana, lines=lines, proof="Ficha")
    assert (told.lines, told.bad, told.created) == (9000, 0, 9000)
    again = list_put(campaign=row, actor=ana, lines=lines, proof="Ficha")
    assert again.created == 0
