"""Media: upload, look-up, download, and how long each lives."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from simulator.models import SimMedia, SimNumber, SimPerson
from simulator.whatsapp.services import person_send
from simulator.whatsapp.services.media import media_store
from tests.simulator.whatsapp.conftest import PHONE_ID, TOKEN, error_of, values

Call = Callable[..., HttpResponse]
AUTH = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def upload(client: Client) -> Call:
    def call(content: bytes, mime_type: str, **more: Any) -> HttpResponse:
        file = SimpleUploadedFile("foto.jpg", content, mime_type)
        data = {"messaging_product": "whatsapp", "file": file, **more}
        return client.post(f"/v26.0/{PHONE_ID}/media", data, headers=AUTH)

    return call


@pytest.fixture
def media(number: SimNumber) -> SimMedia:
    return media_store(
        number=number, content=b"bytes da foto", mime_type="image/jpeg", is_inbound=True
    )


def address(graph: Call, media: SimMedia) -> str:
    link = urlsplit(json.loads(graph("GET", media.graph_id).content)["url"])
    return f"{link.path}?{link.query}"


def test_an_uploaded_file_can_be_sent_by_its_id(
    upload: Call, send: Call, number: SimNumber, wrote: SimPerson
) -> None:
    media_id = json.loads(upload(b"jpeg", "image/jpeg").content)["id"]
    assert send("image", {"id": media_id}).status_code == 200
    assert error_of(send("video", {"id": media_id}))["code"] == 131053
    assert send("document", {"id": media_id, "filename": "a.jpg"}).status_code == 200


def test_a_type_meta_does_not_take_is_100(upload: Call, number: SimNumber) -> None:
    assert error_of(upload(b"x", "application/zip"))["code"] == 100


def test_a_file_over_the_limit_of_its_class_is_131053(upload: Call, number: SimNumber) -> None:
    too_much = b"x" * (5 * 1024 * 1024 + 1)
    assert error_of(upload(too_much, "image/png"))["code"] == 131053
    assert upload(too_much[:-1], "image/png").status_code == 200


def test_an_upload_without_a_file_is_100(client: Client, number: SimNumber) -> None:
    answer = client.post(
        f"/v26.0/{PHONE_ID}/media", {"messaging_product": "whatsapp"}, headers=AUTH
    )
    assert error_of(answer)["code"] == 100


def test_the_look_up_gives_checksum_size_and_an_address(graph: Call, media: SimMedia) -> None:
    body = json.loads(graph("GET", f"{media.graph_id}?phone_number_id={PHONE_ID}").content)
    assert body["sha256"] == hashlib.sha256(b"bytes da foto").hexdigest()
    assert body["file_size"] == 13
    assert body["mime_type"] == "image/jpeg"
    assert body["url"].startswith("http://testserver/whatsapp_business/attachments/?mid=")


def test_the_address_gives_the_bytes_to_the_token_only(
    client: Client, graph: Call, media: SimMedia
) -> None:
    path = address(graph, media)
    assert client.get(path, headers=AUTH).content == b"bytes da foto"
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer outro"}).status_code == 401


def test_the_address_dies_after_five_minutes(client: Client, graph: Call, media: SimMedia) -> None:
    path = address(graph, media)
    with time_machine.travel(timezone.now() + timedelta(seconds=298), tick=False):
        assert client.get(path, headers=AUTH).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=302), tick=False):
        assert client.get(path, headers=AUTH).status_code == 404


def test_an_altered_address_gives_nothing(client: Client, graph: Call, media: SimMedia) -> None:
    path = address(graph, media)
    assert (
        client.get(path[:-1] + ("0" if path[-1] != "0" else "1"), headers=AUTH).status_code == 404
    )
    assert client.get(path.replace("ext=", "ext=9"), headers=AUTH).status_code == 404
    assert client.get("/whatsapp_business/attachments/", headers=AUTH).status_code == 404


@pytest.mark.parametrize(("is_inbound", "days"), [(True, 7), (False, 30)])
def test_ids_expire(graph: Call, media: SimMedia, is_inbound: bool, days: int) -> None:
    SimMedia.objects.update(is_inbound=is_inbound)
    SimMedia.objects.update(created_at=timezone.now() - timedelta(days=days, seconds=-60))
    assert graph("GET", media.graph_id).status_code == 200
    SimMedia.objects.update(created_at=timezone.now() - timedelta(days=days, seconds=60))
    assert error_of(graph("GET", media.graph_id))["error_subcode"] == 33


def test_a_deleted_file_is_gone(
    graph: Call, media: SimMedia, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert json.loads(graph("DELETE", media.graph_id).content) == {"success": True}
    assert graph("GET", media.graph_id).status_code == 400
    assert not media.file.storage.exists(media.file.name)


def test_a_received_photo_carries_its_checksum_in_base64_and_an_address(
    client: Client, number: SimNumber, person: SimPerson, media: SimMedia
) -> None:
    body = {"media_id": media.graph_id, "caption": "olha"}
    person_send(number=number, person=person, kind="image", body=body)
    image = values()[0]["messages"][0]["image"]
    assert base64.b64decode(image["sha256"]) == hashlib.sha256(b"bytes da foto").digest()
    assert image["caption"] == "olha"
    link = urlsplit(image["url"])
    assert client.get(f"{link.path}?{link.query}", headers=AUTH).content == b"bytes da foto"
