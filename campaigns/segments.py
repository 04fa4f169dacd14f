"""What segments may ask about campaigns."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Recipient
from common.folding import same
from contacts.segments import FieldKind, SegmentField, column_holds

GOT, READ, REPLIED, NEVER = "recebeu", "leu", "respondeu", "nunca"
HISTORY = (
    (GOT, _("Recebeu alguma")),
    (READ, _("Leu alguma")),
    (REPLIED, _("Respondeu alguma")),
    (NEVER, _("Nunca recebeu")),
)


def _own() -> Any:
    # The person's own rows, whichever company the query is about.
    return Recipient.unscoped.filter(contact=OuterRef("pk"))


def _history(operator: str, values: list[str]) -> Q:
    asked = {
        GOT: Exists(_own().exclude(sent_at=None)),
        READ: Exists(_own().exclude(read_at=None)),
        REPLIED: Exists(_own().exclude(replied_at=None)),
        NEVER: ~Exists(_own().exclude(sent_at=None)),
    }
    found = Q()
    for value in values:
        found |= Q(asked[value])
    return found if operator == "e" else ~found


def _named(operator: str, value: str | None) -> Q:
    sent = _own().exclude(sent_at=None)
    match operator:
        case "contem":
            return Q(Exists(sent.filter(column_holds("campaign__name", value or ""))))
        case "igual":
            return Q(Exists(sent.filter(same("campaign__name", value or ""))))
        case "vazio":
            return ~Q(Exists(sent))
    return Q(Exists(sent))


def _latest(operator: str, since: datetime | None) -> Q:
    sent = _own().exclude(sent_at=None)
    match operator:
        case "nos_ultimos":
            return Q(Exists(sent.filter(sent_at__gte=since)))
        case "ha_mais_de":
            return Q(Exists(sent)) & ~Q(Exists(sent.filter(sent_at__gte=since)))
    return ~Q(Exists(sent))


FIELDS = (
    SegmentField("campanhas", _("Campanhas"), FieldKind.CHOICE, _history, HISTORY),
    SegmentField("campanha", _("Nome da campanha recebida"), FieldKind.TEXT, _named),
    SegmentField("ultima_campanha", _("Última campanha"), FieldKind.MOMENT, _latest),
)
