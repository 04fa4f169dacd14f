"""Addresses of campaigns."""

from __future__ import annotations

from django.urls import path

from campaigns.api import views

CAMPAIGN = "campanhas/<uuid:campaign_id>/"

urlpatterns = [
    path("campanhas/", views.Campaigns.as_view(), name="api-campaigns"),
    path(CAMPAIGN, views.CampaignDetail.as_view(), name="api-campaign"),
    path(f"{CAMPAIGN}metricas/", views.CampaignMetrics.as_view(), name="api-campaign-metrics"),
    path(f"{CAMPAIGN}destinatarios/", views.Recipients.as_view(), name="api-campaign-people"),
    path(f"{CAMPAIGN}previsao/", views.CampaignForecast.as_view(), name="api-campaign-forecast"),
    path(f"{CAMPAIGN}iniciar/", views.Start.as_view(), name="api-campaign-start"),
    path(f"{CAMPAIGN}pausar/", views.Pause.as_view(), name="api-campaign-pause"),
    path(f"{CAMPAIGN}retomar/", views.Resume.as_view(), name="api-campaign-resume"),
    path(f"{CAMPAIGN}cancelar/", views.Cancel.as_view(), name="api-campaign-cancel"),
    path(f"{CAMPAIGN}copiar/", views.Copy.as_view(), name="api-campaign-copy"),
]
