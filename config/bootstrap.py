"""Makes `.venv` and installs a lock file into it, once. Uses nothing but the standard library.

    python3 -I config/bootstrap.py requirements.lock

Runs before anything is installed, and under any Python 3, to be able to say that it is too old.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from importlib.util import find_spec

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGAN = time.monotonic()
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST, NEWEST = (3, 11), (3, 13)
# Asks a virtual environment for its version, where it believes to be, and for a pip that works.
PROBE = "import sys, pip; print(*sys.version_info[:2], sys.prefix)"
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"


def fail(words: str) -> None:
    """End with a sentence for who sits there."""
    print("\n" + words, file=sys.stderr)
    sys.exit(1)


def say(words: str) -> None:
    """Print one line with the seconds since the start, as the launcher goes on to do."""
    print(f"{time.monotonic() - BEGAN:6.1f} s  {words}", flush=True)


def main() -> None:
    """Bring `.venv` to the state the lock file describes; return at once when it is there."""
    # Two makes at once must not fill one folder together.
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        provide(sys.argv[1])
    finally:
        os.close(handle)


def provide(lock: str) -> None:
    """Make and fill `.venv` where its note does not say that this has been done."""
    if read(stamp(lock)) == state(lock):
        return
    check_python()
    if not is_sound():
        make_venv()
    install(lock)
    # The development lock holds the other one whole.
    for name in {lock, RUNTIME} if lock == DEVELOPMENT else {lock}:
        with open(stamp(name), "w") as file:
            file.write(state(name))


def check_python() -> None:
    """Refuse a Python that the packages do not support, or one that cannot make a `.venv`."""
    here = sys.version_info[:2]
    if not OLDEST <= here <= NEWEST:
        fail(
            "This needs Python {}.{} to {}.{}; {} is {}.{}. Install one, or name it: "
            "make run PYTHON=python3.11".format(*OLDEST, *NEWEST, sys.executable, *here)
        )
    if find_spec("ensurepip") is None:
        fail(
            "This Python cannot make a virtual environment. Install what is missing (on Debian and "
            "Ubuntu: apt install python{}.{}-venv) and try again.".format(*here)
        )


def is_sound() -> bool:
    """Tell whether `.venv` is whole, of a fitting Python, and at the place it was made for."""
    try:
        words = subprocess.check_output(  # noqa: S603 (our own command)
            [PYTHON, "-I", "-c", PROBE], stderr=subprocess.DEVNULL
        )
        major, minor, prefix = words.decode().strip().split(" ", 2)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False
    fits = OLDEST <= (int(major), int(minor)) <= NEWEST
    return fits and os.path.realpath(prefix) == os.path.realpath(VENV)


def make_venv() -> None:
    """Make `.venv` anew, over whatever stood there."""
    if os.path.lexists(VENV):
        say("replacing a .venv that does not work")
        if os.path.islink(VENV) or not os.path.isdir(VENV):
            os.unlink(VENV)
        else:
            shutil.rmtree(VENV)
    say(f"making .venv with {sys.executable}")
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail(f"The virtual environment could not be made: {error}")


def install(lock: str) -> None:
    """Install what the lock file names, showing how far it is; pip's own settings apply."""
    total = sum("==" in line for line in open(os.path.join(ROOT, lock)) if line[:1].isalnum())
    say(f"installing {total} packages from {lock} (about a minute)")
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", lock]
    pip = subprocess.Popen(  # noqa: S603 (our own command)
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines, found = [], 0
    assert pip.stdout is not None
    for line in pip.stdout:
        lines.append(line.rstrip())
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
            found += 1
            if found % 20 == 0:
                say(f"  {min(found, total)} of {total} found")
        elif line.startswith("Installing collected"):
            say("  unpacking")
    code = pip.wait()
    say("installed" if code == 0 else "not installed")
    if code:
        print("\n".join("  " + line for line in lines[-15:]), file=sys.stderr)
        fail(
            f"pip could not install {lock}; its last words stand above. Run the same command again."
        )


def stamp(lock: str) -> str:
    """Give the path of the note that a lock file has been installed."""
    return os.path.join(VENV, "installed-" + lock)


def state(lock: str) -> str:
    """Give what the note must say: another lock file, Python or place asks for another look."""
    with open(os.path.join(ROOT, lock), "rb") as file:
        return "\n".join((hashlib.sha256(file.read()).hexdigest(), os.path.realpath(PYTHON), VENV))


def read(path: str) -> str:
    """Give a file's text, or nothing when there is none."""
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("Interrupted; the same command goes on where this one stopped.")
