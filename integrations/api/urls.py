"""Addresses of webhooks for other systems."""

from __future__ import annotations

from django.urls import path

from integrations.api import views

ONE = "integracoes/<uuid:webhook_id>/"

urlpatterns = [
    path("integracoes/", views.Webhooks.as_view(), name="api-webhooks"),
    path(ONE, views.WebhookDetail.as_view(), name="api-webhook"),
    path(f"{ONE}segredo/", views.WebhookSecret.as_view(), name="api-webhook-secret"),
    path(f"{ONE}teste/", views.WebhookTest.as_view(), name="api-webhook-test"),
    path(f"{ONE}reenviar/", views.WebhookResend.as_view(), name="api-webhook-resend"),
    path(f"{ONE}entregas/", views.WebhookDeliveries.as_view(), name="api-webhook-deliveries"),
    path(
        f"{ONE}entregas/<uuid:delivery_id>/",
        views.WebhookDelivery.as_view(),
        name="api-webhook-delivery",
    ),
]
