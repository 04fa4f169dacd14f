"""Voice notes become words: once, within limits, seen when they fail, gone with their person."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from accounts.models import Company, Membership
from bot.models import AiProvider, AiUsage, Transcription
from bot.services.ai_ledger import policy_of
from bot.services.transcribing import (
    NoTranscriber,
    transcription_ask,
    transcription_run,
    transcription_want,
    voices_heard,
    voices_waiting,
)
from bot.transcription.azure_speech import written_of as azure_written
from bot.transcription.base import WrittenSound
from bot.transcription.doubts import doubts_of
from common.scoping import company_scope
from contacts.services.privacy import contact_erase
from omnichannel.models import Attachment
from omnichannel.search import By, conversations_found
from omnichannel.services.conversations import conversation_close
from simulator.samples import SPOKEN, voice
from simulator.vendors.sound import heard
from tests import make
from tests.race import together

pytestmark = pytest.mark.django_db
NOTE = voice(3, 1)
State = Transcription.State


@pytest.fixture
def transcriber(clinic: Company, provider: AiProvider) -> AiProvider:
    """Let the clinic's provider write voice notes down."""
    provider.transcription_model = "modelo-teste"
    provider.save()
    policy = policy_of(clinic.pk)
    policy.transcriber, policy.is_transcribing = provider, True
    policy.keywords = "Dra. Paula\nPilates"
    policy.save()
    return provider


@pytest.fixture
def note(channel: Any, clinic: Company, bells: list[Any]) -> Attachment:
    """Give a voice note that a patient sent and that is here."""
    message = make.inbound(channel, person=make.person("5541987650001", "Ana"), text="")
    row = Attachment(
        company=clinic,
        message=message,
        conversation=message.conversation,
        kind="audio",
        state="pronto",
        mime_type="audio/ogg",
        is_voice=True,
        size=len(NOTE),
    )
    row.file.save("", ContentFile(NOTE), save=False)
    row.save()
    return row


def told(text: str, status: int = 200, **more: Any) -> Callable[[Request], Response]:
    body = {"text": text, "languages": [{"code": "pt"}], **more}
    return lambda _request: Response(json.dumps(body), status, content_type="application/json")


def work(attachment: Attachment) -> Transcription:
    transcription_want(attachment)
    row = Transcription.unscoped.get(attachment=attachment)
    transcription_run(pk=row.pk)
    row.refresh_from_db()
    attachment.refresh_from_db()
    return row


def test_a_voice_note_becomes_words_that_are_shown_paid_and_found(
    clinic: Company, transcriber: AiProvider, note: Attachment, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v1/audio/transcriptions").respond_with_handler(
        told("Queria saber do convênio.")
    )
    revision = note.conversation.revision
    row = work(note)
    assert (row.state, row.doubts, note.transcription) == (
        State.READY,
        [],
        "Queria saber do convênio.",
    )
    note.conversation.refresh_from_db()
    assert note.conversation.revision > revision
    sent = httpserver.log[0][0]
    assert sent.files["file"].filename == "voz.ogg"
    assert sent.form["model"] == "modelo-teste"
    usage = AiUsage.objects.for_company(clinic).get()
    assert usage.seconds == 3
    assert usage.cost == Decimal("0.000225")
    assert voices_heard([note.message_id]) == {note.message_id: "Queria saber do convênio."}
    talks = type(note.conversation).objects.for_company(clinic)
    with company_scope(clinic):
        found = conversations_found(talks, "convenio", is_every=True)
    assert found[note.conversation_id].by == By.VOICE


@pytest.mark.parametrize(
    ("says", "state", "has_note"),
    [
        (told("", 200), State.FAILED, True),
        (told("x", 500), State.WAITING, True),
        (told("x", 401), State.FAILED, True),
        (told("x", 400), State.FAILED, True),
        (told("tchau tchau tchau tchau tchau"), State.READY, True),
        (
            told("Good morning, I would like to know if you have time for me today."),
            State.READY,
            True,
        ),
    ],
    ids=["vazia", "500", "401", "400", "repetida", "inglês"],
)
def test_what_goes_wrong_is_seen(
    transcriber: AiProvider,
    note: Attachment,
    httpserver: HTTPServer,
    says: Any,
    state: str,
    has_note: bool,
) -> None:
    httpserver.expect_request("/v1/audio/transcriptions").respond_with_handler(says)
    row = work(note)
    assert row.state == state
    assert bool(note.transcription_note) == has_note
    # Nothing in doubt is read by a bot.
    assert voices_heard([note.message_id]) == {}
    assert voices_waiting([note.message_id]) == (state == State.WAITING)


