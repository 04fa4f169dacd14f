"""In which language somebody is told what no person writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message


@contextmanager
def language_of(conversation: Conversation) -> Iterator[None]:
    """Speak the language in which the person's last message was written, where the kind tells of
    it and we speak it; else the installation's.
    """
    rows = Message.objects.for_company(conversation.company_id).filter(
        conversation=conversation, direction=Direction.IN
    )
    told = rows.order_by("-seq").values_list("metadata__language", flat=True).first()
    is_spoken = told in dict(settings.LANGUAGES)
    with translation.override(str(told) if is_spoken else settings.LANGUAGE_CODE):
        yield
