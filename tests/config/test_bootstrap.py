"""The script that makes `.venv` before anything is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config import bootstrap


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(bootstrap, "PYTHON", str(tmp_path / ".venv" / "bin" / "python"))
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", bootstrap.RUNTIME])
    for name in (bootstrap.RUNTIME, bootstrap.DEVELOPMENT):
        (tmp_path / name).write_text("# nothing is needed\n")
    return tmp_path


@pytest.mark.slow
def test_a_fresh_folder_gets_a_venv_once(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.main()
    assert bootstrap.is_sound()
    assert "making .venv" in capsys.readouterr().out
    monkeypatch.setattr(bootstrap, "install", lambda lock: pytest.fail("installed twice"))
    bootstrap.main()
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(bootstrap, "make_venv", lambda: (project / ".venv").mkdir())
    monkeypatch.setattr(bootstrap, "install", installed.append)
    bootstrap.main()
    bootstrap.main()
    assert installed == [bootstrap.RUNTIME]
    (project / bootstrap.RUNTIME).write_text("# changed\n")
    monkeypatch.setattr(bootstrap, "is_sound", lambda: True)
    bootstrap.main()
    assert installed == [bootstrap.RUNTIME] * 2


@pytest.mark.slow
def test_a_half_made_venv_is_replaced(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert not bootstrap.is_sound()
    bootstrap.make_venv()
    assert "replacing" in capsys.readouterr().out
    assert bootstrap.is_sound()


def test_an_unfit_python_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (3, 99))
    with pytest.raises(SystemExit):
        bootstrap.check_python()
    assert "This needs Python 3.99" in capsys.readouterr().err


def test_a_python_without_ensurepip_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        bootstrap.check_python()
    assert f"apt install python3.{sys.version_info[1]}-venv" in capsys.readouterr().err


@pytest.mark.slow
def test_a_package_that_cannot_be_had_ends_with_pips_own_words(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / bootstrap.RUNTIME).write_text("missing @ file:///nowhere/missing-1.0.tar.gz\n")
    with pytest.raises(SystemExit):
        bootstrap.main()
    assert "pip could not install requirements.lock" in capsys.readouterr().err
    assert not (project / ".venv" / f"installed-{bootstrap.RUNTIME}").exists()


def test_it_runs_alone_under_an_isolated_python() -> None:
    script = Path(bootstrap.__file__)
    done = subprocess.run(
        [sys.executable, "-I", str(script)], capture_output=True, text=True, check=False
    )
    # No lock was named; anything else imported would have failed before that.
    assert "IndexError" in done.stderr