def test_nothing_is_asked_where_the_company_does_not_want_it(
    clinic: Company, note: Attachment, ana: Membership
) -> None:
    transcription_want(note)
    assert not Transcription.unscoped.exists()
    with pytest.raises(NoTranscriber):
        transcription_ask(attachment=note, actor=ana)


def test_a_failed_one_is_asked_for_again(
    transcriber: AiProvider, note: Attachment, httpserver: HTTPServer, ana: Membership
) -> None:
    httpserver.expect_ordered_request("/v1/audio/transcriptions").respond_with_handler(
        told("x", 400)
    )
    httpserver.expect_ordered_request("/v1/audio/transcriptions").respond_with_handler(
        told("Bom dia, tudo bem?")
    )
    row = work(note)
    assert row.state == State.FAILED
    transcription_ask(attachment=note, actor=ana)
    transcription_run(pk=row.pk)
    note.refresh_from_db()
    assert (note.transcription, note.transcription_note) == ("Bom dia, tudo bem?", "")


def test_azure_speech_writes_down_in_its_region(
    clinic: Company, transcriber: AiProvider, note: Attachment, httpserver: HTTPServer
) -> None:
    AiProvider.unscoped.filter(pk=transcriber.pk).update(
        kind="azure_fala", base_url=httpserver.url_for("").rstrip("/"), is_abroad=False
    )
    httpserver.expect_request("/speechtotext/transcriptions:transcribe").respond_with_json(
        {
            "durationMilliseconds": 3000,
            "combinedPhrases": [{"text": "Quero marcar uma consulta."}],
            "phrases": [{"text": "Quero marcar uma consulta.", "confidence": 0.9}],
        }
    )
    assert work(note).state == State.READY
    assert note.transcription == "Quero marcar uma consulta."
    sent = httpserver.log[0][0]
    assert sent.headers["Ocp-Apim-Subscription-Key"] == "sk-segredo"
    assert "pt-BR" in sent.form["definition"]


def test_the_minutes_of_a_day_end(
    clinic: Company, transcriber: AiProvider, note: Attachment, httpserver: HTTPServer
) -> None:
    policy = policy_of(clinic.pk)
    policy.transcription_minutes_a_day = 0
    policy.save()
    row = work(note)
    assert row.state == State.FAILED
    assert "limite" in row.error
    assert httpserver.log == []


def test_an_erasure_takes_the_words_along(
    transcriber: AiProvider, note: Attachment, httpserver: HTTPServer, ana: Membership
) -> None:
    httpserver.expect_request("/v1/audio/transcriptions").respond_with_handler(told("Segredo meu."))
    row = work(note)
    conversation_close(conversation=note.conversation, actor=ana)
    contact_erase(contact=note.conversation.contact, actor=ana)
    assert not Transcription.unscoped.filter(pk=row.pk).exists()
    assert not Attachment.unscoped.filter(pk=note.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_ten_workers_call_once(
    transcriber: AiProvider, note: Attachment, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/v1/audio/transcriptions").respond_with_handler(told("Oi, bom dia."))
    transcription_want(note)
    pk = Transcription.unscoped.get(attachment=note).pk
    together(*[lambda: transcription_run(pk=pk) for _n in range(6)])
    assert len(httpserver.log) == 1
    assert AiUsage.unscoped.count() == 1


@pytest.mark.parametrize(
    ("heard_text", "seconds", "doubts"),
    [
        (WrittenSound("Quero marcar consulta", "pt"), 3, []),
        (WrittenSound("Quero marcar consulta", "pt-BR"), 3, []),
        (WrittenSound("", "pt"), 3, ["vazia"]),
        (
            WrittenSound("Thank you for watching this and see you in the next one", "en"),
            9,
            ["idioma"],
        ),
        (WrittenSound("obrigado " * 12, "pt"), 30, ["repetida"]),
        (
            WrittenSound("palavra nova diferente " * 3 + "e outra coisa qualquer", "pt"),
            1,
            ["rapida"],
        ),
        (WrittenSound("Quero marcar", "pt", 0, 0.2), 3, ["incerta"]),
    ],
)
def test_signs_that_a_text_was_not_said(heard_text: Any, seconds: int, doubts: list[str]) -> None:
    assert doubts_of(heard_text, seconds) == doubts


def test_the_simulators_notes_say_what_they_stand_for() -> None:
    assert heard(NOTE).text == SPOKEN[1]
    with pytest.raises((KeyError, TypeError)):
        azure_written({"x": 1})
