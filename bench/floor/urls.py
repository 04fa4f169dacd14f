"""One plain view that inserts one row."""

from __future__ import annotations

import hashlib

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


urlpatterns = [path("insert/", insert)]
