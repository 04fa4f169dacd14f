"""What a server must have is told before it serves, with what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from config import checks


def ids(found: list) -> list[str]:
    assert all(one.hint for one in found)
    return [one.id for one in found]


@pytest.mark.parametrize("keys", [[], ["k1"], ["k1:curto"], ["k1:não"], [":" + "A" * 43 + "="]])
def test_keys_that_seal_nothing_are_an_error(settings, keys):
    settings.CREDENTIALS_KEYS = keys
    assert ids(checks.credentials_keys_work(None)) == ["config.E001"]


def test_usable_keys_pass(settings):
    assert checks.credentials_keys_work(None) == []


def test_without_metas_secrets_there_is_a_warning_and_on_a_server_an_error(settings):
    settings.DEBUG, settings.META_APP_SECRETS, settings.META_VERIFY_TOKEN = False, [], ""
    assert ids(checks.meta_is_configured(None)) == ["config.W002", "config.W003"]
    assert ids(checks.meta_must_be_configured(None)) == ["config.E002", "config.E003"]


def test_metas_secrets_may_wait_while_debugging(settings):
    settings.DEBUG, settings.META_APP_SECRETS, settings.META_VERIFY_TOKEN = True, [], ""
    assert checks.meta_must_be_configured(None) == []


def test_a_spool_inside_a_file_is_an_error(settings, tmp_path: Path):
    file = tmp_path / "arquivo"
    file.write_text("")
    settings.SPOOL_DIR = file / "spool"
    assert ids(checks.spool_is_writable(None)) == ["config.E004"]


def test_a_spool_that_does_not_exist_yet_is_fine_where_it_can_be_made(settings, tmp_path: Path):
    settings.SPOOL_DIR = tmp_path / "a" / "b"
    assert checks.spool_is_writable(None) == []


@pytest.mark.parametrize("address", ["http://central.example", "central.example", "https://"])
def test_an_address_without_https_is_an_error_on_a_server(settings, address):
    settings.PUBLIC_URL = address
    assert ids(checks.public_address_is_safe(None)) == ["config.E005"]


@pytest.mark.parametrize("weak", ["curta", "a" * 60])
def test_a_weak_secret_key_is_an_error_on_a_server(settings, weak):
    settings.SECRET_KEY = weak
    assert ids(checks.secret_key_is_strong(None)) == ["config.E006"]


def test_folders_of_files_are_the_installations_alone(tmp_path, settings):
    given = settings.STORAGES["default"]["OPTIONS"]
    storage = FileSystemStorage(**{**given, "location": tmp_path / "media"})
    storage.save("a/b/x.txt", ContentFile(b"x"))
    modes = [stat.S_IMODE(one.stat().st_mode) for one in sorted((tmp_path / "media").rglob("*"))]
    assert modes == [0o700, 0o700, 0o600]
    assert stat.S_IMODE((tmp_path / "media").stat().st_mode) == 0o700
