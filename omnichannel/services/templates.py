"""Message templates: our copy of what Meta keeps."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from common.errors import DomainError
from omnichannel.adapters import registry
from omnichannel.adapters.facts import TemplateUpdate
from omnichannel.adapters.outgoing import SendError, TemplateInfo
from omnichannel.choices import TemplateStatus
from omnichannel.models import Channel, Template


def templates_sync(*, channel: Channel) -> int:
    """Fetch every template of the channel's account and keep our copy equal; return how many there
    are.

    One that Meta no longer lists is marked DELETED. Raises DomainError when Meta refuses.
    """
    adapter = registry.adapter_for(channel.kind)
    try:
        found = list(adapter.templates(channel.account()))
    except SendError as exc:
        raise DomainError(exc.detail, code=exc.code) from exc
    _replace(channel, found)
    return len(found)


@transaction.atomic
def _replace(channel: Channel, found: list[TemplateInfo]) -> None:
    now = timezone.now()
    rows = [
        Template(
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
            synced_at=now,
        )
        for info in found
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
            "synced_at",
            "updated_at",
        ],
    )
    Template.objects.for_company(channel.company_id).filter(waba_id=channel.waba_id).exclude(
        synced_at=now
    ).update(status=TemplateStatus.DELETED, updated_at=now)


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
    """Record the provider's news about a template; one we never listed is made from what is
    told.
    """
    changes: dict[str, Any] = {}
    if update.status is not None:
        changes["status"] = _status(update.status)
        changes["rejected_reason"] = (update.reason or "")[:300]
    for name, value in (
        ("quality", update.quality),
        ("category", update.category),
        ("components", update.components),
    ):
        if value is not None:
            changes[name] = value
    Template.unscoped.update_or_create(
        company_id=channel.company_id,
        waba_id=channel.waba_id,
        name=update.name,
        language=update.language,
        defaults={**changes, "external_id": update.external_id},
        create_defaults={
            "status": TemplateStatus.PENDING,
            **changes,
            "external_id": update.external_id,
        },
    )
