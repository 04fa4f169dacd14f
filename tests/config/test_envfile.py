"""The `.env` of a first run."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import ClassVar

import environ

from config import envfile


class Reader(environ.Env):
    """The settings' parser, with an environment of its own."""

    ENVIRON: ClassVar[dict[str, str]] = {}


def values(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def test_it_is_written_once_and_then_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert envfile.complete(file) == list(envfile.FRESH)
    first = file.read_bytes()
    assert envfile.complete(file) == []
    assert file.read_bytes() == first


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    envfile.complete(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_runs_get_different_secrets(tmp_path: Path) -> None:
    envfile.complete(tmp_path / "a")
    envfile.complete(tmp_path / "b")
    one, two = values(tmp_path / "a"), values(tmp_path / "b")
    same = {name for name in one if one[name] == two[name]}
    assert same == {"DEBUG", "HTTPS", "DEMO_EMAIL"}


def test_what_a_person_wrote_stays_and_what_lacks_is_added(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# mine\nexport SECRET_KEY = chosen\nDEMO_EMAIL=rui@clinica.example")
    added = envfile.complete(file)
    assert "SECRET_KEY" not in added
    assert "META_APP_SECRET" in added
    lines = file.read_text().splitlines()
    assert lines[:3] == ["# mine", "export SECRET_KEY = chosen", "DEMO_EMAIL=rui@clinica.example"]
    assert sum("DEMO_EMAIL=" in line for line in lines) == 1


def test_values_of_the_environment_are_not_written(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert envfile.complete(file, given=envfile.FRESH) == []
    assert not file.exists()
    assert "SECRET_KEY" not in envfile.complete(file, given={"SECRET_KEY"})
    assert "SECRET_KEY" not in file.read_text()


def test_the_settings_read_every_value_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    envfile.complete(file)
    Reader.read_env(file)
    assert Reader.ENVIRON == values(file)
