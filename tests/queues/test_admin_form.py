"""The queue's form with many people."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Company, Membership
from queues.models import QueueMember
from queues.services.queues import members_set, queue_save
from tests import make
from tests.backoffice import owner


def asked(office: Client, company: Company, count: int) -> int:
    """Count what the form of a queue with so many people asks the database."""
    people: list[Membership] = [
        make.member(company, f"Pessoa{count}x{n} Lima") for n in range(count)
    ]
    queue = queue_save(company=company, actor=None, name=f"Fila {count}")
    members_set(queue=queue, actor=None, members=[{"membership": one} for one in people])
    with CaptureQueriesContext(connection) as queries:
        page = office.get(reverse("admin:queues_queue_change", args=[queue.pk]))
    assert page.status_code == 200
    for one in people:
        assert page.content.decode().count(f'value="{one.pk}" selected') == 1
    return len(queries)


def test_a_queues_form_asks_as_often_for_many_people_as_for_few(clinic: Company):
    office = Client()
    office.force_login(owner(), backend="django.contrib.auth.backends.ModelBackend")
    few = asked(office, clinic, 3)
    assert asked(office, clinic, 30) <= few
    assert few <= 30
    assert QueueMember.objects.for_company(clinic).count() == 33
