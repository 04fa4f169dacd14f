"""How the layers above name a person before there is a row for them."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class IdentityRef:
    """One way a provider names a person. `realm` narrows ids that are only unique inside a page."""

    kind: IdentityKind
    value: str
    realm: str = ""


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person: identities, the strongest first, and what they call themselves."""

    identities: tuple[IdentityRef, ...]
    name: str = ""
    username: str = ""
