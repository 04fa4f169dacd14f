"""Rules, board and runbook speak of numbers that exist, and Prometheus itself tries the rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config import gathering
from config.backlogs import BACKLOGS

DEPLOY = Path(settings.BASE_DIR) / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
NAME = re.compile(r"central_[a-z_]+")
PROMTOOL = shutil.which("promtool")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def board() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEPLOY / "grafana" / "central.json").read_text())
    return found


def existing() -> set[str]:
    """Return the names of all numbers that /metrics tells, with a histogram's parts."""
    text = gathering.metrics().decode()
    types = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    names = {name for name, _kind in types}
    return names | {f"{name}_{part}" for name in names for part in ("bucket", "sum", "count")}


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
@pytest.mark.parametrize(
    "command",
    [
        ("check", "rules", "--lint", "all", "--lint-fatal", "alerts.yml"),
        ("test", "rules", "alerts.test.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ],
)
def test_prometheus_takes_the_rules_and_they_fire_and_end(command: tuple[str, ...]):
    done = subprocess.run(
        [str(PROMTOOL), *command], cwd=RULES.parent, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
def test_prometheus_takes_what_the_board_asks(tmp_path: Path):
    asked = [t["expr"] for panel in board()["panels"] for t in panel["targets"]]
    recorded = [
        {"record": f"board:{n}", "expr": expr.replace("$__rate_interval", "5m")}
        for n, expr in enumerate(asked)
    ]
    file = tmp_path / "board.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": recorded}]}))
    done = subprocess.run(
        [str(PROMTOOL), "check", "rules", str(file)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")
@pytest.mark.django_db(transaction=True)
def test_prometheus_takes_the_numbers():
    text = gathering.metrics()
    done = subprocess.run(
        [str(PROMTOOL), "check", "metrics"], input=text, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


@pytest.mark.django_db(transaction=True)
def test_rules_and_board_ask_for_numbers_that_exist():
    told = " ".join(rule["expr"] for rule in rules())
    told += " ".join(t["expr"] for panel in board()["panels"] for t in panel["targets"])
    assert set(NAME.findall(told)) - existing() - {"central_job_age_seconds"} == set()


def test_every_rule_has_a_case_a_section_and_a_sentence():
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    cases = (RULES.parent / "alerts.test.yml").read_text()
    runbook = (Path(settings.BASE_DIR) / "docs" / "runbook.md").read_text()
    sections = re.findall(r"^## (\w+)$", runbook, re.MULTILINE)
    assert sorted(sections) == sorted(names)
    for rule in rules():
        assert f"alertname: {rule['alert']}" in cases
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket", "none")


def test_every_backlog_has_a_rule_with_its_limit():
    found = {rule["alert"]: rule["expr"] for rule in rules()}
    for backlog in BACKLOGS:
        assert f'{{backlog="{backlog.name}"}}) > {backlog.limit}' in found[backlog.alert]


def test_the_board_is_one_that_grafana_loads():
    found = board()
    assert found["uid"] and found["title"] and found["schemaVersion"] >= 39
    ids = [panel["id"] for panel in found["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in found["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        assert panel["datasource"]["uid"] == "${source}"
    assert [one["name"] for one in found["templating"]["list"]] == ["source"]
