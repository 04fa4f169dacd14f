"""Subject and feeling for staff: by rules or the model, correctable, and never the patient's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pytest_httpserver import HTTPServer

from accounts.models import Company, Membership
from bot.choices import Feeling, HandoverReason, ReadingKind, ReadingOrigin
from bot.feeling import feeling_of
from bot.models import AiProvider, AiUsage, Assistant, BotSession, KnowledgeEntry, TalkReading
from bot.retention import readings_purge
from bot.services.ai_ledger import policy_of
from bot.services.handing import hand_over
from bot.services.knowledge import entry_save
from bot.services.reading import (
    ReadingUnknown,
    conversation_read,
    corrections_count,
    reading_correct,
    readings_of,
    subjects_of,
)
from bot.services.starting import category_ensure
from bot.tasks import read
from contacts.services.privacy import contact_erase
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_close
from queues.models import Queue
from tests import make
from tests.api.conftest import Caller
from tests.bot.conftest import talk
from tests.bot.vendors.conftest import called, provider, responses_body  # noqa: F401


@pytest.fixture
def angry(
    clinic: Company, channel: Channel, queue: Queue, entries: dict[str, KnowledgeEntry]
) -> Conversation:
    """Give a conversation about a price whose patient is not content."""
    entry_save(
        company=clinic,
        actor=None,
        entry=entries["Valor da consulta"],
        category=category_ensure(clinic, "Preços"),
    )
    make.inbound(channel, text="Qual o preço da consulta?")
    make.inbound(channel, text="Que descaso, ninguém responde???")
    return talk()


@pytest.mark.parametrize(
    ("texts", "feeling"),
    [
        (["Péssimo atendimento, que absurdo"], Feeling.NEGATIVE),
        (["QUERO FALAR COM ALGUEM AGORA", "estou esperando"], Feeling.NEGATIVE),
        (["vou abrir reclamação no procon"], Feeling.NEGATIVE),
        (["😡"], Feeling.NEGATIVE),
        (["Não gostei do atendimento"], Feeling.NEGATIVE),
        (["está demorando demais, tem algum problema?"], Feeling.NEGATIVE),
        (["Adorei, muito obrigada! 😍"], Feeling.POSITIVE),
        (["deu certo, obrigada"], Feeling.POSITIVE),
        (["Sem problema, pode ser amanhã"], Feeling.NEUTRAL),
        (["obrigada"], Feeling.NEUTRAL),
        (["Qual o preço da consulta?"], Feeling.NEUTRAL),
        # Who is ill is not dissatisfied.
        (["estou com muita dor de cabeça e febre"], Feeling.NEUTRAL),
        (["meu pai está muito mal, com câncer"], Feeling.NEUTRAL),
        (["OK"], Feeling.NEUTRAL),
        ([""], Feeling.NEUTRAL),
    ],
)
def test_how_somebody_sounds(texts: list[str], feeling: Feeling) -> None:
    assert feeling_of(texts).feeling == feeling


def test_it_says_why() -> None:
    found = feeling_of(["que descaso???"], timedelta(hours=3))
    assert found.reasons == ("escreveu “descaso”", "repetiu ? ou !", "espera há 3 h")
    assert feeling_of(["não gostei"]).reasons == ("escreveu “não gostei”",)


def test_without_a_vendor_rules_read_it(angry: Conversation, clinic: Company) -> None:
    assert subjects_of(clinic.pk) == ["Preços", "Recepção"]
    conversation_read(angry)
    rows = readings_of(angry)
    assert {kind: (row.value, row.origin) for kind, row in rows.items()} == {
        "assunto": ("Preços", "regra"),
        "sentimento": ("negativo", "regra"),
    }
    assert "Quanto custa a consulta?" in rows["assunto"].reason
    assert conversation_read(angry) == []


def test_a_correction_counts_stays_and_is_counted(
    angry: Conversation, clinic: Company, channel: Channel, beto: Membership
) -> None:
    conversation_read(angry)
    first = set(TalkReading.unscoped.values_list("pk", flat=True))
    with pytest.raises(ReadingUnknown):
        reading_correct(conversation=angry, actor=beto, kind=ReadingKind.SUBJECT, value="Outro")
    reading_correct(conversation=angry, actor=beto, kind=ReadingKind.SUBJECT, value="Recepção")
    row = readings_of(angry)["assunto"]
    assert (row.value, row.origin, row.by) == ("Recepção", ReadingOrigin.PERSON, beto)
    with pytest.raises(DatabaseError), transaction.atomic():
        TalkReading.unscoped.update(value="Outro")
    assert first < set(TalkReading.unscoped.values_list("pk", flat=True))
    assert corrections_count(clinic.pk) == (1, 2)
    assert conversation_read(angry) == []
    # What the patient says afterwards is read anew.
    make.inbound(channel, text="Recepção, muito obrigada, adorei")
    conversation_read(talk())
    assert readings_of(angry)["sentimento"].value == Feeling.POSITIVE


def test_the_vendor_reads_within_the_lists_and_never_of_health(
    angry: Conversation,
    provider: AiProvider,  # noqa: F811
    httpserver: HTTPServer,
) -> None:
    policy = policy_of(provider.company_id)
    policy.writer = provider
    policy.save()

    def answers(**given: Any) -> None:
        httpserver.clear()
        body = responses_body([called("classificar", **given)])
        httpserver.expect_request("/v1/responses").respond_with_json(body)

    answers(assunto="Recepção", sentimento="neutro", motivo="Paciente com infecção, tome dipirona")
    conversation_read(angry)
    rows = readings_of(angry)
    assert (rows["assunto"].value, rows["assunto"].origin) == ("Recepção", "ia")
    assert (rows["sentimento"].value, rows["sentimento"].reason) == ("neutro", "")
    assert [row.use for row in AiUsage.unscoped.all()] == ["classificacao"]
    # Outside of the lists it says nothing, and rules read.
    TalkReading.unscoped.all().delete()
    answers(assunto="Fraude", sentimento="furioso", motivo="x")
    conversation_read(angry)
    assert {row.origin for row in readings_of(angry).values()} == {"regra"}


def test_it_is_read_at_a_handover(
    assistant: Assistant,
    channel: Channel,
    angry: Conversation,
    bells: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    session = BotSession.unscoped.get()
    with django_capture_on_commit_callbacks(execute=True):
        hand_over(talk(), session, HandoverReason.ASKED)
    assert any("bot.tasks.read" in str(one) for one in bells)
    read(str(channel.company_id), str(session.conversation_id))
    assert readings_of(talk())["sentimento"].value == Feeling.NEGATIVE


def test_the_column_shows_it_and_one_click_corrects(
    angry: Conversation, beto: Membership, client: Client
) -> None:
    client.force_login(beto.user)
    place = f"/atendimento/conversas/{angry.pk}"
    htmx = {"HX-Request": "true"}
    assert "Ainda não lido" in client.get(f"{place}/").content.decode()
    read_now = client.post(f"{place}/ler/", headers=htmx).content.decode()
    assert "descaso" in read_now
    body = {"leitura": "sentimento", "valor": "positivo"}
    said = client.post(f"{place}/leitura/", body, headers=htmx).content.decode()
    assert "corrigido por Beto Reis" in said
    wrong = {"leitura": "assunto", "valor": "Outro"}
    assert client.post(f"{place}/leitura/", wrong, headers=htmx).status_code == 422


def test_the_api_reads_and_corrects(angry: Conversation, beto: Membership) -> None:
    caller, place = Caller(beto), f"conversas/{angry.pk}"
    read_now = caller.post(f"{place}/ler/")
    assert {one["kind"]: one["value"] for one in read_now.json()} == {
        "assunto": "Preços",
        "sentimento": "negativo",
    }
    made = caller.post(f"{place}/leituras/", {"kind": "assunto", "value": "Recepção"})
    assert (made.status_code, made.json()["by"]) == (201, str(beto.pk))
    rows = caller.get(f"{place}/leituras/").json()["results"]
    assert [one["value"] for one in rows if one["kind"] == "assunto"] == ["Recepção", "Preços"]


def test_it_goes_with_the_person_and_with_the_conversation(
    angry: Conversation, ana: Membership, clinic: Company
) -> None:
    conversation_read(angry)
    conversation_close(conversation=talk(), actor=ana)
    closed = talk()
    assert closed.closed_at is not None
    assert readings_purge(clinic.pk, closed.closed_at) == 0
    assert readings_purge(clinic.pk, closed.closed_at + timedelta(seconds=1)) == 2
    conversation_read(closed)
    contact_erase(contact=closed.contact, actor=ana)
    assert not TalkReading.unscoped.exists()
