"""Every address of the product. Webhooks, health and metrics never get here: see config.asgi."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

API = "central-atendimento/"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:home")),
    path("admin/atendimento/<path:rest>", RedirectView.as_view(pattern_name="inbox:home")),
    path("admin/atendimento/", RedirectView.as_view(pattern_name="inbox:home")),
    path("admin/", admin.site.urls),
    path("atendimento/", include("inbox.urls")),
    path(API, include("config.api_urls")),
]
