"""How an administrator describes a provider, and what can be wrong with a description."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.account import Field, Input

PLACE = re.compile(r"\{\{\s*(\w{1,20})\s*\}\}")
PLACES = ("numero", "texto", "id", "remetente", "retorno", "segredo")
HEADER = re.compile(r"([A-Za-z0-9-]{1,60})\s*:\s*([\x20-\x7e]{0,2000})")
# What another header decides, or what would make two requests of one.
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "cookie"})
STEP = re.compile(r"[\w-]{1,60}")
ONLY = ("generico",)


def _text(
    name: str,
    label: Any,
    help: Any = "",
    *,
    is_required: bool = False,
    input: Input = "text",
    max_length: int = 200,
) -> Field:
    return Field(
        name,
        label=label,
        help=help,
        is_required=is_required,
        input=input,
        max_length=max_length,
        only=ONLY,
    )


def _choice(name: str, label: Any, *choices: tuple[str, Any]) -> Field:
    """Return a choice whose first one holds where nothing was chosen."""
    return Field(
        name, label=label, input="choice", choices=choices, default=choices[0][0], only=ONLY
    )


DESCRIPTION = (
    Field(
        "url",
        label=_("Endereço de envio"),
        help=_(
            "Aceita {{numero}}, {{texto}}, {{id}}, {{remetente}}, {{segredo}} e {{retorno}}, o"
            " endereço dos avisos."
        ),
        is_required=True,
        max_length=1000,
        example="https://sms.example/enviar",
        names_account=True,
        only=ONLY,
    ),
    _choice("method", _("Método"), ("POST", "POST"), ("PUT", "PUT"), ("GET", "GET")),
    Field(
        "headers",
        label=_("Cabeçalhos"),
        help=_("Um por linha, como Authorization: Bearer 123. Ficam cifrados."),
        is_secret=True,
        input="textarea",
        max_length=4000,
        only=ONLY,
    ),
    Field(
        "secret",
        label=_("Segredo"),
        help=_("Uma chave ou senha que entra no lugar de {{segredo}}. Fica cifrada."),
        is_secret=True,
        input="password",
        max_length=500,
        only=ONLY,
    ),
    _choice(
        "body_format",
        _("Formato do corpo"),
        ("json", "JSON"),
        ("form", _("Formulário")),
        ("xml", "XML"),
        ("text", _("Texto")),
    ),
    _text(
        "body",
        _("Corpo"),
        _(
            'Por exemplo {"to": "{{numero}}", "text": "{{texto}}", "ref": "{{id}}"}. Os valores'
            " entram já escapados."
        ),
        input="textarea",
        max_length=4000,
    ),
    _choice(
        "number_format",
        _("Formato do número"),
        ("digitos", "5541900007777"),
        ("mais", "+5541900007777"),
        ("nacional", "41900007777"),
    ),
    _text(
        "id_path",
        _("Resposta: caminho do ID"),
        _("Por exemplo data.0.id. Em branco, os avisos trazem o nosso {{id}}."),
    ),
    _text("status_path", _("Resposta: caminho da situação")),
    _text("status_good", _("Resposta: situações de sucesso"), _("Separe por vírgulas: ok, 0.")),
    _text("in_id_path", _("Recebida: caminho do ID")),
    _text("in_from_path", _("Recebida: caminho do número")),
    _text(
        "in_to_path",
        _("Recebida: caminho do destino"),
        _("Se o provedor diz a que número a mensagem foi: as de outro número não entram aqui."),
    ),
    _text("in_text_path", _("Recebida: caminho do texto")),
    _text("in_at_path", _("Recebida: caminho da data")),
    _text("receipt_id_path", _("Aviso de entrega: caminho do ID")),
    _text("receipt_status_path", _("Aviso de entrega: caminho da situação")),
    _text("receipt_sent", _("Aviso de entrega: palavras de enviada"), _("Separe por vírgulas.")),
    _text("receipt_delivered", _("Aviso de entrega: palavras de entregue")),
    _text("receipt_failed", _("Aviso de entrega: palavras de falha")),
)
PATHS = tuple(one.name for one in DESCRIPTION if one.name.endswith("_path"))


def headers_of(lines: str) -> list[tuple[str, str]]:
    """Return the headers of lines such as `Name: value`. Raises ValueError for any other line, and
    for a header that is not theirs to set.
    """
    found = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        match = HEADER.fullmatch(line)
        if match is None or match[1].lower() in OWN_HEADERS:
            raise ValueError("not a header")
        found.append((match[1], match[2]))
    return found


def is_path(path: str) -> bool:
    """Tell whether a path can be followed."""
    return all(STEP.fullmatch(step) for step in path.split("."))


def unknown_places(template: str) -> str:
    """Return the first `{{place}}` of a template that nothing fills, "" if there is none."""
    return next((one[1] for one in PLACE.finditer(template) if one[1] not in PLACES), "")
