"""The OpenAPI document, drawn once for each language and form: it costs seconds, for anybody."""

from __future__ import annotations

import threading
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView

_drawn: dict[tuple[str, str], bytes] = {}
_drawing = threading.Lock()


class KeptSchema(SpectacularAPIView):
    """Serves the document from memory; what it says changes with a new version of the code only."""

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Give the document in the language and form asked for."""
        asked = request.GET.get("lang", "") or translation.get_language()
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        renderer = request.accepted_renderer
        key = (language, str(renderer.media_type))
        # One draws, whoever else asks meanwhile waits for it.
        with _drawing:
            if key not in _drawn:
                with translation.override(language):
                    data = self._get_schema_response(request).data  # type: ignore[no-untyped-call]
                    _drawn[key] = renderer.render(data, renderer.media_type, {})
        name = self._get_filename(request, None)  # type: ignore[no-untyped-call]
        return HttpResponse(
            _drawn[key],
            content_type=renderer.media_type,
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )
