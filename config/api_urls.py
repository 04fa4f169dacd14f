"""The REST API: every package's addresses, the schema, Swagger UI, and 404 for the rest."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import include, path, re_path, resolve
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.api.base import UnknownAddress
from config.api_schema import KeptSchema

_unknown = UnknownAddress.as_view()


@csrf_exempt
def without_slash(request: HttpRequest) -> Any:
    """Serve an address that lacks its final slash as if it had it; the rest is 404."""
    if not request.path_info.endswith("/"):
        match = resolve(f"{request.path_info}/")
        if match.func is not without_slash:
            # Repeated writes are known by their address, so both forms have to be one.
            request.path_info, request.path = f"{request.path_info}/", f"{request.path}/"
            request.resolver_match = match
            return match.func(request, *match.args, **match.kwargs)
    return _unknown(request)


urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("contacts.api.urls")),
    path("", include("omnichannel.api.urls")),
    path("", include("agenda.api.urls")),
    path("", include("queues.api.urls")),
    path("", include("leadscoring.api.urls")),
    path("", include("campaigns.api.urls")),
    path("", include("bot.api.urls")),
    path("", include("flows.api.urls")),
    path("", include("analytics.api.urls")),
    path("", include("integrations.api.urls")),
    path("schema/", KeptSchema.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^[\s\S]*$", without_slash, name="api-unknown"),
]
