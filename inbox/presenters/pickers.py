"""Message templates as the picker offers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from inbox.presenters.common import label_of
from inbox.presenters.costs import TemplatePrices
from inbox.shapes import Choice, TemplateOption, Variable
from omnichannel.adapters.base import Adapter
from omnichannel.adapters.outgoing import TemplateVariable
from omnichannel.adapters.whatsapp.media import MEDIA_LIMITS
from omnichannel.choices import MessageKind, TemplateStatus
from omnichannel.models import Template
from omnichannel.services.template_filling import template_info
from omnichannel.wording import category_words, reason_words

_BUTTON_ICONS = {"URL": "chevron-right", "PHONE_NUMBER": "phone", "COPY_CODE": "copy"}
_FILES = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
}
PREFIX = "v:"


def options_of(
    templates: Iterable[Template], adapter: Adapter, prices: TemplatePrices
) -> list[TemplateOption]:
    """Draw the templates of a channel, those that can be sent first, each group by name."""
    options = [_option(template, adapter, prices) for template in templates]
    return sorted(options, key=lambda option: (not option.is_usable, option.title.casefold()))


def _option(template: Template, adapter: Adapter, prices: TemplatePrices) -> TemplateOption:
    parts = {str(part.get("type", "")).upper(): part for part in _parts(template.components)}
    header, buttons = parts.get("HEADER", {}), parts.get("BUTTONS", {})
    asked = adapter.template_variables(template_info(template))
    reason = _reason(template, asked)
    kinds = [_FILES[one.kind] for one in asked if one.kind in _FILES]
    return TemplateOption(
        id=template.pk,
        name=template.name,
        title=template.name.replace("_", " ").capitalize(),
        language=template.language,
        language_label=_language(template.language),
        category=template.category,
        category_label=category_words(template.category),
        status=template.status,
        status_label=label_of(TemplateStatus, template.status),
        body=str(parts.get("BODY", {}).get("text") or ""),
        header=str(header.get("text") or ""),
        footer=str(parts.get("FOOTER", {}).get("text") or ""),
        buttons=tuple(
            Choice(
                str(button.get("text") or ""),
                icon=_BUTTON_ICONS.get(str(button.get("type")).upper(), "reply"),
            )
            for button in _parts(buttons.get("buttons"))
        ),
        variables=tuple(
            _variable(one) for one in asked if one.is_required and one.kind not in _FILES
        ),
        is_usable=not reason,
        reason=reason,
        why=reason_words(template.rejected_reason) if reason and template.rejected_reason else "",
        cost=prices.words(template.category),
        file=label_of(MessageKind, kinds[0]) if kinds else "",
        accept=",".join(sorted(MEDIA_LIMITS[kinds[0]].types)) if kinds else "",
    )


def _parts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _reason(template: Template, asked: Iterable[TemplateVariable]) -> str:
    """Return why a template cannot be chosen, "" when it can."""
    if template.status != TemplateStatus.APPROVED:
        return label_of(TemplateStatus, template.status)
    if any(one.kind == "location" for one in asked):
        return _("Pede um lugar no cabeçalho")
    return ""


def _variable(one: TemplateVariable) -> Variable:
    if one.place == "button":
        label = _("Complemento do botão “%(name)s”") % {"name": one.name}
    elif one.name.isdigit():
        label = _("Campo %(number)s") % {"number": one.name}
    else:
        label = one.name.replace("_", " ").capitalize()
    if one.place == "header":
        label = _("%(label)s (título)") % {"label": label}
    return Variable(
        key=f"{PREFIX}{one.key}",
        token="{{" + one.name + "}}",
        part=one.place,
        label=label,
        example=one.example,
    )


def _language(code: str) -> str:
    names = {"pt_BR": "Português", "en": "English", "en_US": "English", "es": "Español"}
    return names.get(code, code)
