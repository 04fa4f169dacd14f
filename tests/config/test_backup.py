"""A copy of everything, the loss of everything, and the way back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import psycopg
import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from psycopg import sql

from config import backup
from config.backup import (
    BackupFailure,
    backup_read,
    backup_write,
    restore_run,
    rows_of,
    tool_of,
)
from config.restored import sending_hold
from omnichannel.models import Message
from omnichannel.models.scheduled import ScheduledState
from omnichannel.services.outbound import message_send
from omnichannel.services.scheduling import message_schedule
from providers.choices import MessageStatus
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    media = tmp_path / "media"
    (media / "deep").mkdir(parents=True)
    (media / "deep" / "exame.pdf").write_bytes(b"%PDF-1.4 exame")
    return {"media": media, "spool": tmp_path / "spool"}


@pytest.fixture
def params() -> dict[str, Any]:
    return dict(connection.get_connection_params())


@pytest.fixture
def other(params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a machine's empty database beside the one of the test."""
    try:
        server = connection.pg_version // 10_000
        tool_of("pg_restore", tool_of("pg_dump", server)[1], server)
    except BackupFailure as failure:
        pytest.skip(str(failure))
    name = f"drill_{os.getpid()}"
    plain = {key: params[key] for key in ("host", "port", "user", "password") if params.get(key)}
    with closing(psycopg.connect(**plain, dbname="postgres", autocommit=True)) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield {**params, "dbname": name}
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def counted(params: dict[str, Any]) -> dict[str, int]:
    names = ("host", "port", "user", "password", "dbname")
    with closing(psycopg.connect(**{key: params[key] for key in names if params.get(key)})) as one:
        return rows_of(one)


def words(params: dict[str, Any]) -> list[str]:
    names = ("host", "port", "user", "password", "dbname")
    with closing(psycopg.connect(**{key: params[key] for key in names if params.get(key)})) as one:
        found = one.execute("SELECT text FROM omnichannel_message ORDER BY 1").fetchall()
    return [text for (text,) in found]


def test_everything_comes_back_row_by_row_and_file_by_file(
    tmp_path, folders, params, other, channel
):
    for number in range(5):
        make.inbound(channel, text=f"Olá, são {number} às ç")
    copy = backup_write(tmp_path / "copy", params, folders)
    assert copy.rows["omnichannel_message"] == 5
    kept = {"media": tmp_path / "new" / "media", "spool": tmp_path / "new" / "spool"}
    restore_run(tmp_path / "copy", other, kept)
    assert counted(other) == copy.rows == counted(params)
    assert words(other) == words(params)
    assert (kept["media"] / "deep" / "exame.pdf").read_bytes() == b"%PDF-1.4 exame"


def test_a_copy_is_nobody_else_s_to_read_and_holds_no_secret(tmp_path, folders, params, clinic):
    backup_write(tmp_path / "copy", params, folders)
    modes = {file.stat().st_mode & 0o077 for file in (tmp_path / "copy").iterdir()}
    assert modes == {0}
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    said = (tmp_path / "copy" / "copy.json").read_text()
    assert os.environ["SECRET_KEY"] not in said


def test_what_there_is_goes_only_when_somebody_says_so(tmp_path, folders, params, other, clinic):
    backup_write(tmp_path / "copy", params, folders)
    restore_run(tmp_path / "copy", other, {})
    with pytest.raises(BackupFailure, match="1 companies"):
        restore_run(tmp_path / "copy", other, {})
    restore_run(tmp_path / "copy", other, {}, replace=True)


def test_files_that_were_there_are_kept_beside(tmp_path, folders, params, other, clinic):
    backup_write(tmp_path / "copy", params, folders)
    (folders["media"] / "novo.pdf").write_bytes(b"novo")
    restore_run(tmp_path / "copy", other, folders)
    assert not (folders["media"] / "novo.pdf").exists()
    kept = [folder for folder in tmp_path.iterdir() if folder.name.startswith("media.before-")]
    assert [(folder / "novo.pdf").read_bytes() for folder in kept] == [b"novo"]


