"""Copies of everything that a clinic would miss, and the way back from one.

A copy is a folder: the database as PostgreSQL dumps it, people's files and what the receiver had to
keep beside the database, and a list of what it holds, with sums and with each table's rows counted
in the very moment that was dumped. The secrets of `.env` are not in it: without CREDENTIALS_KEYS a
copy opens no channel, so these are kept elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.hosting import postgres_binaries

DATABASE, FILES, LIST = "database.dump", "files.tar", "copy.json"
# Half of a copy must never look like one: it is written here and gets its name at the end.
# Owner and rights are those of where it is put.
BARE = ("--no-owner", "--no-acl")
UNFINISHED = ".unfinished"
# Sums, headers and the growth while it is written.
ROOM = 1.2


class BackupFailure(Exception):
    """A copy cannot be made or read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class BackupCopy:
    """What a copy holds. `pg_dump` is the major version that wrote it; `rows` by table; `sums` are
    SHA-256 by file name; `folders` are the names of the folders in the archive of files.
    """

    made_at: str
    pg_dump: int
    migrations: dict[str, str]
    rows: dict[str, int]
    sums: dict[str, str]
    folders: list[str]


def backup_write(
    target: Path, params: Mapping[str, Any], folders: Mapping[str, Path]
) -> BackupCopy:
    """Write a copy into a folder that does not exist yet and return what it holds.

    `params` are psycopg's for the owner of the tables; `folders` are archived under their names.
    Raises BackupFailure; nothing is left behind then.
    """
    if target.exists():
        raise BackupFailure(f"{target} exists. Choose another folder: a copy replaces none.")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    try:
        copy = _write(unfinished, params, folders)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return copy


