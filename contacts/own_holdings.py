"""The tables of this package that touch a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.holdings import Holding
from contacts.models import (
    Consent,
    ConsentState,
    Contact,
    ContactIdentity,
    ContactMerge,
    ContactTag,
    DataRequest,
    DuplicatePair,
    LegalHold,
)

HOLDINGS = (
    Holding(
        Contact,
        "pk",
        blanks={
            **dict.fromkeys(("name", "email", "phone", "notes"), ""),
            "custom": {},
        },
        hidden=frozenset({"merged_into"}),
    ),
    Holding(
        Contact,
        "guardian",
        hidden=frozenset(
            {"merged_into", "custom", "notes", "email", "phone", "status", "last_contact_at"}
        ),
        why="o cadastro é de outra pessoa, o dependente",
        named=_("dependentes"),
    ),
    # The row stays, for conversations to be with somebody; what it says of them goes.
    Holding(
        ContactIdentity,
        "contact",
        blanks={"username": "", "came_with": None, "verified_at": None, "proof": ""},
    ),
    Holding(ContactTag, "contact", is_deleted=True),
    Holding(Consent, "contact", why="prova do que foi permitido (LGPD art. 8, § 2º)"),
    Holding(ConsentState, "contact", why="diz que não se pode escrever a quem saiu"),
    Holding(DuplicatePair, "first", is_deleted=True),
    Holding(ContactMerge, "kept", is_deleted=True),
    Holding(DataRequest, "contact", blanks={"notes": ""}, why="prova de que foi atendido"),
    Holding(LegalHold, "contact", why="prova do que a lei mandou guardar"),
)
