"""The public business profile of a number (`whatsapp_business_profile`)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.facts import Json
from providers.outgoing import ContentRefused
from providers.tolerant import copied
from providers.whatsapp.answers import first

EDGE = "whatsapp_business_profile"
FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"

TEXT_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 40}
WEBSITE_COUNT = 2
WEBSITE_LIMIT = 256


def read(answer: Json) -> Json:
    """Return the profile's known fields; absent ones are missing."""
    profile = first(answer.get("data"))
    return {key: copied(profile[key]) for key in FIELDS.split(",") if key in profile}


def body_of(changes: Json) -> Json:
    """Return the body that changes the profile. Raises ContentRefused naming every wrong field."""
    problems: dict[str, list[Any]] = {}
    for key, value in changes.items():
        if key in TEXT_LIMITS:
            if not isinstance(value, str) or len(value) > TEXT_LIMITS[key]:
                sentence = _("Use um texto de até %(limit)s caracteres.")
                problems[key] = [sentence % {"limit": TEXT_LIMITS[key]}]
        elif key == "websites":
            if not _are_websites(value):
                sentence = _("Informe até %(count)s endereços que comecem com https://")
                problems[key] = [sentence % {"count": WEBSITE_COUNT}]
        else:
            problems[key] = [_("Este campo do perfil não pode ser alterado aqui.")]
    if problems:
        raise ContentRefused(_("Confira os campos do perfil."), fields=problems)
    return {"messaging_product": "whatsapp", **changes}


def _are_websites(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= WEBSITE_COUNT
        and all(
            isinstance(one, str)
            and len(one) <= WEBSITE_LIMIT
            and one.startswith(("https://", "http://"))
            for one in value
        )
    )
