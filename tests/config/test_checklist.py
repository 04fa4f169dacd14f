"""The go-live checklist on a running product, and on one where things are missing."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Company
from config.checklist import POINTS, PointVerdict, checklist_run
from omnichannel.models import Channel
from tests import make


def verdicts() -> dict[str, PointVerdict]:
    return {point.words: result.verdict for point, result in checklist_run()}


@pytest.mark.django_db(transaction=True)
def test_every_point_is_tried_on_the_running_product(
    clinic: Company, channel: Channel, live_address: str, settings: Any
) -> None:
    settings.PUBLIC_URL = live_address
    make.inbound(channel, text="Oi")
    found = verdicts()
    assert len(found) == len(POINTS)
    for words in (
        "Credenciais WhatsApp Business API configuradas",
        "Redis disponível",
        "Frontend de atendente no ar",
        "Teste de recebimento de mensagem (webhook)",
        "Teste de WebSocket",
        "Métricas Prometheus/Grafana",
        "Alertas para falhas de webhook",
        "Dashboard de monitoring",
    ):
        assert found[words] == PointVerdict.FINE, words
    # The handshake is right, and Meta has never called.
    assert found["Webhook registrado no Meta for Developers"] == PointVerdict.UNSEEN
    assert found["HTTPS configurado para webhooks"] == PointVerdict.MISSING
    assert found["Teste de campanhas"] == PointVerdict.UNSEEN


@pytest.mark.django_db
def test_a_product_that_is_down_fails_with_what_to_do(settings: Any) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("checklist", stdout=said)
    text = said.getvalue()
    assert "[ ] Frontend de atendente no ar: ConnectionError" in text
    assert "crie o canal do WhatsApp" in text
