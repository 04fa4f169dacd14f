"""The project's own PostgreSQL and Valkey: they survive what machines do to them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import environ
import psycopg
import pytest
import redis

from config import embedded, hosting
from config.embedded import EmbeddedFailure, PostgresServer, Services, ValkeyServer

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another uid")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with embedded.services(tmp_path_factory.mktemp("var"), durable=True) as services:
        yield services


def test_both_addresses_are_understood_by_their_clients(
    running: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    with psycopg.connect(running.database_url) as connection:
        assert connection.info.dbname == "central"
    options = environ.Env.db_url_config(running.database_url)["OPTIONS"]
    assert options == {"host": str(running.postgres.socket_dir), "port": 5432}
    with redis.Redis.from_url(running.redis_url) as client:
        assert client.ping()


def test_case_of_accented_letters_folds(running: Services) -> None:
    with psycopg.connect(running.database_url) as connection:
        assert connection.execute("SELECT 'ÇÃO' ILIKE 'ção'").fetchone() == (True,)


def test_data_survives_a_sigkill_of_each_server(running: Services) -> None:
    with psycopg.connect(running.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
    running.postgres.kill()
    running.postgres.start()
    with psycopg.connect(running.database_url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)

    with redis.Redis.from_url(running.redis_url) as client:
        client.set("kept", "7")
        # fsync runs once a second; WAITAOF returns when it has.
        client.execute_command("WAITAOF", 1, 0, 3000)
    running.valkey.kill()
    running.valkey.start()
    with redis.Redis.from_url(running.redis_url) as client:
        assert client.get("kept") == b"7"


def test_a_second_run_on_the_same_data_is_refused_with_a_sentence(running: Services) -> None:
    with pytest.raises(
        EmbeddedFailure, match=rf"already in use by another run \(pid {os.getpid()}\)"
    ):
        PostgresServer(running.postgres.var_dir).start()
    assert running.postgres.is_held()


def test_nothing_listens_on_the_network(running: Services) -> None:
    with psycopg.connect(running.database_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with redis.Redis.from_url(running.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}
    assert running.postgres.socket_dir.stat().st_mode & 0o077 == 0


def test_a_failing_statement_leaves_no_value_in_the_log(running: Services) -> None:
    with psycopg.connect(running.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE once (phone text UNIQUE)")
        connection.execute("INSERT INTO once VALUES ('5511900000001')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO once VALUES ('5511900000001')")
    log = running.postgres.log_path.read_text()
    assert "duplicate key" in log
    assert "5511900000001" not in log


def test_pid_files_that_name_a_stranger_do_not_stop_a_start(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, durable=False) as server:
        server.kill()
        # After a reboot the number may belong to anybody; PostgreSQL would take him for itself.
        with subprocess.Popen(["sleep", "60"]) as stranger:
            try:
                for file in (
                    server.data_dir / "postmaster.pid",
                    server.socket_dir / ".s.PGSQL.5432.lock",
                ):
                    lines = file.read_text().splitlines()
                    file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
                assert server.start().is_running
                assert stranger.poll() is None
            finally:
                stranger.kill()


def test_an_interrupted_initdb_is_begun_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with PostgresServer(tmp_path, durable=False) as server:
        assert server.is_running
    assert not half.exists()


@pytest.mark.parametrize(
    "name", [pytest.param("a folder with blanks", marks=pytest.mark.slow), "long" * 30]
)
def test_a_path_that_no_socket_fits_in_gets_a_short_folder(tmp_path: Path, name: str) -> None:
    with embedded.services(tmp_path / name, durable=False) as services:
        assert len(str(services.postgres.socket_dir)) < hosting.SOCKET_DIR_BYTES
        psycopg.connect(services.database_url).close()
        with redis.Redis.from_url(services.redis_url) as client:
            assert client.ping()
    shutil.rmtree(services.postgres.socket_dir)


def test_servers_end_with_a_starter_that_is_killed_and_start_again(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from config import embedded\n"
        "with embedded.services(Path(sys.argv[1]), durable=False) as s:\n"
        "    print(s.postgres.process.pid, s.valkey.process.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    pids = [int(word) for word in starter.stdout.readline().split()]
    assert len(pids) == 2
    starter.kill()
    starter.wait()
    starter.stdout.close()
    assert hosting.until(lambda: not any(Path("/proc", str(pid)).exists() for pid in pids), 10)
    with embedded.services(tmp_path, durable=False) as services:
        assert services.postgres.is_running
        assert services.valkey.is_running


WAYS = [hosting._without_rights, hosting._in_user_namespace, hosting._with_capabilities]


def assert_without_roots_rights(services: Services) -> None:
    for server in (services.postgres, services.valkey):
        assert server.process is not None
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        granted = int(status.split("CapEff:")[1].split()[0], 16)
        # Bit 1: pass through folders. Nothing else of root's remains.
        assert granted & ~0b10 == 0


@as_root
def test_root_runs_the_servers_without_the_rights_of_root(running: Services) -> None:
    assert_without_roots_rights(running)


@as_root
@pytest.mark.slow
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=oct)
@pytest.mark.parametrize("way", WAYS)
def test_every_way_leaves_the_rights_of_root_behind(
    monkeypatch: pytest.MonkeyPatch,
    way: Callable[[], tuple[str, ...]],
    mode: int,
) -> None:
    with tempfile.TemporaryDirectory() as home:
        var_dir = Path(home, "var")
        var_dir.mkdir()
        os.chmod(home, mode)
        if not hosting.runs([*way(), "true"]):
            pytest.skip(f"{way.__name__} is not allowed here")
        if not hosting._reaches(way(), [var_dir, Path(sys.prefix)]):
            assert way is hosting._without_rights
            pytest.skip("a private folder stays closed")
        monkeypatch.setattr(hosting, "as_other_user", lambda var_dir: way())
        with embedded.services(var_dir, durable=False) as services:
            assert_without_roots_rights(services)


@as_root
@pytest.mark.parametrize("mode", [0o755, 0o700], ids=oct)
def test_root_takes_the_way_with_the_fewest_rights(mode: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, mode)
        is_open = hosting._reaches(hosting._without_rights(), [Path(home), Path(sys.prefix)])
        words = hosting.as_other_user(Path(home))
    # Root's files tell what a server that was broken into could read.
    assert hosting.runs([*words, "cat", "/etc/shadow"]) is not is_open
    assert is_open == (words == hosting._without_rights())


@as_root
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "run"
    other.mkdir()
    os.chown(other, 23456, 23456)
    with pytest.raises(EmbeddedFailure, match="belongs to uid 23456"):
        ValkeyServer(tmp_path).start()
    assert other.stat().st_uid == 23456


def test_without_binaries_the_sentence_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosting, "_postgres_folders", lambda: iter(()))
    monkeypatch.setattr(hosting, "_valkey_paths", lambda: iter(()))
    with pytest.raises(EmbeddedFailure, match="set DATABASE_URL"):
        PostgresServer(tmp_path).start()
    with pytest.raises(EmbeddedFailure, match="set REDIS_URL"):
        ValkeyServer(tmp_path).start()


def test_data_of_another_major_version_is_not_touched(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedFailure, match="made by PostgreSQL 9"):
        PostgresServer(tmp_path).start()
    assert [item.name for item in data.iterdir()] == ["PG_VERSION"]


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with PostgresServer(tmp_path, durable=False) as server:
        (server.data_dir / "postgresql.conf").write_text("no_such_setting = 1\n")
        server.kill()
        with pytest.raises(EmbeddedFailure, match="no_such_setting"):
            server.start()


def test_stop_frees_the_data_for_the_next_run(tmp_path: Path) -> None:
    with ValkeyServer(tmp_path) as first:
        assert first.is_held()
    assert not first.is_held()
    assert first.process is None
    with ValkeyServer(tmp_path) as second:
        assert second.process is not None
        os.kill(second.process.pid, signal.SIGTERM)
