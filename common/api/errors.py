"""One shape for every refusal: {"code", "detail", "fields"}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from common.errors import DomainError, NotFound

CODES = {
    exceptions.NotAuthenticated: "nao_autenticado",
    exceptions.AuthenticationFailed: "nao_autenticado",
    exceptions.PermissionDenied: "sem_permissao",
    exceptions.MethodNotAllowed: "metodo_nao_permitido",
    exceptions.ParseError: "json_invalido",
    exceptions.UnsupportedMediaType: "formato_nao_aceito",
    exceptions.Throttled: "muitas_tentativas",
    exceptions.NotAcceptable: "formato_nao_aceito",
}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn expected refusals into the API's error shape; leave bugs to the 500 handler."""
    if isinstance(exc, Http404):
        exc = NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    response = _response(exc)
    if response is not None and connection.in_atomic_block:
        connection.set_rollback(True)
    return response


def _response(exc: Exception) -> Response | None:
    if isinstance(exc, DomainError):
        return _shape(exc.status, exc.code, str(exc.detail), exc.fields)
    if isinstance(exc, exceptions.ValidationError):
        fields = _fields(exc.detail)
        return _shape(exc.status_code, "dados_invalidos", _("Confira os campos indicados."), fields)
    if isinstance(exc, exceptions.NotFound):
        return _response(NotFound())
    if isinstance(exc, exceptions.APIException):
        code = CODES.get(type(exc), "recusado")
        response = _shape(exc.status_code, code, str(exc.detail), {})
        # DRF hangs these two on the exception it was about to answer with.
        if challenge := getattr(exc, "auth_header", None):
            response["WWW-Authenticate"] = challenge
        if wait := getattr(exc, "wait", None):
            response["Retry-After"] = str(int(wait))
        return response
    return None


def _shape(code: int, name: str, detail: str, fields: dict[str, Any]) -> Response:
    body = {
        "code": name,
        "detail": detail,
        "fields": {key: [str(item) for item in items] for key, items in fields.items()},
    }
    return Response(body, status=code or status.HTTP_400_BAD_REQUEST)


def _fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten nested serializer errors to {"a.b": [sentences]}."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            flat.update(_fields(value, f"{prefix}.{key}" if prefix else str(key)))
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        flat = {}
        for index, value in enumerate(detail):
            flat.update(_fields(value, f"{prefix}.{index}" if prefix else str(index)))
        return flat
    return {prefix or "non_field_errors": [str(item) for item in detail]} if detail else {}
