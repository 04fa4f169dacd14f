"""Plain views: one inserts a row, the other also tells open pages."""

from __future__ import annotations

import hashlib

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from bench.floor.models import FloorEvent


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """Insert the body and answer."""
    if request.method == "POST":
        FloorEvent.objects.create(
            source="whatsapp", body=request.body, dedupe=hashlib.sha256(request.body).digest()
        )
    return HttpResponse(b"")


@csrf_exempt
def tell(request: HttpRequest) -> HttpResponse:
    """Insert the body, tell every open page of it, and answer."""
    key = hashlib.sha256(request.body)
    FloorEvent.objects.create(source="whatsapp", body=request.body, dedupe=key.digest())
    hint = {"type": "hint", "frame": f'{{"key":"{key.hexdigest()}"}}'}
    async_to_sync(get_channel_layer().group_send)("bare", hint)
    return HttpResponse(b"")


urlpatterns = [path("insert/", insert), path("tell/", tell)]
