"""The back-office of queues and calendars, by its forms."""

from __future__ import annotations

import html
from datetime import time

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import BusinessCalendar
from accounts.services.calendars import calendar_save
from accounts.services.presence import presence_beat
from contacts.services.consent import consent_record
from queues.models import NextWeights, Queue, QueueMember, Ticket
from queues.services.queues import members_set, queue_save
from queues.services.tickets import ticket_take
from tests import make
from tests.backoffice import Office, owner
from tests.queues.conftest import again


@pytest.fixture
def office(ana) -> Client:
    ana.user.is_staff = True
    ana.user.save()
    client = Client()
    client.force_login(ana.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows(prefix: str, *items: dict[str, object], initial: int = 0) -> dict[str, object]:
    """Give an inline's fields."""
    data: dict[str, object] = {
        f"{prefix}-TOTAL_FORMS": len(items),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for at, item in enumerate(items):
        data |= {f"{prefix}-{at}-{name}": value for name, value in item.items()}
    return data


QUEUE = {
    "name": "Exames",
    "priority": 5,
    "description": "",
    "is_active": "on",
    "distribution": "round_robin",
    "capacity": 3,
    "first_response_sla": 300,
    "resolution_sla": 3600,
    "abandon_after": "",
    "reopen_within": 0,
    "calendar": "",
    "queue_message": "",
    "out_of_hours_message": "",
}


def problems(answer) -> str:
    return answer.content.decode() if answer.status_code == 200 else ""


def test_a_queue_is_made_with_its_people(office, clinic, beto, carla):
    people = [
        {"membership": person.pk, "capacity": "", "order": at, "is_active": "on"}
        for at, person in enumerate((beto, carla))
    ]
    answer = office.post(reverse("admin:queues_queue_add"), {**QUEUE, **rows("members", *people)})
    assert answer.status_code == 302, problems(answer)
    queue = Queue.unscoped.get(name="Exames")
    assert queue.company == clinic
    assert set(QueueMember.unscoped.filter(queue=queue).values_list("membership", flat=True)) == {
        beto.pk,
        carla.pk,
    }


def test_saving_a_large_queue_keeps_everybody(office, clinic, queue):
    crowd = [make.member(clinic, f"Pessoa{n} Silva") for n in range(14)]
    members_set(queue=queue, actor=None, members=[{"membership": person} for person in crowd])
    where = reverse("admin:queues_queue_change", args=[queue.pk])
    page = office.get(where).context["inline_admin_formsets"][0].formset
    shown = [form for form in page.forms if form.instance.membership_id]
    assert len(shown) == len(crowd)
    people = [
        {"id": form.instance.pk, "membership": form.instance.membership_id, "order": 0}
        | {"capacity": "", "is_active": "on"}
        for form in shown
    ]
    given = {**QUEUE, "name": queue.name, **rows("members", *people, initial=len(people))}
    answer = office.post(where, given)
    assert answer.status_code == 302, problems(answer)
    assert QueueMember.unscoped.filter(queue=queue).count() == len(crowd)


def test_a_name_that_is_taken_is_told_beside_the_input(office, queue):
    answer = office.post(
        reverse("admin:queues_queue_add"), {**QUEUE, "name": "RECEPÇÃO", **rows("members")}
    )
    assert answer.status_code == 200
    assert Queue.unscoped.count() == 1


def test_the_queue_page_shows_numbers_and_shares_out(office, queue, arrive):
    ticket = arrive()
    where = reverse("admin:queues_queue_change", args=[queue.pk])
    assert "esperando" in office.get(where).content.decode()
    done = {"action": "drain_chosen", "_selected_action": [str(queue.pk)]}
    office.post(reverse("admin:queues_queue_changelist"), done)
    assert again(ticket).status == "em_atendimento"


@pytest.mark.parametrize(
    "question",
    ["aguardando", "em_risco", "estourado", "sinalizados", "abandonados", "mal_avaliados"],
)
def test_tickets_answer_questions(office, queue, arrive, question):
    arrive()
    answer = office.get(reverse("admin:queues_ticket_changelist"), {"pergunta": question})
    assert answer.status_code == 200
    assert (str(Ticket.unscoped.get().protocol) in answer.content.decode()) == (
        question == "aguardando"
    )


def test_a_ticket_page_has_its_history_and_is_read_only(office, queue, arrive, beto):
    ticket = ticket_take(ticket=arrive(), attendant=beto)
    where = reverse("admin:queues_ticket_change", args=[ticket.pk])
    page = office.get(where).content.decode()
    assert "Assumido" in page
    office.post(where, {"priority": 10})
    assert again(ticket).priority == ticket.priority
    done = {"action": "give_back_chosen", "_selected_action": [str(ticket.pk)]}
    office.post(reverse("admin:queues_ticket_changelist"), done)
    assert again(ticket).status == "aguardando"


def test_the_list_shows_how_each_queue_stands(office, queue, arrive):
    arrive()
    page = office.get(reverse("admin:queues_ticket_changelist"))
    ((shown, row, _wait),) = page.context["live_queues"]
    assert (shown, row.waiting) == (queue, 1)
    assert reverse("inbox:board") in page.content.decode()


def test_chosen_tickets_are_moved_and_finished(office, clinic, queue, arrive):
    ticket = arrive()
    other = queue_save(company=clinic, actor=None, name="Exames")
    where = reverse("admin:queues_ticket_changelist")
    moving = {"action": f"move_{other.pk.hex}", "_selected_action": [str(ticket.pk)]}
    office.post(where, moving)
    (moved,) = Ticket.unscoped.filter(previous=ticket)
    assert (moved.queue, moved.entered_at) == (other, ticket.entered_at)
    assert again(ticket).end_reason == "movido na administração"
    done = {"action": "finish_chosen", "_selected_action": [str(moved.pk), str(ticket.pk)]}
    answer = office.post(where, done, follow=True)
    assert again(moved).status == "finalizado"
    # The other one had ended already, and is told of with its reason.
    told = [str(message) for message in answer.context["messages"]]
    assert told[-2] == "1 atendimentos finalizados."
    assert told[-1].startswith("1 sem efeito")


def test_a_queue_says_whether_it_is_open(office, clinic, queue):
    closed = calendar_save(company=clinic, actor=None, name="Nunca", hours=[])
    queue.calendar = closed
    queue.save()
    page = office.get(reverse("admin:queues_queue_change", args=[queue.pk])).content.decode()
    assert "fechada, sem horário à frente" in page


def test_the_team_page_tells_who_is_at_work_and_was(office, beto, queue, arrive, bells):
    presence_beat(membership=beto)
    ticket = ticket_take(ticket=arrive(), attendant=beto)
    page = office.get(reverse("admin:accounts_membership_change", args=[beto.pk]))
    told = page.content.decode()
    assert "Online" in told
    assert ticket.protocol in told


def test_a_calendar_in_use_is_not_deleted(office, clinic, queue):
    calendar = calendar_save(company=clinic, actor=None, name="Semana", hours=[])
    queue.calendar = calendar
    queue.save()
    where = reverse("admin:accounts_businesscalendar_delete", args=[calendar.pk])
    answer = office.post(where, {"post": "yes"}, follow=True)
    assert "está em uso" in answer.content.decode()
    queue.calendar = None
    queue.save()
    office.post(where, {"post": "yes"})
    assert not BusinessCalendar.unscoped.exists()


def test_the_weights_of_the_next_ticket_are_the_companys(office, clinic):
    given = {"sla": 10, "window": 20, "priority": 30, "waiting": 40}
    answer = office.post(reverse("admin:queues_nextweights_add"), given)
    assert answer.status_code == 302, problems(answer)
    row = NextWeights.unscoped.get(company=clinic)
    assert (row.sla, row.waiting) == (10, 40)
    refused = office.post(
        reverse("admin:queues_nextweights_change", args=[row.pk]), {**given, "sla": 101}
    )
    assert "Os pesos vão de 0 a 100" in refused.content.decode()
    assert again(row).sla == 10
    # Whoever saves the empty form twice lands on what stands already, which nothing offers to add.
    page = reverse("admin:queues_nextweights_change", args=[row.pk])
    assert office.post(reverse("admin:queues_nextweights_add"), given)["Location"] == page
    assert "nextweights/add" not in (
        office.get(reverse("admin:queues_nextweights_changelist")).content.decode()
    )


def test_the_owner_is_told_beside_the_company_that_it_has_weights(clinic, rival):
    office = Office(owner())
    given = {"sla": 10, "window": 20, "priority": 30, "waiting": 40, "company": clinic.pk}
    assert office.save("queues_nextweights", **given).status_code == 302
    answer = office.save("queues_nextweights", **given)
    assert answer.status_code == 200
    assert "já tem os seus pesos" in str(answer.context["adminform"].form.errors)


@pytest.mark.parametrize("name", ["Promo 50% off", "%(verbose_name)s", "100%", "%s%d%"])
def test_a_percent_sign_in_a_queues_name_stays_one(office, clinic, name):
    queue_save(company=clinic, actor=None, name=name)
    page = office.get(reverse("admin:queues_ticket_changelist"))
    assert page.status_code == 200
    assert f"Mover para {name}" in html.unescape(page.content.decode())


CALENDAR = {"name": "Semana", "time_zone": "America/Sao_Paulo", "national_holidays": "on"}


def test_a_calendar_is_made_with_its_hours(office, clinic):
    week = [{"weekday": 0, "opens_at": "08:00", "closes_at": "12:00"}]
    data = {**CALENDAR, **rows("hours", *week), **rows("exceptions")}
    answer = office.post(reverse("admin:accounts_businesscalendar_add"), data)
    assert answer.status_code == 302, problems(answer)
    calendar = BusinessCalendar.unscoped.get(name="Semana")
    assert calendar.hours.for_company(clinic).count() == 1
    page = office.get(reverse("admin:accounts_businesscalendar_change", args=[calendar.pk]))
    assert "Natal" in page.content.decode()


def test_hours_that_overlap_are_refused_with_a_sentence(office, clinic):
    week = [
        {"weekday": 0, "opens_at": "08:00", "closes_at": "12:00"},
        {"weekday": 0, "opens_at": "11:00", "closes_at": "13:00"},
    ]
    data = {**CALENDAR, **rows("hours", *week), **rows("exceptions")}
    answer = office.post(reverse("admin:accounts_businesscalendar_add"), data)
    assert "se sobrepõem" in answer.content.decode()
    assert not BusinessCalendar.unscoped.exists()


def test_a_change_of_exceptions_moves_the_calendar(office, clinic):
    calendar = calendar_save(
        company=clinic,
        actor=None,
        name="Semana",
        hours=[{"weekday": 0, "opens_at": time(8), "closes_at": time(9)}],
    )
    before = calendar.updated_at
    row = calendar.hours.for_company(clinic).get()
    week = [{"id": row.pk, "weekday": 0, "opens_at": "08:00", "closes_at": "10:00"}]
    data = {**CALENDAR, **rows("hours", *week, initial=1), **rows("exceptions")}
    answer = office.post(
        reverse("admin:accounts_businesscalendar_change", args=[calendar.pk]), data
    )
    assert answer.status_code == 302, problems(answer)
    assert again(calendar).updated_at > before
    assert calendar.hours.for_company(clinic).get().closes_at == time(10)


@pytest.mark.parametrize(
    ("status", "offered"),
    [("aguardando", ["finish"]), ("em_atendimento", ["give_back", "finish"]), ("finalizado", [])],
)
def test_a_ticket_offers_what_makes_sense_for_it(status, offered):
    page = admin.site._registry[Ticket]
    assert [
        name for name in page.buttons if page.is_offered(name, Ticket(status=status))
    ] == offered


def test_rows_of_a_panel_are_not_headed_by_what_is_stored(office, clinic):
    contact = make.inbound(make.channel(clinic), text="Oi").conversation.contact
    consent_record(
        contact=contact, purpose="marketing", is_granted=True, source="api", occurred_at=now()
    )
    page = office.get(reverse("admin:contacts_contact_change", args=[contact.pk])).content.decode()
    assert "marketing True" not in page
