"""Addresses of the bot."""

from __future__ import annotations

from django.urls import path

from bot.api import views

CONVERSATION = "conversas/<uuid:conversation_id>/"
ENTRY = "robo/entradas/<uuid:entry_id>/"

urlpatterns = [
    path(f"{CONVERSATION}pausar-robo/", views.PauseBot.as_view(), name="api-pause-bot"),
    path(f"{CONVERSATION}sugestoes/", views.BotSuggestions.as_view(), name="api-suggestions"),
    path(f"{CONVERSATION}leituras/", views.Readings.as_view(), name="api-readings"),
    path(f"{CONVERSATION}ler/", views.ReadNow.as_view(), name="api-read-talk"),
    path(f"{CONVERSATION}reescrever/", views.Rewrite.as_view(), name="api-rewrite"),
    path("robo/assistentes/", views.Assistants.as_view(), name="api-assistants"),
    path("robo/entradas/", views.Entries.as_view(), name="api-entries"),
    path(ENTRY, views.EntryDetail.as_view(), name="api-entry"),
    path("robo/sessoes/", views.BotSessions.as_view(), name="api-bot-sessions"),
]
