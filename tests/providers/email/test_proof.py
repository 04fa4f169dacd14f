"""Whose mail was authenticated is verified; whom a mail only names is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from contacts.refs import Proof
from providers.email.reading import RawMail, facts_of
from providers.facts import InboundMessage
from providers.outgoing import Account

OWN = "contato@clinica.example"


def proof_of(verdict: Any, *headers: str) -> str:
    account = Account(account_id=OWN, settings={"address": OWN})
    lines = [f"To: {OWN}", "Message-ID: <a@exemplo.example>", "Subject: Oi", *headers, "", "Oi"]
    (fact,) = facts_of(RawMail(account, "\r\n".join(lines).encode(), verdict), timezone.now())
    assert isinstance(fact, InboundMessage)
    return fact.person.identities[0].proof


@pytest.mark.parametrize(
    ("verdict", "headers", "proof"),
    [
        ("pass", ["From: Rita <rita@exemplo.example>"], Proof.SENDER),
        ("none", ["From: Rita <rita@exemplo.example>"], ""),
        ("fail", ["From: Rita <rita@exemplo.example>"], ""),
        # Of two senders nobody knows which wrote.
        ("pass", ["From: rita@exemplo.example, outra@exemplo.example"], ""),
        # The clinic's own form names whom to answer: it was typed there.
        ("pass", [f"From: {OWN}", "Reply-To: rita@exemplo.example"], ""),
    ],
)
def test_only_an_authenticated_sender_is_proven(verdict, headers, proof):
    assert proof_of(verdict, *headers) == proof
