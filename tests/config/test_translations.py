"""Every sentence on screen has its English, and the compiled files are those of the texts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation

LOCALE = Path(settings.LOCALE_PATHS[0])
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "django.po"
# The areas that stand in the back-office's breadcrumbs.
OWN = {
    "accounts": "Accounts",
    "bot": "Bot",
    "visitors": "Site visitors",
    "campaigns": "Campaigns",
    "common": "Common",
    "config": "Configuration",
    "contacts": "Contacts",
    "inbox": "Inbox",
    "agenda": "Agenda",
    "leadscoring": "Lead scoring",
    "omnichannel": "Channels and conversations",
    "queues": "Queues",
    "webhooks": "Webhooks",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|\{\{\w+\}\}|<[^>]+>")


def _entries() -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(ENGLISH) if not entry.obsolete]


def test_every_sentence_has_its_english() -> None:
    assert [entry.msgid for entry in _entries() if not entry.translated()] == []


def test_every_placeholder_survives_translation() -> None:
    for entry in _entries():
        for words in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            source = sorted(PLACEHOLDER.findall(entry.msgid))
            assert sorted(PLACEHOLDER.findall(words)) == source, entry.msgid


@pytest.mark.parametrize("language", ["en", "pt_BR"])
def test_the_compiled_file_is_the_texts(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    texts = {e.msgid: e.msgstr for e in polib.pofile(folder / "django.po") if not e.obsolete}
    compiled = {e.msgid: e.msgstr for e in polib.mofile(folder / "django.mo")}
    assert compiled == texts


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_no_sentence_in_the_code_is_missing_from_the_texts(tmp_path: Path) -> None:
    """Extract anew into a copy, and compare."""
    root = LOCALE.resolve().parent
    copy = tmp_path / "project"
    names = subprocess.run(
        ["git", "ls-files", "*.py", "*.html"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name in names:
        if name.split("/")[0] in ("tests", "bench") or not (root / name).exists():
            continue
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, copy / name)
    # Without the texts there are: to match every new sentence with the old ones takes seconds.
    (copy / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "en"]
    subprocess.run(
        [*command, "--no-location", "--no-obsolete", "--verbosity", "0"],
        cwd=copy,
        check=True,
    )
    fresh = {e.msgid for e in polib.pofile(copy / "locale/en/LC_MESSAGES/django.po")}
    assert fresh - {entry.msgid for entry in _entries()} == set()


def test_the_name_of_every_area_of_the_back_office_is_said_in_english() -> None:
    with translation.override("en"):
        found = {app.label: str(app.verbose_name) for app in apps.get_app_configs()}
    own = {name: words for name, words in found.items() if name in OWN}
    assert own == OWN


def test_a_screen_sentence_is_shown_in_english_when_asked() -> None:
    from omnichannel.choices import Stage

    with translation.override("en"):
        assert str(Stage.QUEUE.label) == "Waiting"
    with translation.override("pt-br"):
        assert str(Stage.QUEUE.label) == "Aguardando"
