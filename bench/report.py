"""Figures on the screen and in `bench.jsonl`: each beside its floor and its goal."""

from __future__ import annotations

import json
import operator
from collections.abc import Sequence
from pathlib import Path
from statistics import median

COMPARE = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


class Report:
    """Collects the figures of one run. `ok` is false when one misses its goal."""

    def __init__(self, path: Path) -> None:
        self.path = path
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

        `goal` is "value <= 40" or "ratio >= 8", "" for a figure that only informs.
        """
        ratio = value / floor if floor else None
        ok = None
        if goal:
            what, sign, limit = goal.split()
            measured = value if what == "value" else ratio
            assert measured is not None, "a goal on the ratio needs a floor"
            ok = bool(COMPARE[sign](measured, float(limit)))
        self.figures[name] = {
            "name": name,
            "value": round(value, 3),
            "unit": unit,
            "floor": None if floor is None else round(floor, 3),
            "ratio": None if ratio is None else round(ratio, 3),
            "goal": goal,
            "ok": ok,
        }
        mark = {True: "ok  ", False: "MISS", None: "    "}[ok]
        beside = "" if floor is None else f"  floor {floor:,.1f}  ratio {ratio:.2f}"
        print(
            f"  {mark} {name:<38} {value:>10,.1f} {unit:<8}{beside}"
            f"{f'  goal {goal}' if goal else ''}{f'  ({note})' if note else ''}",
            flush=True,
        )
        self._write()

    def say(self, words: str) -> None:
        """Print a line between the figures."""
        print(words, flush=True)

    def _write(self) -> None:
        """Keep the figures of this run, and those of former runs that this one did not measure."""
        kept: dict[str, dict[str, object]] = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                figure = json.loads(line)
                kept[figure["name"]] = figure
        kept |= self.figures
        part = self.path.with_suffix(".part")
        part.write_text("".join(json.dumps(figure) + "\n" for figure in kept.values()))
        part.replace(self.path)


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share (0..1) of the values lies."""
    ordered = sorted(values)
    return ordered[min(round(share * len(ordered)), len(ordered) - 1)]


def middle(values: Sequence[float]) -> float:
    """Give the median."""
    return float(median(values))
