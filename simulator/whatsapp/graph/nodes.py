"""GET, POST and DELETE of a bare id: Graph has one name space for numbers, files and templates."""

from __future__ import annotations

from django.http import HttpRequest

from simulator.whatsapp.graph import accounts, media, templates
from simulator.whatsapp.graph.auth import number_for, token_must_exist
from simulator.whatsapp.graph.errors import missing_object
from simulator.whatsapp.graph.requests import Json
from simulator.whatsapp.models import SimNumber, SimTemplate


def read(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Describe whatever has this id."""
    if SimNumber.objects.filter(phone_number_id=node_id).exists():
        number = number_for(node_id, token)
        return accounts.fields_of(request, accounts.number_json(number), accounts.DEFAULT_FIELDS)
    if file := media.find(node_id, token):
        return media.describe(file, request)
    if template := _template(node_id, token):
        return templates.template_json(template)
    if account := SimNumber.objects.filter(waba_id=node_id, access_token=token).first():
        return {
            "id": node_id,
            "name": account.verified_name,
            "currency": account.currency,
            "timezone_id": account.timezone_id,
        }
    token_must_exist(token)
    raise missing_object(node_id)


def write(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Change a number's webhook or a template's content."""
    if SimNumber.objects.filter(phone_number_id=node_id).exists():
        return accounts.number_edit(request, number_for(node_id, token))
    if template := _template(node_id, token):
        return templates.edit(request, template)
    token_must_exist(token)
    raise missing_object(node_id)


def delete(request: HttpRequest, *, token: str, node_id: str) -> Json:
    """Delete a file."""
    if file := media.find(node_id, token):
        return media.delete(file)
    token_must_exist(token)
    raise missing_object(node_id)


def _template(node_id: str, token: str) -> SimTemplate | None:
    template = SimTemplate.objects.filter(graph_id=node_id).first()
    if template is None:
        return None
    owned = SimNumber.objects.filter(waba_id=template.waba_id, access_token=token)
    return template if owned.exists() else None
