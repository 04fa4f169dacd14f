"""Azure Speech's fast transcription: Brazil South is a region of its own, and data stay in it."""

from __future__ import annotations

import json
from typing import Any

from bot.transcription.base import READ_SECONDS, SpokenFile, WrittenSound
from bot.vendors.base import VendorTrouble
from bot.vendors.client import VendorPlace
from bot.vendors.wire import VendorFault
from providers.http import ForeignAddress

VERSION = "2025-10-15"
PATH = "/speechtotext/transcriptions:transcribe"
STATUSES = {
    400: (VendorTrouble.BAD_REQUEST, False),
    401: (VendorTrouble.CREDENTIALS, False),
    403: (VendorTrouble.CREDENTIALS, False),
    404: (VendorTrouble.MODEL_GONE, False),
    413: (VendorTrouble.TOO_LONG, False),
    429: (VendorTrouble.BUSY, True),
}


class AzureTranscriber:
    """Writes a sound down by one multipart request."""

    def write(self, place: VendorPlace, file: SpokenFile) -> WrittenSound:
        """Call once. Raises VendorFault."""
        import httpx2

        from bot.vendors.transport import http_client

        definition: dict[str, Any] = {"locales": ["pt-BR"]}
        if file.keywords:
            definition["phraseList"] = {"phrases": list(file.keywords[:100])}
        try:
            with http_client(
                place.base_url, seconds=READ_SECONDS, read_seconds=READ_SECONDS
            ) as client:
                answered = client.post(
                    f"{place.base_url.rstrip('/')}{PATH}",
                    params={"api-version": VERSION},
                    headers={"Ocp-Apim-Subscription-Key": place.key or "-"},
                    files={"audio": (file.filename, file.content, file.mime_type)},
                    data={"definition": json.dumps(definition)},
                )
        except ForeignAddress:
            raise VendorFault(VendorTrouble.UNREACHABLE, "endereco_nao_permitido") from None
        except httpx2.TimeoutException:
            raise VendorFault(VendorTrouble.TIMEOUT, retryable=True) from None
        except httpx2.HTTPError as lost:
            name = type(lost).__name__
            raise VendorFault(VendorTrouble.UNREACHABLE, name, retryable=True) from None
        return _read(answered)


def _read(answered: Any) -> WrittenSound:
    status = int(answered.status_code)
    if status != 200:
        trouble, retryable = STATUSES.get(status, (VendorTrouble.SERVER, status >= 500))
        raise VendorFault(trouble, str(status), retryable=retryable)
    try:
        return written_of(answered.json(), str(answered.headers.get("apim-request-id", "")))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as odd:
        raise VendorFault(VendorTrouble.NONSENSE, type(odd).__name__, retryable=True) from None


def written_of(body: Any, request_id: str = "") -> WrittenSound:
    """Read an answer. Raises TypeError, KeyError or ValueError for what is none."""
    texts = [str(one["text"]) for one in body["combinedPhrases"]]
    phrases = body.get("phrases") or []
    sure = [float(one["confidence"]) for one in phrases if "confidence" in one]
    return WrittenSound(
        text=" ".join(texts),
        language="pt" if phrases or texts else "",
        seconds=float(body.get("durationMilliseconds") or 0) / 1000,
        confidence=sum(sure) / len(sure) if sure else None,
        request_id=request_id[:100],
    )
