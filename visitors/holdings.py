"""The tables of this package that touch a person."""

from __future__ import annotations

from contacts.holdings import Holding
from visitors.models import VisitorBlock, VisitorCode, VisitorProof, VisitorSession

HOLDINGS = (
    Holding(
        VisitorSession,
        "identity__contact",
        is_deleted=True,
        hidden=frozenset({"token_hash", "pointer_hash", "address", "identity"}),
    ),
    Holding(
        VisitorProof,
        "session__identity__contact",
        is_deleted=True,
        hidden=frozenset({"jti_hash"}),
    ),
    Holding(
        VisitorBlock,
        "session__identity__contact",
        is_deleted=True,
        hidden=frozenset({"value", "author"}),
    ),
    Holding(
        VisitorCode,
        "conversation__contact",
        is_deleted=True,
        hidden=frozenset({"code_hash", "identity"}),
    ),
)
