"""Every page, answer, file, filter and schedule goes by the company's clock, or names its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import BusinessCalendar, Company, Membership
from accounts.services.memberships import member_create
from campaigns.models import Campaign
from campaigns.services.audiences import audience_build
from contacts.models import Contact
from omnichannel.models import Channel
from tests import make
from tests.api.conftest import Caller
from tests.backoffice import Office, owner
from tests.campaigns.conftest import patient as patient_allowing
from tests.campaigns.conftest import template_for

ACRE, NORONHA = "America/Rio_Branco", "America/Noronha"
# The second of March in São Paulo (22:30 of the first) is the first of March in Acre.
MOMENT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


@pytest.fixture
def acre(clinic: Company) -> Company:
    """Move the clinic to Acre, five hours behind UTC."""
    clinic.time_zone = ACRE
    clinic.save()
    return clinic


@pytest.fixture
def patient(acre: Company, channel: Channel, bells: Any) -> Contact:
    """Give somebody who wrote at MOMENT and was written down then."""
    contact = make.inbound(channel, at=MOMENT).conversation.contact
    Contact.unscoped.filter(pk=contact.pk).update(created_at=MOMENT, last_contact_at=MOMENT)
    contact.refresh_from_db()
    return contact


def fresh(member: Membership) -> Membership:
    return Membership.unscoped.select_related("company", "user").get(pk=member.pk)


def test_the_api_tells_moments_with_the_companys_offset(patient: Contact, ana: Membership):
    answer = Caller(ana).get(f"contatos/{patient.pk}/").json()
    assert answer["last_contact_at"] == "2026-03-01T21:30:00-05:00"


def test_a_moment_without_an_offset_is_read_by_the_companys_clock(
    acre: Company, ana: Membership, channel: Channel, bells: Any
):
    patient_allowing(ana)
    template = template_for(channel)
    call = Caller(ana)
    made = call.post(
        "campanhas/",
        {
            "name": "Retorno",
            "channel": str(channel.pk),
            "template": {"name": template.name, "language": template.language},
            "variables": {"1": "{primeiro_nome|paciente}"},
            "filters": {"conditions": [{"field": "nome", "operator": "preenchido"}]},
        },
    )
    campaign = Campaign.unscoped.get(pk=made.json()["id"])
    call.post(f"campanhas/{campaign.pk}/destinatarios/")
    audience_build(campaign=campaign)
    # One hour ahead of Acre's clock is an hour behind São Paulo's.
    wall = (timezone.now().astimezone(ZoneInfo(ACRE)) + timedelta(hours=1)).replace(tzinfo=None)
    answer = call.post(f"campanhas/{campaign.pk}/iniciar/", {"scheduled_at": wall.isoformat()})
    assert answer.status_code == 200, answer.content
    campaign.refresh_from_db()
    assert campaign.scheduled_at == wall.replace(tzinfo=ZoneInfo(ACRE))
    shown = Office(ana).page("campaigns_campaign", campaign).content.decode()
    assert f"{wall:%H:%M}" in shown


def test_the_back_office_shows_the_companys_clock_and_names_it(patient: Contact, ana: Membership):
    page = Office(ana).page("contacts_contact", patient).content.decode()
    assert "1 de Março de 2026 às 21:30" in page
    assert 'data-admin-utc-offset="-18000"' in page
    assert "Horário de Rio Branco (UTC-05:00)" in page


@pytest.mark.parametrize("reader", ["ana", "owner"])
def test_an_export_tells_moments_by_the_persons_clinic(
    patient: Contact, ana: Membership, reader: str
):
    office = Office(ana if reader == "ana" else owner())
    answer = office.browser.get("/admin/contacts/contact/exportar-csv/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.count("01/03/2026 21:30") == 2


def test_a_new_calendar_offers_the_companys_zone(acre: Company, ana: Membership):
    form = Office(ana).browser.get("/admin/accounts/businesscalendar/add/")
    assert form.context["adminform"].form["time_zone"].value() == ACRE
    made = Caller(ana).post("calendarios/", {"name": "Semana"})
    assert made.status_code == 201, made.content
    assert BusinessCalendar.unscoped.get().time_zone == ACRE


@pytest.mark.parametrize(
    ("zone", "count"), [(NORONHA, 1), ("America/Sao_Paulo", 2)], ids=["noronha", "sao paulo"]
)
def test_today_begins_at_the_companys_midnight(
    clinic: Company, ana: Membership, channel: Channel, bells: Any, monkeypatch: Any, zone: str,
    count: int,
):  # fmt: skip
    """At 00:30 of Noronha, 23:30 of the day before in São Paulo, somebody wrote 40 minutes ago."""
    clinic.time_zone = zone
    clinic.save()
    for place, ago in enumerate((10, 40)):
        person = make.person(f"551197000000{place}", f"Pessoa {place}")
        contact = make.inbound(channel, person=person).conversation.contact
        Contact.unscoped.filter(pk=contact.pk).update(
            last_contact_at=MOMENT - timedelta(minutes=ago)
        )
    monkeypatch.setattr("common.admin.filters.timezone.now", lambda: MOMENT)
    listed = Office(ana).list("contacts_contact", pergunta="hoje").context["cl"].result_list
    assert len(listed) == count


def test_who_works_for_two_companies_reads_lists_by_the_first_and_a_row_by_its_own(
    patient: Contact, ana: Membership, rival: Company, rival_channel: Channel
):
    rival.time_zone = NORONHA
    rival.save()
    member_create(
        company=rival, email=ana.user.email, name="Ana Prado", password=None, role="administrador"
    )
    other = make.inbound(rival_channel, at=MOMENT).conversation.contact
    Contact.unscoped.filter(pk=other.pk).update(created_at=MOMENT)
    office = Office(ana)
    assert "Horário de Rio Branco" in office.list("contacts_contact").content.decode()
    page = office.page("contacts_contact", other).content.decode()
    assert "2 de Março de 2026 às 00:30" in page
    assert "Horário de Noronha (UTC-02:00)" in page
    # The clock of one page is not left behind for the next.
    assert timezone.get_current_timezone_name() == "America/Sao_Paulo"
    assert Caller(ana).get(f"contatos/{patient.pk}/").json()["last_contact_at"].endswith("-05:00")


def test_a_zone_that_is_none_stops_no_page(clinic: Company, ana: Membership, channel: Channel):
    Company.objects.filter(pk=clinic.pk).update(time_zone="Mars/Phobos")
    assert Office(ana).list("contacts_contact").status_code == 200
    assert Caller(ana).get("contatos/").status_code == 200
    assert Office(ana).browser.get("/atendimento/").status_code == 200
