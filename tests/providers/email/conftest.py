"""A mail server for these tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from providers.email.mailbox import whole
from providers.outgoing import Account
from providers.registry import adapter_for
from tests.postmaster import post
from tests.providers.payloads import PAYLOADS_DIR

__all__ = ["post"]


@pytest.fixture
def read_mail() -> Callable[[bytes], list[Any]]:
    """Give what reads a mail for the clinic's mailbox."""
    address = "contato@clinica.example"
    adapter, account = adapter_for("email"), Account(address, {"address": address})

    def read(raw: bytes) -> list[Any]:
        return list(adapter.parse(adapter.read_for(account, whole(raw))))

    return read


@pytest.fixture
def third_party() -> Callable[[str], bytes]:
    """Give what reads a mail of others' from PAYLOADS_DIR; the test is passed over without it."""
    if not PAYLOADS_DIR:
        pytest.skip("PAYLOADS_DIR is not set")
    return lambda name: (Path(PAYLOADS_DIR) / "third-party" / name).read_bytes()
