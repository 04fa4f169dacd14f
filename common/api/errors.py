"""One shape for every refusal: {"code", "detail", "fields"}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404
from django.http.request import UnreadablePostError
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


class BodyTooLarge(DomainError):
    """The body is longer than the endpoint takes."""

    code = "corpo_grande_demais"
    status = 413

    @property
    def message(self) -> str:
        """Say what to do, in the reader's language."""
        return _("O conteúdo enviado é grande demais. Envie menos de cada vez.")


class LengthRequired(DomainError):
    """The body came in chunks of unknown length; read as it stands it would look empty."""

    code = "tamanho_nao_informado"
    status = 411

    @property
    def message(self) -> str:
        """Say what to do, in the reader's language."""
        return _("Informe o tamanho do conteúdo no cabeçalho Content-Length.")


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn expected refusals into the API's error shape; leave bugs to the view's last resort.

    Services own their transactions, so nothing is rolled back here.
    """
    if isinstance(exc, Http404):
        exc = NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, RequestDataTooBig):
        exc = BodyTooLarge()
    elif isinstance(exc, SuspiciousOperation | BadRequest | UnreadablePostError):
        return shape(400, "pedido_invalido", _("O pedido não pôde ser lido."))
    return _response(exc)


def server_error() -> Response:
    """Return the answer to a bug: nothing about it leaves the server."""
    sentence = _("Algo deu errado do nosso lado. Tente de novo em instantes.")
    return shape(500, "erro_interno", sentence)


def _response(exc: Exception) -> Response | None:
    if isinstance(exc, DomainError):
        return shape(exc.status, exc.code, str(exc.detail), exc.fields)
    if isinstance(exc, exceptions.ValidationError):
        fields = _fields(exc.detail)
        return shape(exc.status_code, "dados_invalidos", _("Confira os campos indicados."), fields)
    if isinstance(exc, exceptions.NotFound):
        return _response(NotFound())
    if isinstance(exc, exceptions.APIException):
        code = CODES.get(type(exc), "recusado")
        response = shape(exc.status_code, code, _sentence(exc, code))
        if header := getattr(exc, "auth_header", None):
            response["WWW-Authenticate"] = header
        if wait := getattr(exc, "wait", None):
            response["Retry-After"] = str(int(wait))
        return response
    return None


def _sentence(exc: exceptions.APIException, code: str) -> str:
    if code == "json_invalido":
        # A parser's own words may quote the body.
        return _("O corpo não é um JSON válido.")
    if isinstance(exc, exceptions.Throttled):
        # The framework's own is no Portuguese that anybody speaks.
        return _("Muitos pedidos seguidos. Aguarde um pouco e tente de novo.")
    return str(exc.detail)


def shape(code: int, name: str, detail: str, fields: dict[str, Any] | None = None) -> Response:
    """Return a refusal in the API's one form."""
    body = {
        "code": name,
        "detail": detail,
        "fields": {key: [str(item) for item in items] for key, items in (fields or {}).items()},
    }
    return Response(body, status=code or status.HTTP_400_BAD_REQUEST)


def _fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten nested serializer errors to {"a.b": [sentences]}."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            name = prefix if key == "non_field_errors" and prefix else str(key)
            joined = f"{prefix}.{key}" if prefix and key != "non_field_errors" else name
            flat.update(_fields(value, joined))
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        flat = {}
        for index, value in enumerate(detail):
            flat.update(_fields(value, f"{prefix}.{index}" if prefix else str(index)))
        return flat
    return {prefix or "non_field_errors": [str(item) for item in detail]} if detail else {}
