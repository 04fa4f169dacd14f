"""Addresses of people: logging in, and being at work."""

from __future__ import annotations

from django.urls import path

from accounts.api.login import LogoutView, TokenView
from accounts.api.presence import Presences, Reasons

urlpatterns = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("presenca/", Presences.as_view(), name="api-presence"),
    path("motivos-pausa/", Reasons.as_view(), name="api-pause-reasons"),
    path("auth/logout/", LogoutView.as_view(), name="api-logout"),
]
