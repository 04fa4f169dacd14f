"""The campaign pages: four steps, the start, results and the people behind each number."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import Membership
from campaigns.models import Campaign, CampaignVariant, ListedPerson, Recipient
from campaigns.services.audiences import audience_build
from omnichannel.models import Channel, Message
from tests import make
from tests.campaigns.conftest import patient, template_for

Enter = Callable[[Membership], Client]


@pytest.fixture
def page(enter: Enter, ana: Membership, bells: Any) -> Client:
    """Give the administrator's browser."""
    return enter(ana)


@pytest.fixture
def campaign(page: Client, channel: Channel, ana: Membership) -> Campaign:
    """Give a campaign that went through all four steps."""
    template = template_for(channel)
    patient(ana, "Lia Prado")
    patient(ana, "Nunca Perguntada", allows=None)
    form = {
        **{"name": "Retorno", "kind": "marketing", "channel": str(channel.pk)},
        **{"field_0": "nome", "operator_0": "preenchido", "pasted": "123\n(41) 99000-1234"},
    }
    answer = page.post(reverse("inbox:campaign-new"), form)
    row = Campaign.objects.for_company(channel.company_id).get()
    assert answer["Location"] == reverse("inbox:campaign-message", args=[row.pk])
    step = reverse("inbox:campaign-message", args=[row.pk])
    assert "oferta" in page.get(step).content.decode()
    chosen = {"A.modelo": str(template.pk), "A.antes": "", "acao": "ver"}
    assert "Variável 1" in page.post(step, chosen).content.decode()
    filled = {**chosen, "A.antes": str(template.pk), "A.valor.1": "{primeiro_nome|paciente}"}
    seen = page.post(step, filled).content.decode()
    assert "Olá Maria, venha nos visitar." in seen
    assert page.post(step, {**filled, "acao": "seguir"}).status_code == 302
    sending = {
        **{"quiet_until": "00:00", "quiet_from": "00:00", "rate": "60", "frequency_days": "7"},
        **{"failure_limit": "15", "expected_replies": "10", "winner_rule": "leitura"},
    }
    answer = page.post(reverse("inbox:campaign-sending", args=[row.pk]), sending)
    assert answer.status_code == 302
    audience_build(campaign=row)
    row.refresh_from_db()
    return row


def test_four_steps_lead_to_a_review_that_says_who_is_left_out(
    page: Client, campaign: Campaign
) -> None:
    review = page.get(reverse("inbox:campaign-review", args=[campaign.pk])).content.decode()
    assert "Enviar agora para 1 pessoa" in review
    assert "Não autorizou receber" in review and "Número inválido" in review
    answer = page.post(reverse("inbox:campaign-review", args=[campaign.pk]), {"acao": "iniciar"})
    assert answer["Location"] == reverse("inbox:campaign", args=[campaign.pk])
    assert "Em execução" in page.get(answer["Location"]).content.decode()


def test_a_trial_is_an_ordinary_message_to_oneself(page: Client, campaign: Campaign) -> None:
    where = reverse("inbox:campaign-review", args=[campaign.pk])
    answer = page.post(where, {"acao": "testar", "phone": "(41) 98765-4321", "letter": "A"})
    assert "Teste a caminho" in answer.content.decode()
    message = Message.objects.for_company(campaign.company_id).get()
    assert message.text == "Olá Maria, venha nos visitar."
    assert not Recipient.unscoped.exclude(claimed_at=None).exists()


def test_versions_are_added_and_removed(page: Client, campaign: Campaign) -> None:
    step = reverse("inbox:campaign-message", args=[campaign.pk])
    template = str(CampaignVariant.unscoped.get().template_id)
    body = {"A.modelo": template, "A.antes": template, "A.valor.1": "x", "acao": "mais"}
    assert "Versão B" in page.post(step, body).content.decode()
    both = {**body, "B.modelo": template, "B.antes": template, "B.valor.1": "y"}
    assert "Versão B" not in page.post(step, {**both, "acao": "menos.A"}).content.decode()
    assert CampaignVariant.unscoped.get().variables == {"1": "y"}


def test_people_open_behind_a_number_and_leave_as_files(page: Client, campaign: Campaign) -> None:
    people = reverse("inbox:campaign-people", args=[campaign.pk])
    shown = page.get(people, {"numero": "sem_opt_in"}).content.decode()
    assert "Nunca Perguntada" in shown and "Lia Prado" not in shown
    assert "123" in page.get(people, {"numero": "numero_invalido"}).content.decode()
    file: Any = page.get(people, {"formato": "csv"})
    text = b"".join(file.streaming_content).decode()
    assert "Lia Prado" in text and text.count("\r\n") == 4
    workbook: Any = page.get(people, {"formato": "xlsx"})
    assert b"".join(workbook.streaming_content).startswith(b"PK")


def test_bad_steps_keep_what_was_typed_and_say_why(page: Client, campaign: Campaign) -> None:
    step = reverse("inbox:campaign-audience", args=[campaign.pk])
    answer = page.post(step, {"name": "Novo nome", "kind": "marketing"})
    assert answer.status_code == 422 and "Novo nome" in answer.content.decode()
    review = reverse("inbox:campaign-review", args=[campaign.pk])
    past = {"acao": "agendar", "at": "2020-01-01T10:00"}
    assert "Este horário já passou" in page.post(review, past).content.decode()


def test_attendants_have_no_campaigns(enter: Enter, beto: Membership, campaign: Campaign) -> None:
    assert enter(beto).get(reverse("inbox:campaigns")).status_code == 403
    assert enter(beto).get(reverse("inbox:campaign", args=[campaign.pk])).status_code == 403


def test_the_contact_column_shows_what_the_campaign_said(
    page: Client, campaign: Campaign, channel: Channel
) -> None:
    row = Recipient.unscoped.get(status="pendente")
    now = timezone.now()
    Recipient.unscoped.filter(pk=row.pk).update(
        status="enviado", sent_at=now, claimed_at=now, values={"1": "Lia"}
    )
    message = make.inbound(channel, text="Quero", person=make.person(row.phone))
    shown = page.get(reverse("inbox:conversation", args=[message.conversation_id]))
    text = shown.content.decode()
    assert "Esta conversa responde" in text and "Olá Lia, venha nos visitar." in text


def test_a_workbook_goes_straight_into_a_campaign(page: Client, campaign: Campaign) -> None:
    book = Workbook()
    book.active.append(["Telefone", "Nome", "dia"])  # type: ignore[union-attr]
    book.active.append(["(41) 98888-0001", "Caio Luz", "terça"])  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    upload = SimpleUploadedFile("lista.xlsx", file.getvalue())
    step = reverse("inbox:campaign-audience", args=[campaign.pk])
    form = {"name": "Retorno", "kind": "informativo", "channel": str(campaign.channel_id)}
    assert page.post(step, {**form, "file": upload}).status_code == 302
    (line,) = ListedPerson.unscoped.filter(campaign=campaign)
    assert line.given == {"Nome": "Caio Luz", "dia": "terça"}
    assert line.contact is not None and line.contact.name == "Caio Luz"
