"""What a start looks at, and how it says in a sentence that something is not there."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import redis


class LaunchFailure(RuntimeError):
    """The project cannot be started; the message is a sentence for who sits there."""


def database_check(url: str) -> None:
    """Raise LaunchFailure when no database answers at an address."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
        raise LaunchFailure(
            f"The database of DATABASE_URL does not answer: {reason}. Start it, or unset "
            f"DATABASE_URL to use the project's own."
        ) from None


def redis_check(url: str) -> None:
    """Raise LaunchFailure when no Redis answers at an address."""
    client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    try:
        client.ping()
    except redis.RedisError as error:
        raise LaunchFailure(
            f"The Redis of REDIS_URL does not answer: {error}. Start it, or unset REDIS_URL to use "
            f"the project's own."
        ) from None
    finally:
        client.close()


def answer(url: str) -> tuple[bool, str]:
    """Tell whether an address answers well, and in words what it answered."""
    try:
        # Straight there: a proxy of the environment's has no business with this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=3) as response:
            return True, f"status {response.status}"
    except urllib.error.HTTPError as error:
        return False, f"status {error.code}"
    except OSError as error:
        return False, str(error)


def tail(file: Path, count: int) -> str:
    """Give the last lines of a log, indented; nothing when there is none."""
    lines = file.read_text(errors="replace").splitlines()[-count:] if file.exists() else []
    return "\n".join(f"  {line}" for line in lines)
