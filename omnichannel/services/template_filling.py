"""Filling a kept template into a message: its variables, and the file of its header."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from omnichannel.models import Attachment, Conversation, Message, Template
from providers import registry
from providers.base import Templates
from providers.choices import MessageKind
from providers.facts import Json
from providers.outgoing import ContentRefused, TemplateInfo, TemplateVariable
from providers.tolerant import copied

# Meta's deepest structure, a list with its rows, has seven levels.
CONTENT_DEPTH = 10
# Stands for a file's id at the provider until the file is uploaded, just before the send.
UPLOADED_LATER = "pendente"
# What a template's header may ask for, and what an attachment of it is here.
HEADER_FILES = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
}


def template_info(template: Template) -> TemplateInfo:
    """Return our copy of a template as adapters know it."""
    return TemplateInfo(
        external_id=template.external_id,
        name=template.name,
        language=template.language,
        status=template.status,
        category=template.category,
        parameter_format=template.parameter_format,
        components=tuple(template.components),
    )


def template_of(message: Message) -> Template | None:
    """Return the template a stored message uses, as it is now."""
    stored = message.metadata.get("template")
    if not stored:
        return None
    return _find_template(message.conversation, stored["name"], stored["language"])


def template_choose(
    held: Conversation,
    message: Message,
    wanted: dict[str, Any],
    attachment: Attachment | None,
) -> Template | None:
    """Fill a template's variables into the message; the attachment is its header's file. Raises
    ContentRefused on missing or extra ones, and for a file of another kind.
    """
    template = _find_template(held, wanted.get("name", ""), wanted.get("language", ""))
    if template is None:
        return None
    adapter = registry.face_of(held.channel.kind, Templates)
    info = template_info(template)
    variables = copied(wanted.get("variables"), CONTENT_DEPTH) or {}
    if attachment is not None:
        _check_header(adapter.template_variables(info), attachment)
        variables = {**variables, "header": UPLOADED_LATER}
    built = adapter.template_build(info, variables)
    message.text = adapter.template_preview(info, variables)
    message.metadata["template"] = {
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "components": list(built.components),
        "shown": adapter.template_parts(info, variables).stored(),
    }
    return template


def with_file(components: Iterable[Json], attachment: Attachment | None) -> tuple[Json, ...]:
    """Put the uploaded file into the header that waits for it; its id is known only now."""
    if attachment is None:
        return tuple(components)
    given: Json = {"id": attachment.provider_media_id or UPLOADED_LATER}
    if attachment.kind == MessageKind.DOCUMENT and attachment.filename:
        given["filename"] = attachment.filename
    return tuple(
        {
            **part,
            "parameters": [
                {**one, str(one["type"]): given} if one.get("type") in HEADER_FILES else one
                for one in part["parameters"]
            ],
        }
        if part.get("type") == "header"
        else part
        for part in components
    )


def _find_template(conversation: Conversation, name: str, language: str) -> Template | None:
    return (
        Template.objects.for_company(conversation.company_id)
        .filter(waba_id=conversation.channel.waba_id, name=name, language=language)
        .first()
    )


def _check_header(asked: Iterable[TemplateVariable], attachment: Attachment) -> None:
    wanted = [HEADER_FILES[one.kind] for one in asked if one.kind in HEADER_FILES]
    if attachment.kind in wanted:
        return
    if wanted:
        words = {"kind": wanted[0].label.lower()}
        sentence: Any = _("O cabeçalho deste modelo pede outro arquivo: %(kind)s.") % words
    else:
        sentence = _("Este modelo não leva arquivo. Envie o arquivo em outra mensagem.")
    raise ContentRefused(sentence, fields={"attachment": [sentence]})
