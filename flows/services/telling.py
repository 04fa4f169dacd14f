"""What a flow says: messages through the one gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from flows.engine import Saying
from flows.models import FlowFile
from omnichannel.choices import Author
from omnichannel.models import Attachment, Conversation
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import message_send
from providers.choices import MessageKind
from providers.content import Choice, Question, Section
from providers.registry import policy_of


def say(held: Conversation, says: Sequence[Saying], key: str) -> None:
    """Write to the patient of a locked conversation. Raises what the gate refuses."""
    for place, one in enumerate(says):
        message_send(
            conversation=held,
            author=None,
            author_kind=Author.BOT,
            client_id=f"{key}:{place}",
            attachments=_files(held, one.file),
            **_written(held, one),
        )


def _written(held: Conversation, one: Saying) -> dict[str, Any]:
    if not one.choices:
        return {"text": one.text}
    rule = policy_of(held.channel.kind).questions
    most = rule.buttons if rule is not None else len(one.choices)
    choices = tuple(Choice(key, title) for key, title in one.choices)
    question = Question(
        (Section(choices),),
        is_list=len(choices) > most,
        list_label=one.list_label or _("Opções"),
    )
    return {"kind": MessageKind.INTERACTIVE, "content": question, "text": one.text}


def _files(held: Conversation, file_id: str) -> list[Attachment]:
    row = (
        FlowFile.objects.for_company(held.company_id).filter(pk=file_id).first()
        if file_id
        else None
    )
    if row is None:
        return []
    with row.file.open("rb") as file:
        return [
            attachment_upload(
                conversation=held,
                uploaded_by=None,
                file=file,
                filename=row.name,
                mime_type=row.mime_type,
            )
        ]
