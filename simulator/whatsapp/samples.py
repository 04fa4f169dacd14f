"""The templates that a simulated clinic begins with, all made up."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _quick_replies(*labels: str) -> Json:
    return {
        "type": "BUTTONS",
        "buttons": [{"type": "QUICK_REPLY", "text": item} for item in labels],
    }


def _body(text: str, *examples: str) -> Json:
    component: Json = {"type": "BODY", "text": text}
    return component | ({"example": {"body_text": [list(examples)]}} if examples else {})


TEMPLATES: list[Json] = [
    {
        "name": "confirmacao_consulta",
        "category": "UTILITY",
        "status": "APPROVED",
        "quality": "GREEN",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Confirmação de consulta"},
            _body(
                "Olá, {{1}}! Sua consulta com {{2}} está marcada para {{3}}. Podemos confirmar?",
                "Ana",
                "Dra. Helena",
                "amanhã às 15h",
            ),
            {"type": "FOOTER", "text": "Responda tocando em um dos botões"},
            _quick_replies("Confirmar", "Remarcar", "Cancelar"),
        ],
    },
    {
        "name": "lembrete_consulta",
        "category": "UTILITY",
        "status": "APPROVED",
        "quality": "GREEN",
        "components": [
            _body(
                "Oi, {{1}}! Passando para lembrar da sua consulta {{2}}. "
                "Chegue 10 minutos antes e traga um documento com foto.",
                "Ana",
                "amanhã às 15h",
            ),
        ],
    },
    {
        "name": "retorno_exame",
        "category": "UTILITY",
        "status": "APPROVED",
        "parameter_format": "NAMED",
        "components": [
            {
                "type": "BODY",
                "text": "Olá, {{nome}}! O resultado do exame de {{exame}} já está disponível. "
                "Retire na recepção até {{prazo}}.",
                "example": {
                    "body_text_named_params": [
                        {"param_name": "nome", "example": "Ana"},
                        {"param_name": "exame", "example": "sangue"},
                        {"param_name": "prazo", "example": "sexta-feira"},
                    ]
                },
            },
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL",
                        "text": "Ver como chegar",
                        "url": "https://clinica.example/como-chegar/{{1}}",
                        "example": ["https://clinica.example/como-chegar/centro"],
                    }
                ],
            },
        ],
    },
    {
        "name": "campanha_checkup",
        "category": "MARKETING",
        "status": "APPROVED",
        "quality": "YELLOW",
        "components": [
            {
                "type": "HEADER",
                "format": "IMAGE",
                "example": {"header_handle": ["https://clinica.example/checkup.jpg"]},
            },
            _body(
                "{{1}}, que tal pôr o check-up em dia? Neste mês a primeira avaliação é grátis.",
                "Ana",
            ),
            {"type": "FOOTER", "text": "Para não receber mais ofertas, responda PARAR"},
            _quick_replies("Quero agendar", "Agora não"),
        ],
    },
    {
        # Words only, so that a campaign can carry it to many people as it stands.
        "name": "campanha_vacina",
        "category": "MARKETING",
        "status": "APPROVED",
        "quality": "GREEN",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Vacina da gripe"},
            _body(
                "{{1}}, a vacina da gripe já chegou. Quer reservar a sua dose para esta semana?",
                "Ana",
            ),
            {"type": "FOOTER", "text": "Para não receber mais ofertas, responda PARAR"},
            _quick_replies("Quero reservar", "Agora não"),
        ],
    },
    {
        "name": "promocao_relampago",
        "category": "UTILITY",
        "status": "REJECTED",
        "rejected_reason": "INCORRECT_CATEGORY",
        "components": [_body("Só hoje: 50% de desconto em todos os procedimentos!")],
    },
    {
        "name": "pesquisa_satisfacao",
        "category": "MARKETING",
        "status": "PAUSED",
        "quality": "RED",
        "components": [
            _body("Olá, {{1}}! De 1 a 5, como foi o seu atendimento?", "Ana"),
        ],
    },
]
