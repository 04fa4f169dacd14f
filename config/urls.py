"""Every address of the product. Webhooks, health and metrics never get here: see config.asgi."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, reverse_lazy
from django.views.generic import RedirectView

from campaigns.leaving import UnsubscribeView

API = "central-atendimento/"
HOME = reverse_lazy("inbox:home")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:home")),
    # A name would be reversed with what stands behind it in the address.
    path("admin/atendimento/<path:rest>", RedirectView.as_view(url=HOME)),
    path("admin/atendimento/", RedirectView.as_view(url=HOME)),
    path("admin/", admin.site.urls),
    path("atendimento/", include("inbox.urls")),
    # In letters of campaigns, for as long as those are kept.
    path("sair-da-lista/<str:key>/", UnsubscribeView.as_view(), name="leave"),
    path("chat/", include("visitors.urls")),
    path(API, include("config.api_urls")),
]