def test_a_damaged_copy_changes_nothing(tmp_path, folders, params, other, clinic, subtests):
    backup_write(tmp_path / "whole", params, folders)
    for name in ("database.dump", "files.tar", "copy.json"):
        for fault in ("gone", "short", "changed"):
            damaged = tmp_path / f"{name}-{fault}"
            copytree(tmp_path / "whole", damaged)
            whole = (damaged / name).read_bytes()
            (damaged / name).unlink()
            if fault != "gone":
                half = whole[: len(whole) // 2]
                (damaged / name).write_bytes(half if fault == "short" else b"\x00" + whole[1:])
            with subtests.test(name=name, fault=fault), pytest.raises(BackupFailure):
                restore_run(damaged, other, folders)
    assert counted(other) == {}
    assert (folders["media"] / "deep" / "exame.pdf").exists()


def test_links_are_not_followed_and_not_kept(tmp_path, folders, params, other, clinic):
    (folders["media"] / "saida").symlink_to("/etc")
    backup_write(tmp_path / "copy", params, folders)
    restore_run(tmp_path / "copy", other, {"media": tmp_path / "new"})
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["deep"]


def test_while_somebody_is_connected_nothing_is_replaced(tmp_path, folders, params, other, clinic):
    backup_write(tmp_path / "copy", params, folders)
    names = ("host", "port", "user", "password", "dbname")
    plain = {key: other[key] for key in names if other.get(key)}
    with (
        closing(psycopg.connect(**plain)),
        pytest.raises(BackupFailure, match="Stop every process"),
    ):
        restore_run(tmp_path / "copy", other, {})


def test_no_copy_is_left_half_written(tmp_path, folders, params, monkeypatch, clinic):
    def full(*args: Any) -> None:
        raise BackupFailure("disk full")

    monkeypatch.setattr(backup, "_run", full)
    with pytest.raises(BackupFailure):
        backup_write(tmp_path / "copy", params, folders)
    assert not (tmp_path / "copy").exists()
    assert list(tmp_path.glob("*.unfinished")) == []


def test_a_disk_without_room_is_told_before(tmp_path, folders, params, monkeypatch, clinic):
    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    with pytest.raises(BackupFailure, match="GB are free"):
        backup_write(tmp_path / "copy", params, folders)


def test_a_copy_replaces_none(tmp_path, folders, params, clinic):
    backup_write(tmp_path / "copy", params, folders)
    with pytest.raises(BackupFailure, match="exists"):
        backup_write(tmp_path / "copy", params, folders)


def test_the_list_tells_what_a_copy_holds(tmp_path, folders, params, clinic):
    backup_write(tmp_path / "copy", params, folders)
    told = json.loads((tmp_path / "copy" / "copy.json").read_text())
    assert told["rows"]["accounts_company"] == 1
    assert told["migrations"]["omnichannel"]
    assert backup_read(tmp_path / "copy").folders == ["media", "spool"]


def test_the_command_says_what_is_wrong_in_words(tmp_path, clinic):
    (tmp_path / "copy").mkdir()
    with pytest.raises(CommandError, match="exists"):
        call_command("backup", str(tmp_path / "copy"))


def test_what_had_not_gone_out_is_held_back(channel, conversation, beto, bells):
    message = message_send(conversation=conversation, author=beto, text="Sua consulta é amanhã")
    assert message.status == MessageStatus.PENDING
    held = sending_hold()
    assert held.messages == 1
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCERTAIN
    assert not Message.unscoped.due().exists()
    assert sending_hold().messages == 0


def test_what_fell_due_since_is_held_too(channel, conversation, beto, bells):
    row = message_schedule(
        conversation=conversation,
        author=beto,
        text="Bom dia",
        send_at=timezone.now() + timedelta(minutes=5),
        client_id="a",
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert sending_hold().messages == 1
    row.refresh_from_db()
    assert (row.state, row.held_code) == (ScheduledState.HELD, "dados_restaurados")
    assert not Message.unscoped.filter(text="Bom dia").exists()
