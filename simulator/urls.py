"""Every address of the simulator's own process: Graph, the control API and the phone page."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("simulator.graph.urls")),
    path("control/", include("simulator.control.urls")),
    path("", include("simulator.phone.urls")),
]
