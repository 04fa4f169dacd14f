"""Addresses of the reports, as the specification names them."""

from __future__ import annotations

from django.urls import path

from analytics.api import views

BASE = "analytics/"

urlpatterns = [
    path(f"{BASE}metricas/", views.Metrics.as_view(), name="api-metrics"),
    path(f"{BASE}metricas/tempo-real/", views.Live.as_view(), name="api-metrics-live"),
    path(f"{BASE}relatorio/diario/", views.Daily.as_view(), name="api-report-daily"),
    path(f"{BASE}relatorio/semanal/", views.Weekly.as_view(), name="api-report-weekly"),
    path(
        f"{BASE}atendente/<uuid:membership_id>/performance/",
        views.Performance.as_view(),
        name="api-attendant-performance",
    ),
    path(
        f"{BASE}fila/<uuid:queue_id>/metricas/",
        views.QueueReport.as_view(),
        name="api-queue-report",
    ),
]
