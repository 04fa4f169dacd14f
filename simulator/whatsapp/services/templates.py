"""Message templates: the ones that come with the simulator, and Meta's verdict on new ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from simulator.whatsapp.models import SimNumber, SimTemplate
from simulator.whatsapp.samples import TEMPLATES
from simulator.whatsapp.services.webhooks import account_news

Json = dict[str, Any]
# Meta takes minutes to a day; a demonstration has seconds.
REVIEW_LASTS = timedelta(seconds=4)
EVENTS = {
    "APPROVED": SimTemplate.Status.APPROVED,
    "REJECTED": SimTemplate.Status.REJECTED,
    "PAUSED": SimTemplate.Status.PAUSED,
    "REINSTATED": SimTemplate.Status.APPROVED,
    "DISABLED": SimTemplate.Status.DISABLED,
    "PENDING": SimTemplate.Status.PENDING,
}


def template_ensure(
    *, waba_id: str, name: str, language: str = "pt_BR", **fields: Any
) -> SimTemplate:
    """Make a template or bring the existing one of this name and language up to date."""
    template, _created = SimTemplate.objects.update_or_create(
        waba_id=waba_id, name=name, language=language, defaults=fields
    )
    return template


def templates_ensure(waba_id: str) -> list[SimTemplate]:
    """Make the six sample templates of a clinic: usable, named, with image, refused and paused."""
    return [template_ensure(waba_id=waba_id, **sample) for sample in TEMPLATES]


def review_ends() -> datetime:
    """Say when the review of a template that was just handed in will end."""
    return timezone.now() + REVIEW_LASTS


def templates_review() -> int:
    """Approve what has been in review for its moment; return how many."""
    due = SimTemplate.objects.filter(
        status=SimTemplate.Status.PENDING, decide_at__lte=timezone.now()
    )
    count = 0
    for template in due:
        # Two processes may look at once; the row decides who approves it.
        same = SimTemplate.objects.filter(pk=template.pk, decide_at=template.decide_at)
        if same.update(decide_at=None):
            template_decide(template=template, event="APPROVED")
            count += 1
    return count


def template_decide(*, template: SimTemplate, event: str, reason: str = "NONE") -> None:
    """Give Meta's verdict (an event of EVENTS) and send the status webhook. KeyError on others."""
    template.status = EVENTS[event]
    template.rejected_reason = reason if event == "REJECTED" else "NONE"
    template.decide_at = None
    template.save(update_fields=["status", "rejected_reason", "decide_at", "updated_at"])
    number = SimNumber.objects.filter(waba_id=template.waba_id).first()
    if number is None:
        return
    value: Json = {
        "event": event,
        "message_template_id": int(template.graph_id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
        "reason": template.rejected_reason,
    }
    if event == "PAUSED":
        value["other_info"] = {
            "title": "FIRST_PAUSE",
            "description": "Template paused for 3 hours because of low quality.",
        }
    if event == "REJECTED":
        value["rejection_info"] = {
            "reason": "The template does not follow the guidelines of its category.",
            "recommendation": "Choose another category or change the text.",
        }
    account_news(number=number, field="message_template_status_update", value=value)
