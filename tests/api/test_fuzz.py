"""Generated requests against the document: never a 5xx, and every answer as the document says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.services.tokens import token_issue
from tests.api.conftest import API
from tests.test_tenancy import Tenant, ours

__all__ = ["ours"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
schema = schemathesis.openapi.from_wsgi(f"{API}schema/?format=json", WSGIHandler())


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """Keep the test's own connection: the handler would give it back after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api(
    case: Any, ours: Tenant, no_provider: None, kept_connection: None
):
    token, _ = token_issue(user=ours.administrator.user)
    # Made-up ids are 404; real ones lead further.
    for name in case.path_parameters or {}:
        case.path_parameters[name] = str(ours.ids[name.removesuffix("_id")])
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Token {token}"}, checks=checks)
        transaction.set_rollback(True)
