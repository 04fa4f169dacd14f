"""Which project is measured: the one this bench lies in, or another commit's folder (BENCH_SOURCE).

The bench is the same client for both, so that two commits can be compared by turns: processes and
models are the other folder's, the package `bench` is this one's.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path(os.environ.get("BENCH_SOURCE") or ROOT).resolve()
IS_ANOTHER = SOURCE != ROOT
# A folder that holds this bench and nothing else of this commit.
ALONE = ROOT / "var" / "bench-alone"


def path() -> str:
    """Give PYTHONPATH for every process of a run."""
    return os.pathsep.join([str(ALONE), str(SOURCE)] if IS_ANOTHER else [str(ROOT)])


def enter() -> None:
    """Begin again with the other folder's code, when it is another one; else return."""
    if not IS_ANOTHER or os.environ.get("PYTHONPATH") == path():
        return
    ALONE.mkdir(parents=True, exist_ok=True)
    link = ALONE / "bench"
    if not link.is_symlink():
        link.symlink_to(ROOT / "bench", target_is_directory=True)
    # Without the safe path, `-m` would put this folder before the other one.
    os.environ.update(PYTHONPATH=path(), PYTHONSAFEPATH="1")
    os.execv(sys.executable, [sys.executable, "-m", "bench", *sys.argv[1:]])
