"""Every address of the product. Webhooks, health and metrics never get here: see config.asgi."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

API = "central-atendimento/"
HOME = reverse_lazy("inbox:home")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:home")),
    # A name would be reversed with what stands behind it in the address.
    path("admin/atendimento/<path:rest>", RedirectView.as_view(url=HOME)),
    path("admin/atendimento/", RedirectView.as_view(url=HOME)),
    path("admin/", admin.site.urls),
    path("atendimento/", include("inbox.urls")),
    path("chat/", include("visitors.urls")),
    path(API, include("config.api_urls")),
]
