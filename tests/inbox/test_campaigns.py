"""The campaign pages: four steps, the start, results and the people behind each number."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import Company, Membership
from campaigns import tasks
from campaigns.models import Campaign, CampaignVariant, ListedPerson, Recipient
from campaigns.selectors import Totals
from campaigns.services.audiences import audience_build
from common.scoping import company_scope
from contacts.services.contacts import tags_named
from inbox.campaigns.presenters import axis, bars, money, review_context
from omnichannel.models import Channel, Message, Template
from omnichannel.services.pricing import Forecast, ForecastLine
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
    # Two who did not allow it, and a line of the list that is no number.
    assert "<b>3</b>ficam de fora" in review
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
    step = reverse("inbox:campaign-message", args=[campaign.pk])
    template = str(CampaignVariant.unscoped.get().template_id)
    versions = {
        **{"A.modelo": template, "A.antes": template, "A.valor.1": "{{nome}} querida"},
        **{"B.modelo": "", "B.texto": "Um texto longo, com {{nome}} no meio."},
    }
    answer = page.post(step, {**versions, "acao": "seguir"})
    assert answer.status_code == 400
    assert "{{nome}} querida" in answer.content.decode()
    assert "Um texto longo, com {{nome}} no meio." in answer.content.decode()
    assert CampaignVariant.unscoped.get().variables == {"1": "{primeiro_nome|paciente}"}
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
    assert "está sendo lida" in page.get(step).content.decode()
    tasks.list_read(str(campaign.company_id), str(campaign.pk))
    (line,) = ListedPerson.unscoped.filter(campaign=campaign)
    assert line.given == {"Nome": "Caio Luz", "dia": "terça"}
    assert line.contact is not None and line.contact.name == "Caio Luz"


# --- what each step offers, and says at once ------------------------------------------------------


def test_an_audience_of_nobody_is_said_where_it_is_chosen(page: Client, channel: Channel) -> None:
    form = {"name": "Vazia", "kind": "marketing", "channel": str(channel.pk)}
    answer = page.post(reverse("inbox:campaign-new"), form)
    assert answer.status_code == 422 and "sem isso ninguém recebe" in answer.content.decode()
    assert not Campaign.unscoped.exists()


def test_an_audience_that_nobody_matches_is_said_in_the_review(
    page: Client, campaign: Campaign
) -> None:
    Recipient.unscoped.filter(campaign=campaign).delete()
    campaign.filters = {"conditions": [{"field": "nome", "operator": "igual", "value": "Zzz"}]}
    campaign.save()
    campaign.listed.for_company(campaign.company_id).delete()
    audience_build(campaign=campaign)
    review = page.get(reverse("inbox:campaign-review", args=[campaign.pk])).content.decode()
    assert "Ninguém combina com o público escolhido." in review
    assert "Nada a pagar: ninguém vai receber." in review


def test_the_only_channel_is_chosen_and_every_input_has_its_label(
    page: Client, channel: Channel
) -> None:
    step = page.get(reverse("inbox:campaign-new")).content.decode()
    assert f'<option value="{channel.pk}" selected>' in step
    inputs = re.findall(r'<(?:select|input|textarea)[^>]* id="(id_[a-z_0-9]+)"', step)
    assert len(inputs) > 20
    assert all(f'<label for="{name}">' in step for name in inputs)


def test_an_audience_offers_what_each_field_takes(page: Client, ana: Membership) -> None:
    with company_scope(ana.company_id):
        tags_named(ana.company_id, ["VIP"])
    form = page.get(reverse("inbox:campaign-new")).context["form"]
    with company_scope(ana.company_id):
        offered = form.offered()
    assert offered["nome"]["operators"] == ["contem", "igual", "preenchido", "vazio"]
    assert offered["etiqueta"]["choices"] == [("VIP", "VIP")]
    assert offered["canal"]["operators"] == ["e", "nao_e"] and offered["canal"]["choices"]


def test_templates_are_told_in_words_and_those_that_cannot_go_say_why(
    page: Client, campaign: Campaign, channel: Channel
) -> None:
    picture = {"type": "HEADER", "format": "IMAGE"}
    replies = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Confirmar"}]}
    first = Template.unscoped.get(name="oferta")
    first.components = [*first.components, replies]
    first.save()
    for name, status, extra in (("com_foto", "APPROVED", picture), ("ruim", "REJECTED", None)):
        row = template_for(channel, name=name)
        row.status, row.rejected_reason = status, "" if extra else "INCORRECT_CATEGORY"
        row.components = [*([extra] if extra else []), *row.components]
        row.save()
    step = page.get(reverse("inbox:campaign-message", args=[campaign.pk])).content.decode()
    options = re.findall(r"<option [^>]*>[^<]+</option>", step)
    photo = next(one for one in options if "Com foto" in one)
    bad = next(one for one in options if "Ruim" in one)
    assert "disabled" in photo and "pede um arquivo no cabeçalho" in photo
    assert "disabled" in bad and "A categoria não combina" in bad
    assert all("Português · Marketing" in one for one in options[1:])
    for raw in ("pt_BR)", "utility", "INCORRECT_CATEGORY", "Variável Confirmar"):
        assert raw not in step


def test_a_start_asks_first_and_names_the_cost(page: Client, campaign: Campaign) -> None:
    review = page.get(reverse("inbox:campaign-review", args=[campaign.pk])).content.decode()
    words = re.search(r'value="iniciar" data-act="confirm" data-words="([^"]+)"', review)
    assert words is not None and "Enviar agora para 1 pessoa? Custo previsto: " in words[1]


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ((None, None), "sem tarifa"),
        ((Decimal("2.45"), None), "a partir de R$ 2,45"),
        ((Decimal("2.45"), Decimal("1")), "R$ 3,45"),
        ((), "R$ 0,00"),
    ],
)
def test_a_forecast_promises_no_price_that_nobody_knows(
    campaign: Campaign, costs: tuple[Decimal | None, ...], words: str, monkeypatch: Any
) -> None:
    lines = tuple(ForecastLine("BR", "marketing", 1, 0, cost, True) for cost in costs)
    told = Forecast("BRL", lines)
    monkeypatch.setattr("inbox.campaigns.presenters.campaign_forecast", lambda row: told)
    with company_scope(campaign.company_id):
        assert review_context(campaign, Totals(), {})["forecast_money"] == words


@pytest.mark.parametrize(
    ("category", "words"), [("utility", "Utilidade"), ("sms_zenvia", "SMS (Zenvia)")]
)
def test_the_review_names_what_is_charged(
    campaign: Campaign, category: str, words: str, monkeypatch: Any
) -> None:
    told = Forecast("BRL", (ForecastLine("BR", category, 1, 0, Decimal("0.1"), True),))
    monkeypatch.setattr("inbox.campaigns.presenters.campaign_forecast", lambda row: told)
    with company_scope(campaign.company_id):
        (line,) = review_context(campaign, Totals(), {})["costs"]
    assert line[:2] == ("Brasil", words)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("2.450000", "R$ 2,45"),
        ("1234.5", "R$ 1.234,50"),
        ("0.0003", "menos de R$ 0,01"),
        ("0", "R$ 0,00"),
        (None, "—"),
    ],
)
def test_amounts_are_written_as_people_read_them(amount: str | None, words: str) -> None:
    assert money(Decimal(amount) if amount else None, "BRL") == words


def test_a_timeline_has_numbers_beside_it_and_hours_below() -> None:
    start = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    one = [(start, 7, 3, 1)]
    (bar,) = bars(one)
    # One moment is a group of columns, not a square that fills the picture.
    assert bar.width < 20 and bar.when == f"{timezone.localtime(start):%H:%M}"
    assert [n for _y, n in axis(one)] == [0, 3, 7]
    many = [(start + timedelta(minutes=n), n, 0, 0) for n in range(60)]
    drawn = bars(many)
    assert len(drawn) == 48 and sum(1 for bar in drawn if bar.when) == 8
    assert axis([]) == [(140.0, 0)]


def test_by_sms_there_is_a_text_and_no_template_and_its_parts_are_told(
    page: Client, clinic: Company, ana: Membership
) -> None:
    sms = make.sms_channel(clinic, "zenvia")
    patient(ana, "Lia Prado")
    form = {
        **{"name": "Retorno", "kind": "marketing", "channel": str(sms.pk)},
        **{"field_0": "nome", "operator_0": "preenchido"},
    }
    page.post(reverse("inbox:campaign-new"), form)
    row = Campaign.objects.for_company(clinic).get()
    step = reverse("inbox:campaign-message", args=[row.pk])
    asked = page.get(step).content.decode()
    assert "<textarea" in asked and "<select" not in asked
    written = {"A.modelo": "", "A.texto": "Olá {primeiro_nome|paciente}! " + "a" * 150}
    seen = page.post(step, {**written, "acao": "ver"}).content.decode()
    # As it arrives, without accents; with the name it is more than one part.
    assert "Ola Maria!" in seen and "Cobrada como 2 partes" in seen
    assert page.post(step, {**written, "acao": "seguir"}).status_code == 302
    hours = page.get(reverse("inbox:campaign-sending", args=[row.pk])).content.decode()
    assert "Seg a Sex das 09:00 às 18:00, Sáb das 09:00 às 13:00" in hours
    review = reverse("inbox:campaign-review", args=[row.pk])
    page.post(review, {"acao": "testar", "phone": "(41) 99888-7777", "letter": "A"})
    trial = Message.objects.for_company(clinic).outbound().get()
    assert (trial.channel, trial.text[:12]) == (sms, "Ola Maria! a")


def test_a_channel_that_sends_no_campaigns_is_not_offered(
    page: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f'value="{channel.pk}"' in page.get(reverse("inbox:campaign-new")).content.decode()
    monkeypatch.setattr("inbox.campaigns.forms.kinds_with", lambda face: [])
    assert f'value="{channel.pk}"' not in page.get(reverse("inbox:campaign-new")).content.decode()
