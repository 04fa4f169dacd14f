"""Copies of a process: alone, killable, ended with it, and as able as a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config import hosting

ROOT = Path(__file__).parents[2]
# A process that forks, for the one of the tests has threads and connections.
HEAD = """
import os, signal, subprocess, sys, time
# Whoever runs the tests may have been told to ignore it.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from config import forks, interruption
interruption.listen()
def fork(run, name="copy", **environment):
    return forks.fork(run, name=name, environment=environment, stdout=1, stderr=2)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")


def run(program: str, **environment: str) -> str:
    """Run a program that forks and return what it and its copies printed."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_copy_has_its_session_name_input_and_environment() -> None:
    said = run(
        "def live():\n"
        "    print(os.getsid(0) == os.getpid(), os.environ['WORD'], repr(sys.stdin.read()))\n"
        "    print(open('/proc/self/comm').read().strip())\n"
        "one = fork(live, name='central-campaigns', WORD='abc')\n"
        "print(one.wait(), one.pid > 0, 'WORD' in os.environ)"
    )
    assert said == "True abc ''\ncentral-campaig\n0 True False\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("pass", 0),
        ("sys.exit(3)", 3),
        ("raise SystemExit('words')", 1),
        ("1 / 0", 1),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGHUP)", -signal.SIGHUP),
        ("os.kill(os.getpid(), signal.SIGINT)", 1),
    ],
)
def test_the_end_of_a_copy_is_told_as_of_any_process(body: str, code: int) -> None:
    said = run(f"def live(): {body}\none = fork(live)\nprint(one.wait(), one.poll())")
    assert said == f"{code} {code}\n"


def test_a_copy_never_goes_on_with_what_its_parent_was_about() -> None:
    said = run(
        "try:\n"
        "    one = fork(lambda: os.kill(os.getpid(), signal.SIGINT))\n"
        "    one.wait()\n"
        "finally:\n"
        "    print('once')"
    )
    assert said == "once\n"


def test_a_wait_has_an_end_and_a_deaf_copy_is_killed() -> None:
    said = run(
        "def live():\n"
        "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('deaf'); time.sleep(60)\n"
        "reading, writing = os.pipe()\n"
        "one = forks.fork(live, name='copy', environment={}, stdout=writing, stderr=2)\n"
        "assert os.read(reading, 5) == b'deaf\\n'\n"
        "one.terminate()\n"
        "try: one.wait(0.2)\n"
        "except subprocess.TimeoutExpired: print('waits', one.poll())\n"
        "one.kill(); print(one.wait())\n"
        "one.terminate()"
    )
    assert said == f"waits None\n{-signal.SIGKILL}\n"


def test_a_copy_ends_with_its_parent_however_that_ends() -> None:
    program = HEAD + "one = fork(lambda: time.sleep(60)); print(one.pid, flush=True); one.wait()"
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert hosting.until(lambda: _comm(pid) == "copy", 5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert hosting.until(lambda: _comm(pid) != "copy", 5)


def _comm(pid: int) -> str:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return ""
    name, _, rest = state.partition("(")[2].rpartition(")")
    return "" if rest.split()[0] == "Z" else name


def test_a_signal_that_comes_in_the_middle_of_something_is_heard_after_it() -> None:
    said = run(
        "try:\n"
        "    with interruption.later():\n"
        "        os.kill(os.getpid(), signal.SIGTERM); print('goes on')\n"
        "    print('never')\n"
        "except interruption.Interrupted: print('heard')"
    )
    assert said == "goes on\nheard\n"
    assert run("with interruption.later(): pass\nprint(signal.getsignal(15).__name__)") == (
        "interrupt\n"
    )


def test_what_copies_are_made_of_shares_nothing_that_must_be_each_ones_own() -> None:
    said = run(
        "import threading\n"
        "from config import template\n"
        "template.load({'SIMULATOR': '0'})\n"
        "from django.db import connections\n"
        "from django.core.cache import caches\n"
        "kinds = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')[:-1]]\n"
        "print(threading.active_count(), len(os.listdir('/proc/self/task')))\n"
        "print([one for one in kinds if one.startswith('socket')])\n"
        "print([one.alias for one in connections.all(initialized_only=True) if one.connection])\n"
        "def live():\n"
        "    import random\n"
        "    from uuid_utils.compat import uuid4, uuid7\n"
        "    print(uuid4().hex, uuid7().hex[-16:], random.random())\n"
        "for _ in range(3): fork(live).wait()"
    )
    counts, sockets, connected, *copies = said.splitlines()
    assert (counts, sockets, connected) == ("1 1", "[]", "[]")
    for column in zip(*(line.split() for line in copies), strict=True):
        assert len(set(column)) == 3


def test_a_copy_becomes_the_owner_and_the_others_do_not() -> None:
    said = run(
        "from config import template\n"
        "template.load({'SIMULATOR': '0'})\n"
        "from django.db import connection\n"
        "def live():\n"
        "    template.become_owner('postgresql://owner@127.0.0.1/x', 'app')\n"
        "    from django.conf import settings\n"
        "    print(connection.settings_dict['USER'], settings.DATABASE_APP_ROLE)\n"
        "fork(live).wait()\n"
        "fork(lambda: print(connection.settings_dict['USER'])).wait()",
        DATABASE_URL="postgresql://app@127.0.0.1:1/x",
    )
    assert said == "owner app\napp\n"


def test_a_command_runs_as_its_module_would() -> None:
    said = run(
        "fork(lambda: forks.module_run(['calendar', '-t', 'text', '2026', '2'])).wait()",
    )
    assert "February 2026" in said
