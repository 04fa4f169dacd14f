"""How the layers above name a person before there is a row for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from django.db import models
from django.utils.translation import gettext_lazy as _


class IdentityKind(models.TextChoices):
    """The ways providers name people (reference: Meta, BSUID and usernames)."""

    WA_PHONE = "wa_phone", _("WhatsApp (número)")
    WA_BSUID = "wa_bsuid", _("WhatsApp (usuário)")
    WA_PARENT_BSUID = "wa_parent_bsuid", _("WhatsApp (usuário do grupo empresarial)")
    IG_SID = "ig_sid", "Instagram"
    FB_PSID = "fb_psid", "Messenger"
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Telefone")
    WEBCHAT = "webchat", _("Chat do site")


# The kinds whose ids are phone numbers, digits with the country code: known from one, a person is
# found from the others.
PHONE_KINDS = (IdentityKind.WA_PHONE, IdentityKind.PHONE)
# Under which of them the number of a record is kept.
RECORD_PHONE = IdentityKind.WA_PHONE
# The realm of a number that its person has left: kept on their record, it finds nobody any more.
LEFT = "deixado"
# Stands where an erased id was: nobody can be written to by it.
FORGOTTEN = "eliminado:"


class Proof(models.TextChoices):
    """How it is known that an address is a person's own; what somebody only typed has none."""

    WROTE = "mensagem", _("Escreveu deste endereço")
    SENDER = "remetente", _("Remetente autenticado")
    CLICK = "clique", _("Confirmou pelo link")
    SIGNED = "site", _("Identificado pelo site da clínica")
    CODE = "codigo", _("Continuou a conversa com um código")


@dataclass(frozen=True, slots=True)
class IdentityRef:
    """One way a provider names a person. `realm` narrows ids that are only unique inside a page.
    `proof` says how this message proves that the address is theirs, "" when it does not.
    """

    kind: IdentityKind
    value: str
    realm: str = ""
    proof: Proof | Literal[""] = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person: identities, the strongest first, and what they call themselves.

    `claims` are addresses that they only typed, or that somebody who knows them vouched for
    (`IdentityRef.proof`): kept on a record that has none, for staff to compare, but nobody is found
    by them.
    """

    identities: tuple[IdentityRef, ...]
    name: str = ""
    username: str = ""
    claims: tuple[IdentityRef, ...] = ()
