"""What the simulator brings along, all made up: templates, a photo, a voice note, a document."""

from __future__ import annotations

import io
import math
from array import array
from typing import Any

from PIL import Image, ImageDraw

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


def photo(seed: int = 0) -> bytes:
    """Draw a small JPEG that differs with the seed: a referral form on a coloured table."""
    hue = (37 * seed) % 360
    image = Image.new("HSV", (960, 720), (int(hue * 255 / 360), 90, 200)).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.rectangle((210, 70, 750, 690), fill=(252, 252, 248))
    draw.rectangle((210, 70, 750, 150), fill=(20, 110, 120))
    draw.ellipse((240, 90, 280, 130), fill=(255, 255, 255))
    draw.rectangle((256, 97, 264, 123), fill=(20, 110, 120))
    draw.rectangle((247, 106, 273, 114), fill=(20, 110, 120))
    for line in range(11):
        length = 460 - (line * 67 + seed * 31) % 220
        draw.rectangle((245, 190 + line * 36, 245 + length, 200 + line * 36), fill=(150, 158, 165))
    curve = [
        (480 + step * 6, 630 + int(18 * math.sin(step * 0.9 + seed) * math.cos(step / 5)))
        for step in range(38)
    ]
    draw.line(curve, fill=(40, 60, 160), width=4)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=82)
    return file.getvalue()


def document() -> bytes:
    """Make a one-page PDF."""
    page = Image.open(io.BytesIO(photo(3))).resize((595, 842))
    file = io.BytesIO()
    page.save(file, "PDF", title="Pedido de exame")
    return file.getvalue()


def sticker() -> bytes:
    """Draw a 512x512 WebP: a smiling face."""
    image = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 472, 472), fill=(255, 205, 60, 255), outline=(180, 120, 0, 255), width=10)
    for left in (160, 300):
        draw.ellipse((left, 170, left + 52, 250), fill=(70, 45, 10, 255))
    draw.arc((140, 190, 372, 390), 20, 160, fill=(70, 45, 10, 255), width=18)
    file = io.BytesIO()
    image.save(file, "WEBP")
    return file.getvalue()


def voice(seconds: float = 3.0, seed: int = 0) -> bytes:
    """Synthesise a mono Ogg/Opus file: a hummed phrase, as long as asked."""
    from simulator.audio import SAMPLE_RATE, opus_from_samples

    samples = array("h")
    notes = (196, 220, 262, 247, 220, 294, 262, 196)
    phase = 0.0
    for index in range(int(seconds * SAMPLE_RATE)):
        moment = index / SAMPLE_RATE
        syllable = moment * 3.2
        note = notes[(int(syllable) + seed) % len(notes)]
        phase += 2 * math.pi * note / SAMPLE_RATE
        # A rounded envelope per syllable keeps the hum from clicking.
        loudness = 9000 * math.sin(math.pi * (syllable % 1)) ** 0.7
        wave = math.sin(phase) + 0.4 * math.sin(2 * phase) + 0.15 * math.sin(3 * phase)
        samples.append(int(loudness * wave / 1.55))
    return opus_from_samples(samples)
