"""What every test session needs before Django loads: an environment of its own, and servers.

Without DATABASE_URL and REDIS_URL the session starts the missing ones under VAR_DIR/test-PID and
removes them at its end. With xdist the controller does so once; workers inherit the addresses.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

from config.embedded import PostgresServer, Server, ValkeyServer

ROOT = Path(__file__).parent
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
BASE = ROOT / (os.environ.get("VAR_DIR") or "var")
VAR_DIR = Path(os.environ.get("TEST_VAR_DIR") or BASE / f"test-{os.getpid()}")

_servers: list[Server] = []


def _remove_abandoned() -> None:
    """Remove what killed sessions left behind."""
    for folder in VAR_DIR.parent.glob("test-*"):
        pid = folder.name.removeprefix("test-")
        if pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _set_environment() -> None:
    """Fix every value the settings read, so that a developer's own `.env` changes no result."""
    for server in (PostgresServer(VAR_DIR, durable=False), ValkeyServer(VAR_DIR, durable=False)):
        name = "DATABASE_URL" if isinstance(server, PostgresServer) else "REDIS_URL"
        if not os.environ.get(name):
            os.environ[name] = server.url
            _servers.append(server)
    # Workers find it here and derive their own folder from it.
    os.environ["TEST_VAR_DIR"] = str(VAR_DIR)
    own = VAR_DIR / WORKER if WORKER else VAR_DIR
    values = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        # Tests of the limit set one; answers of the rest would differ by a count.
        "API_CALLS_PER_MINUTE": "0",
        "CREDENTIALS_KEYS": f"t1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "META_APP_SECRET": f"{secrets.token_hex(16)},{secrets.token_hex(16)}",
        "META_VERIFY_TOKEN": secrets.token_urlsafe(24),
        "METRICS_TOKEN": secrets.token_urlsafe(24),
        "META_GRAPH_URL": "https://graph.facebook.com",
        "META_GRAPH_VERSION": "v26.0",
        # Races hold a connection each.
        "DATABASE_POOL": "60",
        "DEBUG": "0",
        "HTTPS": "0",
        "SIMULATOR": "0",
        "SIMULATOR_URL": "http://127.0.0.1:8001",
        "SIMULATOR_WEBHOOK_URL": "http://127.0.0.1:8000/webhooks/whatsapp/",
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "PUBLIC_URL": "http://testserver",
        "MEDIA_EXTRA_HOSTS": "",
        "OPENAI_API_KEY": "",
        "AZURE_SPEECH_KEY": "",
        "VAR_DIR": str(own),
        "SPOOL_DIR": str(own / "spool"),
        "MEDIA_DIR": str(own / "media"),
        "REALTIME_PREFIX": f"test-{os.getpid()}",
    }
    os.environ.update(values)


_set_environment()
django.setup()
# A parallel worker that inherits this name loads the settings before its own environment is set,
# and then shares spool, files, cache and rooms with its neighbours.
os.environ.pop("DJANGO_SETTINGS_MODULE", None)
# The cast logs in hundreds of times; a slow hash is worth its time only against thieves.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A pool opens one connection at a time, and a race wants twenty on a machine that others use too.
settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 60
# How long one example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers that nobody brought, before any worker or test looks for them."""
    if WORKER or session.config.option.collectonly:
        return
    _remove_abandoned()
    for server in _servers:
        server.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers after the last teardown and remove their data."""
    for server in reversed(_servers):
        server.stop()
    if not WORKER:
        shutil.rmtree(VAR_DIR, ignore_errors=True)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave alone the file that draws its requests while it is collected, when all of it is slow:
    each worker would spend ten seconds on tests that nobody asked for.
    """
    is_drawn = collection_path == ROOT / "tests" / "api" / "test_fuzz.py"
    return True if is_drawn and config.option.markexpr.startswith("not slow") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test a second try in CI: browsers and races share two cores and one clock with
    their neighbours, and one late frame among eleven thousand says nothing of the code. The summary
    names and counts such tries, so that they are looked at; one that fails twice fails.
    """
    if IN_CI:
        for item in items:
            item.add_marker(pytest.mark.flaky(reruns=1))


def _chromium() -> str | None:
    return next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Give the browser's path; tests that want it carry the marker `browser`."""
    path = _chromium()
    assert path is not None, "mark the test with pytest.mark.browser"
    return path


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a browser where there is none; in CI its absence is a failure. Whatever the
    last request of another test spoke is forgotten, as a thread does with its next request.
    """
    translation.deactivate()
    if item.get_closest_marker("browser") is None or _chromium() is not None:
        return
    words = "needs Chromium (on Debian: apt install chromium)"
    if IN_CI:
        pytest.fail(words)
    pytest.skip(words)
