"""The simulator's own addresses, one clinic number, one person, and a receiver for webhooks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.db import connections
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings
from pytest_httpserver import HTTPServer

from simulator.middleware import MIDDLEWARE
from simulator.models import SimNumber, SimPerson, SimWebhook
from simulator.whatsapp import delivery
from simulator.whatsapp.services import number_ensure, person_ensure, person_send, templates_ensure

Json = dict[str, Any]
PHONE_ID = "106540352240001"
WABA_ID = "102290129340001"
PATIENCE_SECONDS = 30
TOKEN = "token-da-clinica"


@pytest.fixture(autouse=True)
def simulator_settings(settings: Settings, tmp_path: Path) -> None:
    """Serve the simulator's addresses as its own process does."""
    settings.ROOT_URLCONF = "simulator.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.META_APP_SECRETS = ["segredo-atual", "segredo-antigo"]
    settings.VAR_DIR = tmp_path
    settings.SIMULATOR = True
    settings.DEBUG = True


@pytest.fixture
def number(db: None) -> SimNumber:
    """Give the clinic's number with the sample templates."""
    templates_ensure(WABA_ID)
    return number_ensure(
        phone_number_id=PHONE_ID,
        waba_id=WABA_ID,
        display_phone="+55 11 3090-0000",
        verified_name="Clínica Vida Plena",
        access_token=TOKEN,
    )


@pytest.fixture
def person(db: None) -> SimPerson:
    """Give a patient who has never written."""
    return person_ensure(name="Mariana Alves", wa_id="5511990000001")


@pytest.fixture
def wrote(number: SimNumber, person: SimPerson) -> SimPerson:
    """Give the same patient, who has just written."""
    person_send(number=number, person=person, kind="text", body={"body": "Oi"})
    SimWebhook.objects.all().delete()
    return person


@pytest.fixture
def graph(client: Client) -> Callable[..., HttpResponse]:
    """Give a caller of the Graph API with the clinic's token."""

    def call(method: str, path: str, data: Any = None, token: str = TOKEN) -> HttpResponse:
        more: Json = {"headers": {"Authorization": f"Bearer {token}"}} if token else {}
        if data is not None:
            more |= {"data": json.dumps(data), "content_type": "application/json"}
        return client.generic(method, f"/v26.0/{path}", **more)

    return call


@pytest.fixture
def send(graph: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a sender of messages to the patient."""

    def call(kind: str = "text", content: Any = None, **more: Any) -> HttpResponse:
        content = {"body": "Olá"} if content is None else content
        data = {"messaging_product": "whatsapp", "to": "+5511990000001", "type": kind}
        return graph("POST", f"{PHONE_ID}/messages", {**data, kind: content, **more})

    return call


@pytest.fixture
def control(client: Client) -> Callable[..., HttpResponse]:
    """Give a caller of the control API."""

    def call(method: str, path: str, data: Any = None) -> HttpResponse:
        more: Json = {}
        if data is not None:
            more = {"data": json.dumps(data), "content_type": "application/json"}
        return client.generic(method, f"/control/{path}", **more)

    return call


def error_of(response: HttpResponse) -> Json:
    """Give the error object of a Graph refusal."""
    error: Json = json.loads(response.content)["error"]
    return error


def values() -> list[Json]:
    """Give what waits for delivery, in its order."""
    return [json.loads(row.value) for row in SimWebhook.objects.order_by("turn_at", "id")]


def statuses() -> list[str]:
    """Give the words of the statuses that wait, in their order."""
    return [value["statuses"][0]["status"] for value in values() if "statuses" in value]


@pytest.fixture
def due(db: None) -> Callable[[], int]:
    """Give a delivery of everything that waits, also of what would leave later."""

    def run() -> int:
        rows = SimWebhook.objects.filter(delivered_at=None)
        # An hour earlier for all: the order between them stays.
        rows.update(turn_at=F("turn_at") - timedelta(hours=1))
        return delivery.deliver_due()

    return run


@pytest.fixture
def receiver(httpserver: HTTPServer, settings: Settings) -> HTTPServer:
    """Give a server that the simulator posts its webhooks to; it answers 200."""
    httpserver.expect_request("/webhooks/whatsapp/", method="POST").respond_with_data("ok")
    settings.SIMULATOR_WEBHOOK_URL = httpserver.url_for("/webhooks/whatsapp/")
    return httpserver


@pytest.fixture
def address(simulator_settings: None, receiver: HTTPServer, settings: Settings) -> Iterator[str]:
    """Run the simulator as its own process would and give its address.

    Its threads see only what is committed: the test needs `django_db(transaction=True)`.
    """
    from simulator.asgi import application_build

    config = uvicorn.Config(application_build(), port=0, log_level="error", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    settings.SIMULATOR_URL = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield settings.SIMULATOR_URL
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)
    connections.close_all()
