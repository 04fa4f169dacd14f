"""A campaign's people as a file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from accounts.services.viewing import EXPORT, viewed
from campaigns.choices import RecipientStatus
from campaigns.models import Campaign
from campaigns.selectors import left_out_labels, people_behind
from contacts.imports.choices import FileKind
from contacts.imports.exporting import (
    XLSX_ROWS,
    TooManyForXlsx,
    csv_pieces,
    workbook_pieces,
)

CHUNK = 2000
COLUMNS = (
    *("contact__name", "phone", "letter", "status", "left_out", "error_detail", "sent_at"),
    *("delivered_at", "read_at", "replied_at", "reply_text"),
)


def people_export(
    *, campaign: Campaign, number: str, kind: FileKind, actor: Membership
) -> Iterator[str] | Iterator[bytes]:
    """Return the people behind a number of a campaign as a file in pieces, and write down who took
    them. Raises TooManyForXlsx.
    """
    rows = people_behind(campaign, number).order_by("id")
    count = rows.count()
    if kind == FileKind.XLSX and count > XLSX_ROWS:
        raise TooManyForXlsx
    audit_record(
        company=campaign.company_id,
        actor=actor.user,
        action="campanha.exportada",
        target=campaign,
        detail={"formato": kind.value, "pessoas": count, "numero": number},
    )
    taken = rows.select_related("contact").iterator(chunk_size=CHUNK)
    viewed(actor, EXPORT, (row.contact for row in taken))
    lines = chain([_heading()], _lines(rows, campaign))
    if kind == FileKind.CSV:
        return csv_pieces(lines)
    return workbook_pieces(lines, _("Campanha"))


def _heading() -> list[str]:
    return [
        *(_("Nome"), _("Número"), _("Versão"), _("Situação"), _("Motivo de ficar de fora")),
        *(_("Erro"), _("Enviado"), _("Entregue"), _("Lido"), _("Respondido"), _("Resposta")),
    ]


def _lines(rows: Any, campaign: Campaign) -> Iterator[list[str]]:
    zone = campaign.company.zone
    statuses = {value: str(label) for value, label in RecipientStatus.choices}
    reasons = left_out_labels(campaign)
    for row in rows.values_list(*COLUMNS).iterator(chunk_size=CHUNK):
        name, phone, letter, status, left_out, error, *moments, reply = row
        cells = [
            *(name, f"+{phone}" if phone else "", letter, statuses[status]),
            *(reasons.get(left_out, ""), error),
            *(f"{at.astimezone(zone):%d/%m/%Y %H:%M}" if at else "" for at in moments),
            reply,
        ]
        yield cells
