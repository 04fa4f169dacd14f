"""Figures on the screen and in `bench.jsonl`: each beside its floor and its goal."""

from __future__ import annotations

import json
import operator
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import cast

COMPARE = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


class Report:
    """Collects the figures of one run. `ok` is false when one misses its goal."""

    def __init__(self, path: Path, before: Path | None = None) -> None:
        """Begin a run. `before` is another commit's file of figures, if there is one."""
        self.path = path
        self.before = _read(before) if before else {}
        self.figures: dict[str, dict[str, object]] = {}

    @property
    def ok(self) -> bool:
        """Tell whether every figure reached its goal."""
        return all(figure["ok"] is not False for figure in self.figures.values())

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        floor: float | None = None,
        goal: str = "",
        note: str = "",
    ) -> None:
        """Print one figure and keep it.

        `goal` is "value <= 40", "ratio >= 8" (to the floor), "before <= 0.4" (to the commit
        before, once that was measured), or "" for a figure that only informs.
        """
        ratio = value / floor if floor else None
        former = cast("float | None", self.before.get(name, {}).get("value"))
        share = value / former if former else None
        ok = None
        if goal:
            what, sign, limit = goal.split()
            measured = {"value": value, "ratio": ratio, "before": share}[what]
            assert measured is not None or what == "before", "a goal on the ratio needs a floor"
            ok = None if measured is None else bool(COMPARE[sign](measured, float(limit)))
        self.figures[name] = {
            "name": name,
            "value": round(value, 3),
            "unit": unit,
            "floor": None if floor is None else round(floor, 3),
            "ratio": None if ratio is None else round(ratio, 3),
            "before": former,
            "goal": goal,
            "ok": ok,
        }
        mark = {True: "ok  ", False: "MISS", None: "    "}[ok]
        beside = "" if ratio is None else f"  floor {floor:,.1f}  ratio {ratio:.2f}"
        beside += "" if share is None else f"  before {former:,.1f} ({share:.2f} of it)"
        print(
            f"  {mark} {name:<38} {value:>10,.1f} {unit:<8}{beside}"
            f"{f'  goal {goal}' if goal else ''}{f'  ({note})' if note else ''}",
            flush=True,
        )
        self._write()

    def miss(self, name: str, reason: str) -> None:
        """Tell that a figure could not be measured, and why; it counts as missed."""
        self.figures[name] = {"name": name, "value": None, "ok": False, "reason": reason}
        print(f"  MISS {name:<38} not measured: {reason}", flush=True)
        self._write()

    def say(self, words: str) -> None:
        """Print a line between the figures."""
        print(words, flush=True)

    def _write(self) -> None:
        """Keep the figures of this run, and those of former runs that this one did not measure."""
        kept = _read(self.path) | self.figures
        part = self.path.with_suffix(".part")
        part.write_text("".join(json.dumps(figure) + "\n" for figure in kept.values()))
        part.replace(self.path)


def _read(path: Path) -> dict[str, dict[str, object]]:
    if not path.exists():
        return {}
    figures = (json.loads(line) for line in path.read_text().splitlines())
    return {figure["name"]: figure for figure in figures}


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share (0..1) of the values lies."""
    ordered = sorted(values)
    return ordered[min(round(share * len(ordered)), len(ordered) - 1)]


def middle(values: Sequence[float]) -> float:
    """Give the median."""
    return float(median(values))
