"""Message templates as the picker offers them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from inbox.shell.presenters import MARKS, label_of
from inbox.talk.bubbles import template_buttons
from inbox.talk.costs import TemplatePrices
from inbox.talk.shapes import TemplateOption, Variable
from omnichannel.models import Template
from omnichannel.services.template_filling import template_info
from omnichannel.wording import category_words, language_words, reason_words
from providers import registry
from providers.base import Templates
from providers.choices import MessageKind, TemplateStatus
from providers.outgoing import ContentRefused, TemplateVariable

_FILES = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
}
PREFIX = "v:"
BLANK = re.compile(r"\{\{[^}]*\}\}")
PLACE_WORDS = 5


def options_of(
    templates: Iterable[Template], kind: str, prices: TemplatePrices
) -> list[TemplateOption]:
    """Draw the templates of a kind of channel, those that can be sent first, each group by name."""
    options = [_option(template, kind, prices) for template in templates]
    return sorted(options, key=lambda option: (not option.is_usable, option.title.casefold()))


def _option(template: Template, channel_kind: str, prices: TemplatePrices) -> TemplateOption:
    adapter = registry.face_of(channel_kind, Templates)
    files = registry.policy_of(channel_kind).files
    parts = {str(part.get("type", "")).upper(): part for part in _parts(template.components)}
    header, body, buttons = parts.get("HEADER", {}), parts.get("BODY", {}), parts.get("BUTTONS", {})
    asked = adapter.template_variables(template_info(template))
    reason = _reason(template, asked, adapter)
    kinds = [_FILES[one.kind] for one in asked if one.kind in _FILES]
    return TemplateOption(
        id=template.pk,
        name=template.name,
        title=template.name.replace("_", " ").capitalize(),
        language=template.language,
        language_label=language_words(template.language),
        category=template.category,
        category_label=category_words(template.category),
        status=template.status,
        status_label=label_of(TemplateStatus, template.status),
        body=str(body.get("text") or ""),
        header=str(header.get("text") or ""),
        footer=str(parts.get("FOOTER", {}).get("text") or ""),
        buttons=template_buttons(
            (str(button.get("type") or ""), str(button.get("text") or ""))
            for button in _parts(buttons.get("buttons"))
        ),
        variables=tuple(
            _variable(one, str((header if one.place == "header" else body).get("text") or ""))
            for one in asked
            if one.is_required and one.kind not in _FILES
        ),
        is_usable=not reason,
        reason=reason,
        why=reason_words(template.rejected_reason) if reason and template.rejected_reason else "",
        cost=prices.words(template.category),
        file=label_of(MessageKind, kinds[0]) if kinds else "",
        accept=",".join(files[kinds[0]].sent) if kinds else "",
    )


def _parts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _reason(template: Template, asked: Iterable[TemplateVariable], adapter: Templates) -> str:
    """Return why a template cannot be chosen, "" when it can."""
    if template.status != TemplateStatus.APPROVED:
        return label_of(TemplateStatus, template.status)
    if any(one.kind == "location" for one in asked):
        return _("Pede um lugar no cabeçalho")
    try:
        adapter.template_check(template_info(template))
    except ContentRefused as refused:
        return str(refused.detail)
    return ""


def place_words(text: str, token: str) -> str:
    """Return the words around a blank, which say what it fills: "Sua consulta é ___"."""
    before, found, after = text.partition(token)
    if not found:
        return ""
    # Of what stands before, the sentence the blank belongs to; of what follows, its mark, or the
    # words when nothing leads to it.
    led = BLANK.sub("…", re.split(r"[.!?\n]\s*", MARKS.sub(r"\1", before))[-1]).split()
    if not led:
        return " ".join(f"___{BLANK.sub('…', after)}".split()[:PLACE_WORDS])
    mark = re.match(r"[^\w\s{]{0,3}", after)
    return f"{' '.join(led[-PLACE_WORDS:])} ___{mark.group() if mark else ''}"


def _variable(one: TemplateVariable, text: str) -> Variable:
    if one.place == "button":
        label = _("Complemento do botão “%(name)s”") % {"name": one.name}
    elif one.name.isdigit():
        label = _("Campo %(number)s") % {"number": one.name}
        if words := place_words(text, "{{" + one.name + "}}"):
            label = f"{label}: {words}"
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
