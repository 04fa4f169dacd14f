"""Every address of the product. Webhooks, health and metrics never get here: see config.asgi."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from agenda.views import CalendarFileView
from campaigns.leaving import UnsubscribeView
from config.operations import operations
from config.spec_addresses import SpecAddressView
from inbox.push.views import WorkerScript

API = "central-atendimento/"

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="inbox:home")),
    path("admin/atendimento/<path:rest>", SpecAddressView.as_view()),
    path("admin/atendimento/", SpecAddressView.as_view()),
    path("admin/operacao/", admin.site.admin_view(operations), name="operations"),
    path("admin/", admin.site.urls),
    path("sw.js", WorkerScript.as_view(), name="worker-script"),
    path("atendimento/", include("inbox.urls")),
    # In letters of campaigns, for as long as those are kept.
    path("sair-da-lista/<str:key>/", UnsubscribeView.as_view(), name="leave"),
    # Calendars of professionals, for programs that know the secret.
    path("agenda/<str:key>.ics", CalendarFileView.as_view(), name="agenda-file"),
    path("chat/", include("visitors.urls")),
    path(API, include("config.api_urls")),
]
