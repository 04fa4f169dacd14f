"""docker-compose.yml and Dockerfile, as far as they can be checked without Docker."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.utils.module_loading import import_string

from config import envfile

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# `$$` is a dollar for the container's shell, not a name of ours.
USED = dict(re.findall(r"(?<!\$)\$\{([A-Z_]+)(:\?|:-|)", TEXT))
DESCRIBED = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
# Read by the launcher, the simulator and the demo only; the compose file runs none of them.
LOCAL = {"DEMO", "DEMO_EMAIL", "DEMO_PASSWORD", "SIMULATOR", "SIMULATOR_URL"} | {
    "SIMULATOR_WEBHOOK_URL",
    "SIMULATOR_MAIL_PORT",
    "MEDIA_EXTRA_HOSTS",
}
# Where the image and the network put things; a person chooses them only outside Docker.
PLACED = {
    "VAR_DIR",
    "STATIC_ROOT",
    "SPOOL_DIR",
    "MEDIA_DIR",
    "DATABASE_URL",
    "REDIS_URL",
    "DEBUG",
} | {"DATABASE_APP_ROLE"}
OPTIONAL_PREFIX = {"REALTIME_PREFIX"}


def app_services() -> list[str]:
    return [name for name, service in SERVICES.items() if "build" in service]


def dockerfile_command() -> list[str]:
    last = (ROOT / "Dockerfile").read_text().strip().splitlines()[-1]
    words: list[str] = yaml.safe_load(last.removeprefix("CMD "))
    return words


def test_it_runs_what_the_design_names() -> None:
    assert set(SERVICES) == {
        "postgres",
        "redis",
        "migrate",
        "web",
        "worker",
        "campaigns",
        "bot",
        "mail_reader",
        "beat",
    }
    assert set(COMPOSE["volumes"]) == {"postgres", "redis", "var"}


def test_every_service_has_an_image_and_known_dependencies() -> None:
    for name, service in SERVICES.items():
        assert service["image"], name
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        for condition in service.get("depends_on", {}).values():
            assert condition["condition"] in {"service_healthy", "service_completed_successfully"}
        for mount in service["volumes"] if "volumes" in service else ():
            assert mount.split(":")[0] in COMPOSE["volumes"], name


def test_who_is_waited_for_as_healthy_has_a_health_check() -> None:
    waited = {
        name
        for service in SERVICES.values()
        for name, condition in service.get("depends_on", {}).items()
        if condition["condition"] == "service_healthy"
    }
    assert waited == {"postgres", "redis"}
    for name in [*waited, "web", "worker", "campaigns", "bot"]:
        assert SERVICES[name]["healthcheck"]["test"], name


def test_every_name_it_uses_is_described() -> None:
    assert set(USED) <= DESCRIBED


def test_every_described_name_reaches_the_containers_or_is_not_theirs() -> None:
    assert DESCRIBED - set(USED) == LOCAL | PLACED | OPTIONAL_PREFIX


def test_no_secret_has_a_default() -> None:
    secrets = {"SECRET_KEY", "CREDENTIALS_KEYS", "META_APP_SECRET", "META_VERIFY_TOKEN"}
    secrets |= {"POSTGRES_PASSWORD", "DATABASE_APP_PASSWORD", "REDIS_PASSWORD"}
    for name in secrets | {"ALLOWED_HOSTS", "PUBLIC_URL"}:
        assert USED[name] == ":?", name
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, _, value = line.partition("=")
        assert name not in secrets or not value, name


def test_the_settings_read_exactly_what_is_described() -> None:
    source = "".join(
        (ROOT / "config" / f"{name}.py").read_text()
        for name in ("settings", "launcher", "api_doors")
    )
    read = set(re.findall(r"""(?:env\.\w+|names|path)\(\s*["']([A-Z_]+)["']""", source))
    outside = {
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "FORWARDED_ALLOW_IPS",
        "DEMO_EMAIL",
        "DEMO_PASSWORD",
    }
    assert read - DESCRIBED == set()
    assert DESCRIBED - read <= outside
    assert set(envfile.FRESH) <= DESCRIBED


@pytest.mark.parametrize("name", ["migrate", "worker", "campaigns", "bot", "mail_reader", "beat"])
def test_each_command_exists(name: str) -> None:
    command = SERVICES[name]["command"]
    if command[0] == "python":
        assert (ROOT / command[1]).exists()
        assert command[2] in get_commands()
    else:
        celery = import_module("celery.bin.celery")
        assert command[:3] == ["celery", "-A", "config"]
        assert command[3] in celery.celery.commands


def test_web_runs_the_application_behind_a_proxy() -> None:
    command = dockerfile_command()
    assert command[0] == "uvicorn"
    assert callable(import_string(command[1].replace(":", ".")))
    assert "command" not in SERVICES["web"]
    main = import_module("uvicorn.main").main
    known = {option for param in main.params for option in [*param.opts, *param.secondary_opts]}
    assert {word for word in command if word.startswith("--")} <= known


def test_redis_writes_what_it_holds_and_postgres_keeps_its_data() -> None:
    assert SERVICES["redis"]["command"][1:3] == ["--appendonly", "yes"]
    assert "redis:/data" in SERVICES["redis"]["volumes"]
    # From version 18 on the image keeps its data one level higher than before.
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]


def test_only_migrations_own_the_tables() -> None:
    for name in app_services():
        role = SERVICES[name]["environment"]["DATABASE_URL"].removeprefix("postgresql://")
        assert role.startswith("central:" if name == "migrate" else "central_app:"), name
        has_role = "DATABASE_APP_ROLE" in SERVICES[name]["environment"]
        assert has_role == (name == "migrate"), name


def test_the_proxy_of_this_machine_is_believed() -> None:
    network = COMPOSE["networks"]["default"]["ipam"]["config"][0]
    assert (
        re.search(r"FORWARDED_ALLOW_IPS: \$\{FORWARDED_ALLOW_IPS:-([\d.]+)\}", TEXT)[1]
        == (  # type: ignore[index]
            network["gateway"]
        )
    )
    assert "--proxy-headers" in dockerfile_command()


def test_redis_asks_for_a_password() -> None:
    command = SERVICES["redis"]["command"]
    assert command[command.index("--requirepass") + 1].startswith("${REDIS_PASSWORD:?")
    assert SERVICES["web"]["environment"]["REDIS_URL"].startswith("redis://:${REDIS_PASSWORD:?")


def test_only_web_is_published_and_only_on_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_web_and_worker_share_the_spool_and_the_media() -> None:
    image = (ROOT / "Dockerfile").read_text()
    folder = re.search(r"VAR_DIR=(\S+)", image)
    assert folder
    for name in app_services():
        assert f"var:{folder[1]}" in SERVICES[name]["volumes"], name


def test_the_image_is_built_in_two_steps_and_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert sum(line.startswith("FROM python:3.11-slim") for line in lines) == 2
    assert [line for line in lines if line.startswith("USER ")] == ["USER central"]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", ".venv", "var"} <= set(ignored)
