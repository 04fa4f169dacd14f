"""Rules without a model: what is found, and what is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import wording
from bot.grouping import due_at
from bot.intents import Intent, intent_of, is_automatic, language_of
from bot.knowledge import projecting
from bot.safety import Danger, danger_of
from bot.safety_cases import EMERGENCIES
from bot.starter import STARTER
from tests.bot.test_figures import questions

ALARMS = (
    *EMERGENCIES,
    *(
        "dor forte no peito",
        "meu peito ta doendo muito",
        "aperto no peito desde cedo",
        "falta de ar",
    ),
    *("nao consigo respira", "ele parou de respirar", "o bebê está ficando roxo", "desmaiou agora"),
    *(
        "ta tendo convulsao",
        "crise de epilepsia",
        "hemorragia",
        "vomitando sangue",
        "sangrando demais",
    ),
    *(
        "boca torta de repente",
        "a fala dela ta enrolada",
        "braço esquerdo dormente",
        "acho que é um AVC",
    ),
    *(
        "ele tá infartando",
        "ta engasgado com bala",
        "overdose",
        "tomou veneno de rato",
        "engoliu uma pilha",
    ),
    *("tomei uma cartela inteira de remedio", "queimadura grave na mão", "reação alérgica forte"),
    *(
        "minha lingua ta inchando",
        "a bolsa rompeu",
        "contrações a cada 5 minutos",
        "caiu e bateu a cabeça",
    ),
    *("picada de cobra", "socorro", "dor no peitu", "desmaiuo na rua", "convulçao", "hemoragia"),
)
# As nobody who wrote the rules typed them: long, disguised, just now, in a hurry, in English.
STRANGE_ALARMS = (
    f"{'conto tudo desde o começo ' * 150} e agora estou com dor no peito",
    "dor no pei\u200bto e suor frio",
    "dor no pei\u00adto",
    "ｄｏｒ ｎｏ ｐｅｉｔｏ",
    "𝗱𝗼𝗿 𝗻𝗼 𝗽𝗲𝗶𝘁𝗼",
    "minha mãe teve um avc agora",
    "meu pai teve um infarto, o que faço?",
    "já teve convulsão hoje",
    *("dor n peito", "fauta de ar", "falta d ar", "tomei 30 comprimidos", "sangue não para"),
    *("grávida e sangrando", "minha boca entortou", "perdi a visão de repente", "se afogou"),
    *("escorpião picou meu filho", "bebeu detergente", "chama a ambulância", "SAMU"),
    *("não é emergência mas estou com dor no peito", "I can't breathe", "dolor en el pecho"),
)
HARM = (
    "quero me matar",
    "vou me matar hoje",
    "penso em suicídio",
    "queria morrer",
    "me cortei de novo",
)
CLINICAL = (
    "qual a dose de dipirona",
    "posso tomar antibiótico com álcool?",
    "é normal sair pus?",
    "meu exame deu alterado",
    "estou com febre há dois dias",
    "apareceu um caroço no pescoço",
    "que remédio tomo pra dor de cabeça",
    "posso parar de tomar o remédio?",
    "quais os sintomas de dengue",
)
WANTS = (
    *("quero falar com um atendente", "atendente", "ATENDENTE!!!", "me passa pra uma pessoa"),
    *(
        "falar com humano",
        "quero gente de verdade",
        "tem alguém aí?",
        "me transfere",
        "chama alguém",
    ),
    *("quero falar com a recepção", "prefiro ser atendido por gente", "kero fala com atendente"),
    *(
        "atendnte",
        "uma pessoa pode me responder?",
        "tem como falar com alguém?",
        "falar com a Carla",
    ),
    *(
        "pode me ligar? me liga por favor",
        "poderia me passar para um humano",
        "preciso de um atendente",
    ),
)
LEAVES = (
    *(
        "o atendente foi muito simpático",
        "quantas pessoas cabem na sala?",
        "pode levar uma pessoa junto?",
    ),
    *("qual o horário de atendimento?", "quero marcar com a doutora Ana", "me passa o endereço"),
    *("o robô respondeu certinho", "tem alguém na recepção às 7h?", "quero falar do meu exame"),
    *("meu plano atende aí?", "falar sobre o preço do botox", "me passa o valor"),
)


@pytest.mark.parametrize("text", ALARMS)
def test_an_emergency_is_found(text: str) -> None:
    assert danger_of(text) in (Danger.EMERGENCY, Danger.SELF_HARM)


@pytest.mark.parametrize("text", HARM)
def test_harm_to_oneself_is_found(text: str) -> None:
    assert danger_of(text) == Danger.SELF_HARM


@pytest.mark.parametrize("text", CLINICAL)
def test_a_clinical_question_is_found(text: str) -> None:
    assert danger_of(text) == Danger.CLINICAL


def test_ordinary_questions_alarm_nobody() -> None:
    ordinary = [one.text for one in questions()]
    ordinary += [text for texts in projecting.ways().values() for text in texts]
    ordinary += projecting.strange()
    ordinary += [text for one in STARTER for text in (one.question, *one.aliases)]
    turned = [f"{start}{text}" for text in ordinary for start in ("", "oi, ", "por favor, ")]
    assert len(turned) > 1000
    found = [text for text in turned if danger_of(text) in (Danger.EMERGENCY, Danger.SELF_HARM)]
    assert len(found) <= len(turned) // 100, found


def test_a_clinic_adds_words_and_removes_none() -> None:
    assert danger_of("meu cateter saiu", ["cateter saiu"]) == Danger.EMERGENCY
    assert danger_of("dor no peito", ["cateter saiu"]) == Danger.EMERGENCY


@pytest.mark.parametrize("text", WANTS)
def test_the_wish_for_a_person_is_heard(text: str) -> None:
    assert intent_of(text, ("Carla",)) in (Intent.PERSON, Intent.REFUSAL)


@pytest.mark.parametrize("text", LEAVES)
def test_who_speaks_of_people_does_not_want_one(text: str) -> None:
    assert intent_of(text, ("Carla",)) not in (Intent.PERSON, Intent.REFUSAL)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("oi", Intent.GREETING),
        ("Bom dia, tudo bem?", Intent.GREETING),
        ("olá, queria uma informação", Intent.GREETING),
        ("obrigada!", Intent.THANKS),
        ("era só isso, obrigado", Intent.THANKS),
        ("não, não é isso", Intent.DENIAL),
        ("não é isso que eu quero", Intent.DENIAL),
        ("não quero falar com robô", Intent.REFUSAL),
        ("oi, qual o endereço?", None),
        ("não consigo ir amanhã", None),
    ],
)
def test_short_words_are_for_something(text: str, intent: Intent | None) -> None:
    assert intent_of(text) == intent


def test_machines_and_languages_are_known() -> None:
    assert is_automatic("Olá! Esta é uma mensagem automática.")
    assert not is_automatic("vocês mandam mensagem?")
    assert language_of("Hello, what are your opening hours please?") == "en"
    assert language_of("Hola, quiero una cita por favor") == "es"
    assert language_of("oi, quero marcar uma consulta") == "pt"


def test_a_burst_waits_and_ends() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    assert due_at(first, first, 2) == first + timedelta(seconds=2)
    assert due_at(first + timedelta(seconds=7), first, 2) == first + timedelta(seconds=8)
    assert due_at(first + timedelta(seconds=30), first, 2) == first + timedelta(seconds=30)
    assert due_at(first, first, 2, is_tap=True) == first


def test_people_are_told_when_somebody_is_there() -> None:
    now = datetime(2026, 3, 6, 19, 0, tzinfo=UTC)  # a Friday
    assert wording.opening(now, now + timedelta(hours=1)) == "hoje, a partir das 20h"
    assert (
        wording.opening(now, datetime(2026, 3, 7, 8, 30, tzinfo=UTC)) == "amanhã, a partir das 8h30"
    )
    assert (
        wording.opening(now, datetime(2026, 3, 9, 8, tzinfo=UTC)) == "na segunda, a partir das 8h"
    )


@pytest.mark.parametrize("text", STRANGE_ALARMS)
def test_an_emergency_is_found_however_it_is_typed(text) -> None:
    assert danger_of(text) == Danger.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "isso não é emergência, só quero marcar consulta",
        "já tive avc há 2 anos, atende neuro?",
        "vocês atendem pós infarto?",
        "meu pai teve um infarto em 2019",
        "teve um derrame ano passado, qual o valor?",
    ],
)
def test_what_was_long_ago_is_no_alarm(text) -> None:
    assert danger_of(text) not in (Danger.EMERGENCY, Danger.SELF_HARM)


@pytest.mark.parametrize(
    "text", ["vou me enforcar", "quero por fim na minha vida", "não vejo sentido em viver"]
)
def test_harm_is_found_in_other_words(text) -> None:
    assert danger_of(text) == Danger.SELF_HARM


@pytest.mark.parametrize(
    "text",
    [
        *("me bota com alguem ai", "tem gente viva aí?", "cadê o atendente", "human please"),
        *("quero q alguem me atenda", "sair do robô", "atendente por gentileza"),
    ],
)
def test_a_person_is_asked_for_in_other_words(text) -> None:
    assert intent_of(text) == Intent.PERSON
