"""What the local knowledge is good for, asked of the starter set (docs/bot.md).

`patients.txt` and `patients_out_of_scope.txt` were written before anything was measured with them,
without the entries' other ways to ask at hand, and chose nothing: neither what was learned
(`bot/knowledge/examples`) nor a threshold. Whoever changes the ranking chooses on the examples.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Company
from bot.knowledge import projecting
from bot.models import Assistant, KnowledgeEntry
from bot.services.knowledge import entry_save
from bot.services.measuring import AnswerRates, AskedQuestion, measure, read
from bot.services.recalling import phrases_embed
from bot.services.starting import starter_import
from bot.starter import STARTER
from bot.texts import bare
from common.scoping import company_scope
from omnichannel.models import Channel
from tests.bot.conftest import publish

FOLDER = Path(__file__).parents[1] / "fixtures" / "bot"
FILES = (FOLDER / "patients.txt", FOLDER / "patients_out_of_scope.txt")


def questions() -> list[AskedQuestion]:
    return [one for file in FILES for one in read(file.read_text().splitlines())]


@pytest.fixture
def starter(clinic: Company, channel: Channel) -> Assistant:
    """Give an assistant of a clinic that took the starter set and published all of it."""
    starter_import(company=clinic, actor=None)
    for row in KnowledgeEntry.objects.for_company(clinic):
        answer = re.sub(r"[\[\]]", "", row.answer)
        entry_save(company=clinic, actor=None, entry=row, answer=answer, status="publicado")
    return publish(clinic, [channel])


@pytest.fixture
def plain(starter: Assistant) -> Assistant:
    """Give the same with no more than three ways to ask an entry, as a clinic writes its own."""
    for row, one in zip(KnowledgeEntry.unscoped.order_by("pk"), STARTER, strict=True):
        entry_save(company=starter.company, actor=None, entry=row, aliases=one.aliases)
    return starter


def asked_of(assistant: Assistant) -> AnswerRates:
    with company_scope(assistant.company_id):
        return measure(assistant, questions())


def test_there_is_enough_to_measure() -> None:
    own = [one for one in questions() if one.label]
    assert (len(own), len(questions()) - len(own), len(STARTER)) == (160, 60, 40)
    assert {one.label for one in own} == {one.label for one in STARTER}


@pytest.mark.slow
def test_nothing_that_was_learned_from_is_asked() -> None:
    known = {bare(text) for one in STARTER for text in (one.question, *one.aliases)}
    known |= {bare(text) for texts in projecting.ways().values() for text in texts}
    known |= {bare(text) for text in projecting.strange()}
    near = [
        (one.text, other)
        for one in questions()
        for other in known
        if SequenceMatcher(None, bare(one.text), other).real_quick_ratio() > 0.8
        and SequenceMatcher(None, bare(one.text), other).ratio() > 0.8
    ]
    assert near == []


@pytest.mark.slow
def test_by_meaning(starter: Assistant, capsys: Any) -> None:
    while phrases_embed(limit=400):
        pass
    found = asked_of(starter)
    assert found.first >= 0.75, found
    assert found.wrong <= 0.07, found
    assert found.strange_answered <= 0.04, found
    call_command("bot_eval", "--questions", *map(str, FILES))
    assert f"first: {found.first:.1%}" in capsys.readouterr().out


@pytest.mark.slow
def test_by_meaning_with_few_ways_to_ask(plain: Assistant) -> None:
    while phrases_embed(limit=400):
        pass
    found = asked_of(plain)
    assert found.first >= 0.70, found
    assert found.wrong <= 0.07, found
    assert found.strange_answered <= 0.04, found


def test_by_words_where_the_model_is_missing(starter: Assistant) -> None:
    found = asked_of(starter)
    assert found.first >= 0.60, found
    assert found.wrong <= 0.07, found
    assert found.strange_answered <= 0.04, found
