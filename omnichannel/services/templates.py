"""Message templates: our copy of what Meta keeps, by its lists and by its news."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.errors import DomainError
from omnichannel.models import Channel, Template
from omnichannel.services.channels import notice_record
from omnichannel.services.proving import waba_check
from providers import registry
from providers.base import Templates
from providers.choices import TemplateStatus
from providers.facts import AccountNotice, Json, TemplateUpdate
from providers.outgoing import SendError, TemplateInfo

NEWS = ("status", "quality", "category", "coming_category", "components")
STOPPED = (TemplateStatus.PAUSED, TemplateStatus.DISABLED, TemplateStatus.REJECTED)


def templates_sync(*, channel: Channel) -> int:
    """Fetch every template of the channel's account and keep our copy equal; return how many there
    are.

    One that Meta no longer lists is marked DELETED. Raises NotProven, and DomainError when Meta
    refuses.
    """
    waba_check(channel)
    adapter = registry.face_of(channel.kind, Templates)
    began = timezone.now()
    try:
        found = list(adapter.templates(channel.account()))
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc
    _replace(channel, found, began)
    return len(found)


@transaction.atomic
def _replace(channel: Channel, found: list[TemplateInfo], began: datetime) -> None:
    mine = Template.objects.for_company(channel.company_id).filter(waba_id=channel.waba_id)
    known = {(row.name, row.language): row for row in mine.select_for_update().order_by("id")}
    # Pages take seconds: what Meta told, or a person handed in, meanwhile is newer than the list.
    newer = {key for key, row in known.items() if _is_newer(row, began)}
    rows = [
        _listed(channel, info, began) for info in found if (info.name, info.language) not in newer
    ]
    Template.unscoped.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["company", "waba_id", "name", "language"],
        update_fields=[
            "external_id",
            "category",
            "status",
            "parameter_format",
            "components",
            "quality",
            "rejected_reason",
            "heard_at",
            "synced_at",
            "updated_at",
        ],
    )
    gone = known.keys() - {(info.name, info.language) for info in found} - newer
    mine.filter(pk__in=[known[key].pk for key in gone]).update(
        status=TemplateStatus.DELETED, updated_at=timezone.now()
    )
    # What was announced has come true.
    mine.filter(coming_category=F("category")).update(coming_category="")


def _is_newer(row: Template, moment: datetime) -> bool:
    handed_in = row.submitted_at is not None and row.submitted_at >= moment
    return handed_in or any(second > moment.timestamp() for second in row.heard_at.values())


def _listed(channel: Channel, info: TemplateInfo, moment: datetime) -> Template:
    return Template(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        external_id=info.external_id,
        name=info.name,
        language=info.language,
        category=info.category,
        status=_status(info.status),
        parameter_format=info.parameter_format,
        components=list(info.components),
        quality=info.quality,
        rejected_reason=info.rejected_reason,
        heard_at=dict.fromkeys(NEWS, int(moment.timestamp())),
        synced_at=moment,
    )


def _status(value: str) -> str:
    """Map Meta's webhook events to the state they leave the template in; unknown ones wait."""
    named = {
        "FLAGGED": TemplateStatus.APPROVED,
        "REINSTATED": TemplateStatus.APPROVED,
        "UNARCHIVED": TemplateStatus.APPROVED,
    }.get(value, value)
    return named if named in TemplateStatus.values else TemplateStatus.PENDING


@transaction.atomic
def template_apply(*, channel: Channel, update: TemplateUpdate) -> None:
    """Record the provider's news about a template; one we never listed is made from what is told.

    News older than what is known of the same field changes nothing, so repeated and late webhooks
    do no harm. People are told when it cannot be sent any more, or will cost something else.
    """
    row = _row_of(channel, update)
    if row is None:
        return
    before = {name: getattr(row, name) for name in NEWS}
    second = int(update.happened_at.timestamp())
    for name in NEWS:
        value = getattr(update, name)
        if value is None or second < row.heard_at.get(name, 0):
            continue
        row.heard_at[name] = second
        match name:
            case "status":
                row.status, row.rejected_reason = _status(value), (update.reason or "")[:300]
            case "components":
                row.components = _merged(row.components, value)
            case _:
                setattr(row, name, value)
    if update.status is None and update.reason:
        # Flagged: it may still be sent, but not for long if nothing changes.
        row.rejected_reason = update.reason[:300]
    row.save()
    _tell(channel, row, before, update)


def _row_of(channel: Channel, update: TemplateUpdate) -> Template | None:
    """Return the template that news are about, locked; None when they name none that is known."""
    mine = Template.objects.for_company(channel.company_id).filter(waba_id=channel.waba_id)
    if update.name and update.language:
        Template.unscoped.get_or_create(
            company_id=channel.company_id,
            waba_id=channel.waba_id,
            name=update.name,
            language=update.language,
            defaults={"status": TemplateStatus.PENDING, "external_id": update.external_id},
        )
        named = mine.filter(name=update.name, language=update.language)
    else:
        named = mine.filter(external_id=update.external_id).exclude(external_id="")
    row = named.select_for_update().first()
    if row is not None and update.external_id:
        row.external_id = update.external_id
    return row


def _merged(known: list[Json], told: list[Json]) -> list[Json]:
    """Return the content as told, with what Meta's news leaves out: a header's file, examples, and
    what buttons hold beyond their text."""
    old = {str(part.get("type", "")).upper(): part for part in known}
    new = {str(part.get("type", "")).upper(): part for part in told}
    header = old.get("HEADER", {})
    if "HEADER" not in new and header and header.get("format", "TEXT") != "TEXT":
        new["HEADER"] = header
    for kind, part in new.items():
        former = old.get(kind, {})
        if kind == "BUTTONS":
            new[kind] = {**part, "buttons": _merged_buttons(former, part)}
        elif part.get("text") == former.get("text"):
            new[kind] = {**former, **part}
    order = ("HEADER", "BODY", "FOOTER", "BUTTONS")
    return [new[kind] for kind in order if kind in new]


def _merged_buttons(former: Json, part: Json) -> list[Json]:
    known = {(one.get("type"), one.get("text")): one for one in former.get("buttons", [])}
    return [{**known.get((one.get("type"), one.get("text")), {}), **one} for one in part["buttons"]]


def _tell(channel: Channel, row: Template, before: dict[str, Any], update: TemplateUpdate) -> None:
    """Leave a notice for what a clinic must act on."""
    found: list[tuple[str, Json]] = []
    if row.status != before["status"] and row.status in STOPPED:
        found.append((f"template_status.{row.status}", {"reason": row.rejected_reason}))
    if update.status is None and update.reason:
        found.append(("template_status.FLAGGED", {"reason": row.rejected_reason}))
    if row.quality != before["quality"] and row.quality == "RED":
        found.append(("template_quality.RED", {}))
    if row.category != before["category"] and before["category"]:
        found.append(("template_category.CHANGED", {"from": before["category"]}))
    if row.coming_category and row.coming_category != before["coming_category"]:
        found.append(("template_category.COMING", {"to": row.coming_category}))
    for code, data in found:
        notice_record(
            channel=channel,
            notice=AccountNotice(
                account=update.account,
                code=code,
                severity="aviso",
                happened_at=update.happened_at,
                data={"name": row.name, "language": row.language, **data},
            ),
        )