def _write(target: Path, params: Mapping[str, Any], folders: Mapping[str, Path]) -> BackupCopy:
    with closing(psycopg.connect(**_plain(params), autocommit=False)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        _check_room(target, connection, folders)
        version = connection.info.server_version // 10_000
        snapshot = _one(connection, "SELECT pg_export_snapshot()")
        tool, made_by = tool_of("pg_dump", version)
        _run(
            [
                str(tool),
                "--format=custom",
                f"--snapshot={snapshot}",
                *BARE,
                f"--file={target / DATABASE}",
            ],
            params,
        )
        rows, migrations = rows_of(connection), _migrations(connection)
    with tarfile.open(target / FILES, "w") as archive:
        for name, folder in folders.items():
            if folder.is_dir():
                archive.add(folder.resolve(), arcname=name, filter=_plain_file)
    copy = BackupCopy(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        pg_dump=made_by,
        migrations=migrations,
        rows=rows,
        sums={name: _sum(target / name) for name in (DATABASE, FILES)},
        folders=sorted(folders),
    )
    (target / LIST).write_text(json.dumps(asdict(copy), indent=1, sort_keys=True))
    for file in target.iterdir():
        file.chmod(0o600)
    return copy


def _plain_file(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    # A link would lead to something that is not in the copy.
    return member if member.isfile() or member.isdir() else None


def backup_read(source: Path) -> BackupCopy:
    """Return what a copy holds, after every byte of it was read. Raises BackupFailure."""
    try:
        copy = BackupCopy(**json.loads((source / LIST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupFailure(f"{source} is no copy, or not a whole one: no {LIST}.") from error
    for name, expected in copy.sums.items():
        file = source / name
        if not file.is_file() or _sum(file) != expected:
            raise BackupFailure(
                f"{file} is missing or not what was written: this copy is damaged. Take another."
            )
    return copy


def restore_run(
    source: Path, params: Mapping[str, Any], folders: Mapping[str, Path], *, replace: bool = False
) -> BackupCopy:
    """Put a copy in place of what there is, compare every table with what was counted, and return
    what it held. Folders that were there are kept beside the new ones.

    Raises BackupFailure before anything is changed when the copy is damaged, somebody is connected,
    or there is data and `replace` does not say that it may go.
    """
    copy = backup_read(source)
    with closing(psycopg.connect(**_plain(params), autocommit=True)) as connection:
        _check_free(connection, replace)
        version = connection.info.server_version // 10_000
        if version < copy.pg_dump:
            raise BackupFailure(
                f"The copy was made by PostgreSQL {copy.pg_dump}, this is {version}. Use"
                f" {copy.pg_dump} or later."
            )
        tool, _its = tool_of("pg_restore", copy.pg_dump, version)
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        _run(
            [str(tool), "--exit-on-error", "--single-transaction", *BARE, str(source / DATABASE)],
            params,
        )
        connection.execute("ANALYZE")
        differing = _differing(copy.rows, rows_of(connection))
    if differing:
        raise BackupFailure(f"These tables differ from the copy: {', '.join(differing)}.")
    _unpack(source / FILES, folders)
    return copy


def rows_of(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Count the rows of every table."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    return {
        name: _one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
        for (name,) in names
    }


def _check_room(target: Path, connection: psycopg.Connection[Any], folders: Any) -> None:
    needed = _one(connection, "SELECT pg_database_size(current_database())")
    needed += sum(
        file.stat().st_size
        for folder in folders.values()
        for file in folder.rglob("*")
        if file.is_file()
    )
    free = shutil.disk_usage(target).free
    if free < needed * ROOM:
        raise BackupFailure(
            f"The copy may need {needed * ROOM / 1e9:.1f} GB and {free / 1e9:.1f} GB are free."
            " Choose another disk."
        )


def _check_free(connection: psycopg.Connection[Any], replace: bool) -> None:
    others = _one(
        connection,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
    if others:
        raise BackupFailure(f"{others} connections are open. Stop every process first.")
    companies = _one(connection, "SELECT to_regclass('public.accounts_company')")
    if companies and not replace:
        count = _one(connection, "SELECT count(*) FROM accounts_company")
        if count:
            raise BackupFailure(
                f"There are {count} companies in this database. To put the copy in their place, say"
                " --replace."
            )


def _differing(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))


def _unpack(archive: Path, folders: Mapping[str, Path]) -> None:
    stamp = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    for folder in folders.values():
        if folder.exists() and any(folder.iterdir()):
            folder.rename(folder.with_name(f"{folder.name}.before-{stamp}"))
    with tarfile.open(archive) as found:
        for member in found:
            name, _slash, rest = member.name.partition("/")
            if name in folders:
                member.name = rest or "."
                # "data" refuses links and paths that lead out of the folder.
                found.extract(member, _made(folders[name]), filter="data")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _migrations(connection: psycopg.Connection[Any]) -> dict[str, str]:
    if not _one(connection, "SELECT to_regclass('public.django_migrations')"):
        return {}
    found = connection.execute("SELECT app, max(name) FROM django_migrations GROUP BY 1 ORDER BY 1")
    return dict(found.fetchall())


def _one(connection: psycopg.Connection[Any], statement: Any) -> Any:
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    names = ("host", "port", "user", "password", "dbname")
    return {name: params[name] for name in names if params.get(name)}


def _run(command: list[str], params: Mapping[str, Any]) -> None:
    # The password goes by the environment: arguments are everybody's to read.
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
    given = {name: str(params[key]) for name, key in names.items() if params.get(key)}
    done = subprocess.run(  # noqa: S603 (the words are ours)
        [*command, f"--dbname={params['dbname']}"],
        env={"PATH": os.environ.get("PATH", ""), **given},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # What it printed may hold rows; its first line says what it was about.
        first = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        name = Path(command[0]).name
        raise BackupFailure(f"{name} ended with {done.returncode}: {first}")


def tool_of(name: str, least: int, most: int = 99) -> tuple[Path, int]:
    """Return PostgreSQL's program of the lowest major version between two, and that version.

    Raises BackupFailure when there is none: an older pg_dump refuses a server, and a newer
    pg_restore says things that an older server does not know.
    """
    folders = [postgres_binaries(None), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    found = {_major(folder / name): folder / name for folder in folders if (folder / name).exists()}
    fitting = sorted(major for major in found if least <= major <= most)
    if not fitting:
        raise BackupFailure(
            f"No {name} of PostgreSQL {least} here. Install postgresql-client-{least}."
        )
    return found[fitting[0]], fitting[0]


def _major(tool: Path) -> int:
    said = subprocess.run(  # noqa: S603 (a program of PostgreSQL)
        [str(tool), "--version"], capture_output=True, text=True, check=False
    ).stdout
    words = said.split()
    return int(words[2].split(".")[0]) if len(words) > 2 else 0


def _sum(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
