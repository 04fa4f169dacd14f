"""Which addresses may be told."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from integrations import sending
from integrations.guard import AddressRefused, InsideAddress, OutsideResolver, address_check
from integrations.models import AttemptError
from integrations.services.claiming import Parcel


@pytest.mark.parametrize(
    "url",
    [
        "http://sistema.example.com/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://224.0.0.1/",
        "https://100.64.0.1/",
        "https://10.0.0.8/",
        "https://169.254.169.254/latest",
        "https://localhost/",
        "https://localhost./",
        "https://servidor/",
        "https://banco.internal/",
        "https://quem:senha@sistema.example.com/",
        "https://sistema.example.com:22/",
        "https://sistema.example.com:0/",
        "https://sistema.example.com:99999/",
        "https://central.example/aviso",
        "https://sistema.example.com/#parte",
        "https://sistema.example.com/a b",
        "https://sistema.example.com/\r\nX: y",
        "ftp://sistema.example.com/",
        "//sistema.example.com/",
        "",
        "https://sistema.example.com/" + "a" * 500,
    ],
)
def test_an_address_that_may_lead_inside_is_refused(url: str, settings: Any):
    settings.PUBLIC_URL = "https://central.example"
    settings.WEBHOOKS_OUT_HOSTS = []
    with pytest.raises(AddressRefused):
        address_check(url)


@pytest.mark.parametrize(
    "url",
    ["https://sistema.example.com/a?b=c", "https://8.8.8.8:8443/", "https://a.example.com:443"],
)
def test_a_public_address_passes(url: str, settings: Any):
    settings.WEBHOOKS_OUT_HOSTS = []
    address_check(url)


def resolving(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> None:
    async def found(self: Any, host: str, port: int = 0, family: Any = 0) -> Any:
        return [
            {"hostname": host, "host": one, "port": port, "family": 2, "proto": 0, "flags": 0}
            for one in hosts
        ]

    monkeypatch.setattr("aiohttp.ThreadedResolver.resolve", found)


async def resolve(host: str) -> Any:
    return await OutsideResolver().resolve(host, 443, socket.AF_INET)


@pytest.mark.parametrize("hosts", [("10.0.0.1",), ("8.8.8.8", "127.0.0.1")])
def test_a_name_is_refused_when_one_of_its_addresses_leads_inside(
    monkeypatch: pytest.MonkeyPatch, settings: Any, hosts: tuple[str, ...]
):
    settings.WEBHOOKS_OUT_HOSTS = []
    resolving(monkeypatch, *hosts)
    with pytest.raises(InsideAddress):
        asyncio.run(resolve("sistema.example.com"))


def test_a_name_that_changed_since_it_was_checked_is_refused_at_the_try(
    monkeypatch: pytest.MonkeyPatch, settings: Any
):
    settings.WEBHOOKS_OUT_HOSTS = []
    url = "https://sistema.example.com/aviso"
    address_check(url)
    resolving(monkeypatch, "127.0.0.1")

    async def tried() -> Any:
        from django.utils import timezone
        from uuid_utils.compat import uuid7

        parcel = Parcel(uuid7(), uuid7(), url, ("whsec_AAAA",), b"{}", 1, timezone.now(), 0)
        async with sending.client() as session:
            return await sending.post(session, parcel)

    outcome = asyncio.run(tried())
    assert outcome.error == AttemptError.FORBIDDEN
    assert outcome.status is None
