"""Message templates of an account: list with cursors, create, edit, delete."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from simulator.whatsapp.graph.auth import waba_for
from simulator.whatsapp.graph.errors import GraphError
from simulator.whatsapp.graph.paging import page_of
from simulator.whatsapp.graph.requests import json_body
from simulator.whatsapp.graph.template_checks import VARIABLE
from simulator.whatsapp.graph.uploads import handle_is_good
from simulator.whatsapp.models import SimTemplate
from simulator.whatsapp.services.templates import review_ends

Json = dict[str, Any]
FIELDS = (
    "name",
    "parameter_format",
    "components",
    "language",
    "status",
    "category",
    "sub_category",
    "quality_score",
    "rejected_reason",
)
CATEGORIES = frozenset({"MARKETING", "UTILITY", "AUTHENTICATION"})
NAME = re.compile(r"[a-z0-9_]{1,512}")
LIMIT = 250


def template_json(template: SimTemplate) -> Json:
    """Describe a template with every field that can be asked for."""
    return {
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": "CUSTOM",
        "quality_score": {
            "score": template.quality,
            "date": int(template.updated_at.timestamp()),
        },
        "rejected_reason": template.rejected_reason,
        "id": template.graph_id,
    }


def listing(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """List templates, narrowed by status, name, language and category, one page of them."""
    waba_for(node_id, token)
    rows = SimTemplate.objects.filter(waba_id=node_id).order_by("-created_at", "id")
    for key in ("status", "language", "category"):
        if value := request.GET.get(key):
            rows = rows.filter(**{key: value if key == "language" else value.upper()})
    if name := request.GET.get("name"):
        rows = rows.filter(name__icontains=name)
    wanted = [item for item in request.GET.get("fields", "").split(",") if item]
    if wanted and "id" not in wanted:
        wanted.append("id")
    items = [template_json(row) for row in rows]
    if wanted:
        items = [{key: item[key] for key in wanted if key in item} for item in items]
    answer = page_of(request, items)
    if "total_count" in request.GET.get("summary", ""):
        answer["summary"] = {
            "total_count": len(items),
            "message_template_count": len(items),
            "message_template_limit": LIMIT,
            "are_translations_complete": True,
        }
    return answer


def create(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Take a new template for review: it is approved a moment later, unless the control page
    decides first.
    """
    waba_for(node_id, token)
    data = json_body(request)
    name, language = data.get("name"), data.get("language")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise GraphError(100, "Param name must be lowercase letters, digits and underscores")
    if not isinstance(language, str) or not language:
        raise GraphError(100, "Param language is required")
    if data.get("category") not in CATEGORIES:
        raise GraphError(100, f"Param category must be one of {sorted(CATEGORIES)}")
    if SimTemplate.objects.filter(waba_id=node_id, name=name, language=language).exists():
        raise GraphError(100, "Content in this language already exists", subcode=2388024)
    if SimTemplate.objects.filter(waba_id=node_id).count() >= LIMIT:
        raise GraphError(100, "Limit of templates reached", subcode=2388019)
    components = _components(data.get("components"))
    template = SimTemplate.objects.create(
        waba_id=node_id,
        name=name,
        language=language,
        category=data["category"],
        parameter_format=_format(data, components),
        components=components,
        decide_at=review_ends(),
    )
    return {"id": template.graph_id, "status": template.status, "category": template.category}


def edit(request: HttpRequest, template: SimTemplate) -> Json:
    """Replace the components of a template and send it to review again.

    One that was approved keeps its category and is edited once a day; one in review waits.
    """
    data = json_body(request)
    is_approved = template.status == SimTemplate.Status.APPROVED
    if template.status == SimTemplate.Status.PENDING:
        raise GraphError(100, "A template in review cannot be edited")
    if is_approved and data.get("category", template.category) != template.category:
        raise GraphError(100, "The category of an approved template cannot be changed")
    day_ago = timezone.now() - timedelta(hours=24)
    if is_approved and template.edited_at and template.edited_at > day_ago:
        raise GraphError(100, "An approved template can be edited once in 24 hours")
    template.edited_at = timezone.now()
    template.decide_at = review_ends()
    template.parameter_format = _format(
        {"parameter_format": template.parameter_format},
        _components(data.get("components", template.components)),
    )
    template.components = _components(data.get("components", template.components))
    if data.get("category") in CATEGORIES:
        template.category = data["category"]
    template.status = SimTemplate.Status.PENDING
    template.save()
    return {"success": True, "id": template.graph_id, "category": template.category}


def delete(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Delete every language of a name, or one of them when `hsm_id` says which."""
    waba_for(node_id, token)
    rows = SimTemplate.objects.filter(waba_id=node_id, name=request.GET.get("name", ""))
    if graph_id := request.GET.get("hsm_id"):
        rows = rows.filter(graph_id=graph_id)
    if not rows.delete()[0]:
        raise GraphError(100, "Message template not found", subcode=2593002)
    return {"success": True}


def _components(value: Any) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, "Param components must be an array of JSON objects")
    kinds = [str(item.get("type", "")).upper() for item in value]
    if kinds.count("BODY") != 1 or len(set(kinds)) != len(kinds):
        raise GraphError(
            100, "A template needs exactly one BODY and at most one of each other part"
        )
    if not set(kinds) <= {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        raise GraphError(100, "Unknown component type")
    components = [{**item, "type": kind} for item, kind in zip(value, kinds, strict=True)]
    for item in components:
        is_text = item["type"] in ("BODY", "FOOTER") or item.get("format") == "TEXT"
        if is_text and not isinstance(item.get("text"), str):
            raise GraphError(100, f"Component {item['type']} needs a text")
        if item["type"] == "BUTTONS" and not isinstance(item.get("buttons"), list):
            raise GraphError(100, "Component BUTTONS needs buttons")
        _check_limits(item)
    return components


def _check_limits(item: Json) -> None:
    """Refuse what is too long, badly placed, or lacks its example. Raises GraphError 100."""
    kind, text = item["type"], str(item.get("text", ""))
    if len(text) > {"HEADER": 60, "BODY": 1024, "FOOTER": 60}.get(kind, 0) and text:
        raise GraphError(100, f"The {kind} is too long", subcode=2388040)
    if kind == "HEADER" and item.get("format") in ("IMAGE", "VIDEO", "DOCUMENT"):
        handles = (item.get("example") or {}).get("header_handle") or [""]
        if not handle_is_good(str(handles[0])):
            raise GraphError(100, "The header needs the handle of a sample", subcode=2388047)
    if kind == "FOOTER" and VARIABLE.search(text):
        raise GraphError(100, "The footer takes no variables", subcode=2388073)
    places = list(VARIABLE.finditer(text.strip()))
    if kind == "BODY" and places:
        if places[0].start() == 0 or places[-1].end() == len(text.strip()):
            raise GraphError(100, "Variables can't be at either end", subcode=2388299)
        if not item.get("example"):
            raise GraphError(100, "The body needs examples", subcode=2388072)
    for button in item.get("buttons") or []:
        if len(str(button.get("text", ""))) > 25:
            raise GraphError(100, "The button's text is too long", subcode=2388040)


def _format(data: Json, components: list[Json]) -> str:
    """Tell named from numbered variables; a mixture is refused."""
    names = [name for item in components for name in VARIABLE.findall(str(item.get("text", "")))]
    if data.get("parameter_format", "POSITIONAL").upper() == "NAMED":
        return "NAMED"
    if not all(name.isdigit() for name in names):
        raise GraphError(100, "Named variables need parameter_format NAMED", subcode=2388073)
    return "POSITIONAL"
