"""A Graph API on the loopback that says what each test wants."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from providers.choices import MessageKind
from providers.outgoing import Account, Destination, OutgoingMessage

TOKEN = "EAAtest-token-that-nobody-may-see"


@pytest.fixture
def account(httpserver: HTTPServer, settings) -> Account:
    """Give an account whose Graph API is the local server."""
    settings.META_GRAPH_URL = httpserver.url_for("").rstrip("/")
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    return Account(
        account_id="106540352242922",
        settings={
            "waba_id": "102290129340398",
            "graph_url": settings.META_GRAPH_URL,
            "graph_version": "v26.0",
        },
        secrets={"access_token": TOKEN},
    )


def with_settings(account: Account, **values: str) -> Account:
    """Return an account with other settings."""
    return dataclasses.replace(account, settings={**account.settings, **values})


def with_secrets(account: Account, **values: str) -> Account:
    """Return an account with other secrets."""
    return dataclasses.replace(account, secrets={**account.secrets, **values})


@pytest.fixture
def message() -> OutgoingMessage:
    """Give a text for Ana."""
    return OutgoingMessage(
        token="msg:1", to=Destination(phone="5511987654321"), kind=MessageKind.TEXT, text="Olá"
    )


Behaviour = Callable[[socket.socket], None]


@pytest.fixture
def rude_account(account, settings) -> Iterator[Callable[[Behaviour], Account]]:
    """Give a function that returns an account whose server does to each connection what you say."""
    servers: list[socket.socket] = []
    held: list[socket.socket] = []

    def start(behaviour: Behaviour) -> Account:
        listener = socket.create_server(("127.0.0.1", 0))
        servers.append(listener)

        def serve() -> None:
            while True:
                try:
                    connection, _peer = listener.accept()
                except OSError:
                    return
                held.append(connection)
                behaviour(connection)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.META_GRAPH_URL = url
        return with_settings(account, graph_url=url)

    yield start
    for one in (*servers, *held):
        one.close()
