"""Addresses of the sample site: its pages are one document that changes its own address."""

from __future__ import annotations

from django.urls import path

from simulator.site import views

urlpatterns = [
    path("", views.page, name="simulator_site"),
    path("<slug:part>/", views.page, name="simulator_site_page"),
]
