"""Files that the simulator brings along, all made up: a photo, a voice note, a document."""

from __future__ import annotations

import io
import math
from array import array

from PIL import Image, ImageDraw

# A hum has no high tones; more samples would only take longer to make.
HUM_RATE = 8_000
# Steps in which a swing of the hum and a syllable are drawn beforehand.
TABLE = 2048
# What the hummed notes stand for, by seed.
SPOKEN = (
    "Oi, bom dia! Vocês atendem o meu convênio?",
    "Queria saber quanto custa a consulta, por favor.",
    "Boa tarde, qual é o horário de atendimento de vocês?",
    "Preciso remarcar a minha consulta para a semana que vem.",
    "Onde fica a clínica e tem estacionamento?",
    "O resultado do exame já está pronto?",
)


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
    from simulator.audio import opus_from_samples

    samples = array("h")
    notes = (196, 220, 262, 247, 220, 294, 262, 196)
    wave, swell = _wave(), _swell()
    phase = 0.0
    for index in range(int(seconds * HUM_RATE)):
        syllable, moment = divmod(index * 3.2 / HUM_RATE, 1)
        phase = (phase + notes[(int(syllable) + seed) % len(notes)] / HUM_RATE) % 1
        samples.append(int(swell[int(moment * TABLE)] * wave[int(phase * TABLE)]))
    return opus_from_samples(samples, HUM_RATE, words=SPOKEN[seed % len(SPOKEN)])


def _wave() -> list[float]:
    """Draw one swing of the hum, between -1 and 1."""
    turns = (2 * math.pi * step / TABLE for step in range(TABLE))
    return [
        (math.sin(at) + 0.4 * math.sin(2 * at) + 0.15 * math.sin(3 * at)) / 1.55 for at in turns
    ]


def _swell() -> list[float]:
    """Draw how loud a syllable is while it lasts; round, so that it does not click."""
    return [9000 * math.sin(math.pi * step / TABLE) ** 0.7 for step in range(TABLE)]
