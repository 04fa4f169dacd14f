"""What the OpenAPI document says of the API as a whole."""

from __future__ import annotations

from typing import Any

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Central de Atendimento Omnichannel",
    "DESCRIPTION": (
        "API da central de atendimento: canais, contatos, conversas e mensagens.\n\n"
        "Peça um token em `auth/token/` e envie-o em `Authorization: Token ...`. Listas vêm em"
        ' páginas `{"next", "previous", "results"}`. Recusas vêm como'
        ' `{"code", "detail", "fields"}`, com `code` estável. O que é de outra empresa responde'
        " como o que não existe: 404. Quem trabalha em várias empresas diz em qual por `X-Company`;"
        " sem ele, vale a mais antiga.\n\n"
        "Endereços valem com e sem a barra final. Parâmetros desconhecidos ou mal escritos são"
        " recusados com 400, pelo nome. Cada resposta diz em `RateLimit` quantos pedidos restam no"
        " minuto e em `RateLimit-Policy` quantos cabem (draft-ietf-httpapi-ratelimit-headers)."
    ),
    "VERSION": "1.0.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Without null the page sends its address to a validator on the Internet.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.api.schema.refusals_once",
    ],
    # The schema is drawn without a company; it reads no rows.
    "DEFAULT_QUERY_MANAGER": "unscoped",
    # Names of choices: each app's plugs.py.
}
