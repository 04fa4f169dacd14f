"""Addresses of the fake vendor, below any prefix that a client puts before them."""

from __future__ import annotations

from django.urls import path

from simulator.vendors import views

# OpenAI's own prefix and Azure's.
PREFIXES = ("v1", "openai/v1")

urlpatterns = [
    *(
        path(f"{prefix}/{end}", view)
        for prefix in PREFIXES
        for end, view in (
            ("responses", views.responses),
            ("chat/completions", views.chat),
            ("embeddings", views.embeddings),
            ("models", views.models),
            ("audio/transcriptions", views.transcriptions),
        )
    ),
    path("speechtotext/transcriptions:transcribe", views.speech),
]
