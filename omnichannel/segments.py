"""What segments may ask about conversations."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from contacts.segments import FieldKind, SegmentField, related_of
from omnichannel.choices import Stage
from omnichannel.models import Conversation
from providers.choices import ChannelKind

OPEN, ENDED, NONE = "aberta", "encerrada", "nenhuma"
TALKS = (
    (OPEN, _("Tem conversa aberta")),
    (ENDED, _("Só encerradas")),
    (NONE, _("Nunca conversou")),
)


def _talks(operator: str, values: list[str]) -> Q:
    # The person's own conversations, whichever company the query is about.
    own = Conversation.unscoped.filter(contact=OuterRef("pk"))
    is_open = Exists(own.exclude(stage=Stage.CLOSED))
    asked = {OPEN: is_open, ENDED: Exists(own) & ~is_open, NONE: ~Exists(own)}
    found = Q()
    for value in values:
        found |= Q(asked[value])
    return found if operator == "e" else ~found


_channel = related_of(Conversation.unscoped.all(), "channel__kind")
FIELDS = (
    SegmentField("canal", _("Canal"), FieldKind.CHOICE, _channel, ChannelKind.choices),
    SegmentField("conversa", _("Conversa"), FieldKind.CHOICE, _talks, TALKS),
)
