"""Addresses of the API that belong to no company."""

from __future__ import annotations

from django.urls import path

from accounts.api.login import LogoutView, TokenView

urlpatterns = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("auth/logout/", LogoutView.as_view(), name="api-logout"),
]
