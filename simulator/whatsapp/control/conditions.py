"""Control of the conditions: faults, clock, templates, notices, webhooks, scenarios."""

from __future__ import annotations

from django.http import HttpRequest

from common.errors import NotFound
from common.files import files_delete
from simulator.whatsapp.control.requests import Fields, Json, number_of, person_of, wrong
from simulator.whatsapp.models import (
    SimChat,
    SimFault,
    SimMedia,
    SimMessage,
    SimNumber,
    SimPerson,
    SimTemplate,
    SimWebhook,
)
from simulator.whatsapp.services import clock, faults, notices
from simulator.whatsapp.services.scenarios import SCENARIOS, scenario_play
from simulator.whatsapp.services.templates import EVENTS, template_decide
from simulator.whatsapp.services.webhooks import webhook_repeat


def fault_json(fault: SimFault) -> Json:
    """Describe a fault."""
    return {
        "id": str(fault.pk),
        "kind": fault.kind,
        "label": fault.get_kind_display(),
        "code": fault.code,
        "seconds": fault.seconds,
        "remaining": fault.remaining,
        "number": fault.number.phone_number_id if fault.number else None,
    }


def faults_list(request: HttpRequest) -> Json:
    """List the faults in force."""
    rows = SimFault.objects.exclude(remaining=0).select_related("number")
    return {"results": [fault_json(row) for row in rows]}


def faults_create(request: HttpRequest) -> Json:
    """Set a fault: `kind`; optionally `number`, `code`, `seconds`, `remaining` (null: stays)."""
    fields = Fields(request)
    if fields.text("kind") not in SimFault.Kind.values:
        raise wrong("kind")
    has_end = fields.data.get("remaining", 1) is not None
    fault = faults.fault_set(
        kind=fields.text("kind"),
        number=number_of(fields) if fields.data.get("number") else None,
        code=int(fields.number("code", 131000)),
        seconds=min(fields.number("seconds", 15), 600),
        remaining=max(1, int(fields.number("remaining", 1))) if has_end else None,
    )
    return fault_json(fault)


def faults_delete(request: HttpRequest) -> None:
    """Remove one fault (`?id=`) or all of them."""
    chosen = request.GET.get("id")
    if chosen is None:
        faults.faults_clear()
        return
    # Compared as text: whatever is not an id simply matches nothing.
    for fault in SimFault.objects.all():
        if str(fault.pk) == chosen:
            fault.delete()


def clock_show(request: HttpRequest) -> Json:
    """Tell the phone's time and its distance from the real one, in seconds."""
    offset = int(clock.offset_get().total_seconds())
    return {"offset_seconds": offset, "now": clock.phone_now().isoformat()}


def clock_change(request: HttpRequest) -> Json:
    """Put the clock at `offset_seconds`, or on by `advance_seconds`."""
    fields = Fields(request)
    if "advance_seconds" in fields.data:
        clock.clock_advance(seconds=int(fields.number("advance_seconds")))
    else:
        clock.offset_set(seconds=int(fields.number("offset_seconds")))
    return clock_show(request)


def template_json(template: SimTemplate) -> Json:
    """Describe a template for the control drawer."""
    return {
        "id": template.graph_id,
        "waba_id": template.waba_id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "status_label": template.get_status_display(),
    }


def templates_list(request: HttpRequest) -> Json:
    """List templates, narrowed by `waba_id`."""
    rows = SimTemplate.objects.all()
    if waba_id := request.GET.get("waba_id"):
        rows = rows.filter(waba_id=waba_id)
    return {"results": [template_json(row) for row in rows]}


def template_verdict(request: HttpRequest, graph_id: str) -> Json:
    """Decide about a template: `event` of Meta's, and a `reason` for a refusal."""
    fields = Fields(request)
    template = SimTemplate.objects.filter(graph_id=graph_id).first()
    if template is None:
        raise NotFound
    if fields.text("event") not in EVENTS:
        raise wrong("event")
    template_decide(
        template=template,
        event=fields.text("event"),
        reason=fields.text("reason", "INCORRECT_CATEGORY"),
    )
    return template_json(template)


def notices_create(request: HttpRequest) -> Json:
    """Send account news: `number` and `kind`; `marketing_parar` and `_voltar` need a `person`."""
    fields = Fields(request)
    number, kind = number_of(fields), fields.text("kind")
    if kind in ("marketing_parar", "marketing_voltar"):
        row = notices.marketing_choose(
            number=number, person=person_of(fields), is_wanted=kind == "marketing_voltar"
        )
    else:
        row = notices.notice_send(number=number, kind=kind)
    return {"queued": row is not None}


def webhooks_list(request: HttpRequest) -> Json:
    """Tell how delivery goes, and show the newest updates without their content."""
    rows = SimWebhook.objects.all()
    waiting = rows.filter(delivered_at=None, dropped_at=None)
    newest = rows.order_by("-created_at")[:50]
    return {
        "waiting": waiting.count(),
        "delivered": rows.exclude(delivered_at=None).count(),
        "dropped": rows.exclude(dropped_at=None).count(),
        "results": [
            {
                "id": str(row.pk),
                "field": row.field,
                "attempts": row.attempts,
                "last_status": row.last_status,
                "delivered_at": row.delivered_at.isoformat() if row.delivered_at else None,
            }
            for row in newest
        ],
    }


def webhooks_repeat(request: HttpRequest) -> Json:
    """Post the newest delivered update of `number` again."""
    row = webhook_repeat(number=number_of(Fields(request)))
    if row is None:
        raise NotFound
    return {"field": row.field}


def scenarios_list(request: HttpRequest) -> Json:
    """List the scenarios."""
    return {
        "results": [{"name": name, "label": str(item.label)} for name, item in SCENARIOS.items()]
    }


def scenarios_play(request: HttpRequest) -> Json:
    """Play the scenario `name` towards `number`."""
    fields = Fields(request)
    return {"messages": scenario_play(name=fields.text("name"), number=number_of(fields))}


def reset(request: HttpRequest) -> None:
    """Forget chats, webhooks, files and faults, and people too when `people` is true."""
    fields = Fields(request)
    SimWebhook.objects.all().delete()
    SimMessage.objects.all().delete()
    SimChat.objects.all().delete()
    files_delete(media.file for media in SimMedia.objects.all())
    SimMedia.objects.all().delete()
    faults.faults_clear()
    clock.offset_set(seconds=0)
    if fields.flag("people", False):
        SimPerson.objects.all().delete()
        SimTemplate.objects.all().delete()
        SimNumber.objects.all().delete()
