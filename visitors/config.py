"""What loader and panel draw of a channel, without any visitor."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext

from omnichannel.models import Channel
from providers import registry
from providers.site import Site
from visitors import selectors, shapes

INPUTS = {"name": "text", "email": "email", "phone": "tel"}


def config_of(channel: Channel, site: Site) -> dict[str, Any]:
    """Return the object of `config.json`, in the language of the moment."""
    policy = registry.policy_of(channel.kind)
    proactive = site.proactive
    return {
        "key": channel.account_id,
        "name": channel.company.name,
        "colour": site.colour,
        "text_colour": site.text_colour,
        "side": site.side,
        "languages": ["pt-br", "en"],
        "language": "en" if (get_language() or "").startswith("en") else "pt-br",
        "texts": _texts(site),
        "hours": shapes.hours_shape(selectors.hours_of(channel)),
        "prechat": {
            "fields": [
                {**one, "kind": INPUTS[one["name"]], "label": _label(one["name"])}
                for one in site.form()
            ],
            "notice": {
                "version": site.notice.version,
                "text": site.notice.text,
                "policy_url": site.notice.policy_url,
            },
        },
        "proactive": {
            "pattern": proactive.pattern,
            "seconds": proactive.seconds,
            "text": proactive.text,
        }
        if proactive
        else None,
        "has_whatsapp": site.offers_whatsapp and bool(selectors.link_elsewhere(channel)),
        "only_identified": site.is_only_identified,
        "files": {
            "types": sorted({kind for rule in policy.files.values() for kind in rule.types}),
            "max_bytes": max(rule.max_bytes for rule in policy.files.values()),
        },
        "text_bytes": policy.text_limit,
    }


def _texts(site: Site) -> dict[str, str]:
    own = {
        "title": gettext("Fale com a clínica"),
        "greeting": gettext("Olá! Como podemos ajudar?"),
        "offline": gettext("Estamos fora do horário. Deixe sua mensagem e respondemos depois."),
        "button": gettext("Abrir o chat"),
    }
    return {name: site.texts.get(name) or words for name, words in own.items()}


def _label(name: str) -> str:
    return {
        "name": gettext("Nome"),
        "email": gettext("E-mail"),
        "phone": gettext("Telefone"),
    }[name]
