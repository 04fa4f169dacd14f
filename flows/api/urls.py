"""Addresses of flows."""

from __future__ import annotations

from django.urls import path

from flows.api import views

FLOW = "fluxos/<uuid:flow_id>/"

urlpatterns = [
    path("fluxos/", views.Flows.as_view(), name="api-flows"),
    path(f"{FLOW}iniciar/", views.FlowStart.as_view(), name="api-flow-start"),
    path(f"{FLOW}percursos/", views.FlowRuns.as_view(), name="api-flow-runs"),
]
