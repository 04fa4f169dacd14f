"""The REST API: every package's addresses, the schema, Swagger UI, and 404 for the rest."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts.api.base import UnknownAddress
from config.api_schema import KeptSchema

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("contacts.api.urls")),
    path("", include("omnichannel.api.urls")),
    path("", include("queues.api.urls")),
    path("", include("leadscoring.api.urls")),
    path("", include("campaigns.api.urls")),
    path("", include("bot.api.urls")),
    path("", include("analytics.api.urls")),
    path("schema/", KeptSchema.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^[\s\S]*$", UnknownAddress.as_view(), name="api-unknown"),
]
