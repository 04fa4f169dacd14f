"""The sample site stands on another origin than the product, and signs whom its server knows."""

from __future__ import annotations

import jwt
import pytest
from django.test import Client

from simulator.middleware import MIDDLEWARE
from simulator.site.services import site_ensure

pytestmark = pytest.mark.django_db
KEY, SECRET = "k" * 22, "s" * 40


@pytest.fixture(autouse=True)
def _served(settings):
    settings.ROOT_URLCONF = "simulator.urls"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]


def test_it_takes_the_name_that_the_product_has_not_and_allows_no_more_than_the_chat_needs():
    site_ensure(key=KEY, name="Clínica", address="http://127.0.0.1:8000/", secret=SECRET)
    client = Client()
    moved = client.get("/site/agendar/?chave=x", headers={"host": "127.0.0.1:8001"})
    assert moved["Location"] == "http://localhost:8001/site/agendar/?chave=x"
    shown = client.get("/site/agendar/", headers={"host": "localhost:8001"})
    assert f'src="http://127.0.0.1:8000/static/webchat/webchat.js" data-chat="{KEY}"' in (
        shown.content.decode()
    )
    policy = shown["Content-Security-Policy"]
    assert "frame-src http://127.0.0.1:8000;" in f"{policy};"
    assert "X-Frame-Options" not in shown


def test_its_server_signs_who_logged_in():
    site_ensure(key=KEY, name="Clínica", address="http://127.0.0.1:8000", secret=SECRET)
    client = Client()
    host = {"host": "localhost:8001"}
    assert 'data-token=""' in client.get("/site/", headers=host).content.decode()
    page = client.get("/site/?paciente=marina", headers=host).content.decode()
    token = page.split('data-token="')[1].split('"')[0]
    said = jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["exp", "jti"]})
    assert (said["sub"], said["name"]) == ("marina", "Marina Sales")
