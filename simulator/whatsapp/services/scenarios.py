"""Scenes with invented patients, written down at once and played by the clock of each webhook."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.errors import NotFound
from simulator import samples
from simulator.whatsapp.models import SimNumber, SimPerson
from simulator.whatsapp.services.incoming import person_send
from simulator.whatsapp.services.media import media_store
from simulator.whatsapp.services.numbers import person_ensure

HOUR = 3600
VOICE_TYPE = "audio/ogg; codecs=opus"
# (name, DDD, whether WhatsApp still knows the account without the ninth digit)
PATIENTS = (
    ("Ana Beatriz Rocha", 11, False),
    ("Carlos Eduardo Prado", 41, True),
    ("Débora Nunes", 21, False),
    ("Everton Siqueira", 51, True),
    ("Fernanda Lobo", 31, True),
    ("Gustavo Amaral", 11, False),
    ("Helena Brandão", 61, False),
    ("Ícaro Vasconcelos", 71, True),
    ("Joana D'Ávila", 11, False),
    ("Kaique Monteiro", 19, False),
    ("Lívia Sampaio", 85, True),
    ("Marcelo Tavares", 11, False),
    ("Natália Queiroz", 48, True),
    ("Otávio Rezende", 62, False),
    ("Priscila Figueira", 13, False),
    ("Quitéria Lins", 81, True),
    ("Rafael Couto", 11, False),
    ("Sônia Maria Peixoto", 27, False),
    ("Tiago Bandeira", 92, False),
    ("Vitória Meireles", 11, False),
)
QUESTIONS = (
    ("Bom dia! Vocês atendem pelo meu convênio?",),
    ("Oi", "Queria marcar uma consulta para essa semana", "Tem horário na quinta?"),
    ("Bom dia, preciso remarcar minha consulta de amanhã",),
    ("Olá! Qual o valor da avaliação?", "É para clareamento 😁"),
    ("Meu exame já ficou pronto?",),
    ("Boa tarde", "Estou com muita dor de dente, vocês têm encaixe hoje?"),
    ("Qual o endereço de vocês?", "Tem estacionamento?"),
    ("Confirmo a consulta das 15h ✅",),
)


class Scenario(NamedTuple):
    """A scene: what the button says, and who writes what when. `play` yields seconds to wait."""

    label: Any
    play: Callable[[SimNumber], Iterator[Any]]


def patient(place: int) -> SimPerson:
    """Give one of the twenty patients; their phones come from a range nobody has."""
    name, area, is_old = PATIENTS[place]
    nine = "" if is_old else "9"
    return person_ensure(name=name, wa_id=f"55{area}{nine}90000{place + 100:03d}")


def scenario_play(*, name: str, number: SimNumber) -> int:
    """Write a scene down and return how many messages it has. Raises NotFound for an unknown name.

    The first message leaves now, the others at their moments.
    """
    if name not in SCENARIOS:
        raise NotFound
    with transaction.atomic():
        return sum(1 for _message in SCENARIOS[name].play(number))


def _text(number: SimNumber, person: SimPerson, text: str, delay: float, *, age: float = 0) -> Any:
    return person_send(
        number=number,
        person=person,
        kind="text",
        body={"body": text},
        delay_seconds=delay,
        age_seconds=age,
    )


def _file(
    number: SimNumber,
    person: SimPerson,
    kind: str,
    content: bytes,
    mime_type: str,
    delay: float,
    **body: Any,
) -> Any:
    media = media_store(
        number=number,
        content=content,
        mime_type=mime_type,
        filename=str(body.get("filename", "")),
        is_inbound=True,
    )
    return person_send(
        number=number,
        person=person,
        kind=kind,
        body={"media_id": media.graph_id, **body},
        delay_seconds=delay,
    )


def _first_visit(number: SimNumber) -> Iterator[Any]:
    who = person_ensure(name="Mariana Alves", wa_id="5511990000200")
    yield _text(number, who, "Oi, boa tarde!", 0)
    yield _text(number, who, "Nunca fui na clínica, vi vocês no Instagram 😊", 3)
    yield _text(number, who, "Quanto custa a primeira consulta?", 6)
    photo = samples.photo(11)
    yield _file(number, who, "image", photo, "image/jpeg", 10, caption="Esse é o pedido médico")
    yield _file(number, who, "audio", samples.voice(4, 2), VOICE_TYPE, 15, voice=True)
    yield _text(number, who, "Se puder ser depois das 18h, melhor ainda", 19)


def _busy_morning(number: SimNumber) -> Iterator[Any]:
    # A fixed seed: the same morning every time, so that two runs can be compared.
    dice = random.Random(7)  # noqa: S311
    for place in range(len(PATIENTS)):
        start = place * 2.5 + dice.random() * 2
        for turn, text in enumerate(QUESTIONS[place % len(QUESTIONS)]):
            yield _text(number, patient(place), text, start + turn * 3)


def _album(number: SimNumber) -> Iterator[Any]:
    who = person_ensure(name="Renata Coimbra", wa_id="554190000201")
    for place in range(4):
        body = {"caption": "Fotos do machucado"} if place == 0 else {}
        yield _file(number, who, "image", samples.photo(20 + place), "image/jpeg", 0, **body)
    pdf = samples.document()
    yield _file(number, who, "document", pdf, "application/pdf", 0, filename="pedido-de-exame.pdf")
    yield _file(number, who, "audio", samples.voice(3, 5), VOICE_TYPE, 1, voice=True)


def _window_closes(number: SimNumber) -> Iterator[Any]:
    closed = person_ensure(name="Paulo Henrique Dantas", wa_id="5511990000202")
    closing = person_ensure(name="Simone Barreto", wa_id="5511990000203")
    yield _text(number, closed, "Boa tarde, ainda tem vaga?", 0, age=25 * HOUR)
    yield _text(number, closing, "Podem me ligar?", 0, age=24 * HOUR - 120)


def _hidden_number(number: SimNumber) -> Iterator[Any]:
    who = person_ensure(
        name="Bianca Torres", wa_id="5511990000204", username="bia.torres", is_phone_hidden=True
    )
    yield _text(number, who, "Oi! Prefiro não mostrar meu número, tudo bem?", 0)
    yield _text(number, who, "Quero saber dos horários de sábado", 4)


SCENARIOS: dict[str, Scenario] = {
    "primeira_consulta": Scenario(_("Primeira consulta"), _first_visit),
    "manha_cheia": Scenario(_("Manhã cheia (20 pacientes)"), _busy_morning),
    "album": Scenario(_("Álbum de fotos"), _album),
    "janela_fechada": Scenario(_("Janela fechada e fechando"), _window_closes),
    "numero_oculto": Scenario(_("Número oculto"), _hidden_number),
}
