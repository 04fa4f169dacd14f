"""What attendants see of a visitor, and do about one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Membership
from omnichannel.models import Channel, Conversation
from tests.visitors.panel import Panel
from visitors.models import VisitorBlock, VisitorSession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bells")]


def logged_in(member: Membership) -> Client:
    """Give an attendant's browser."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def conversation(panel: Panel) -> Conversation:
    """Give the talk of a visitor who stands on a page."""
    page = {"url": "https://www.clinica.example/exames?cpf=1&utm_source=google", "title": "Exames"}
    panel.say("Oi", page=page)
    VisitorSession.unscoped.update(name="Joana", phone="41 99888-7777", answer_by="email")
    return Conversation.unscoped.get()


def test_the_column_says_who_writes_from_where(
    conversation: Conversation, ana: Membership, beto: Membership
) -> None:
    address = f"/atendimento/conversas/{conversation.pk}/"
    page = logged_in(ana).get(address).content.decode()
    for words in ("/exames", "google", "não verificado", "No site agora", "41 99888-7777"):
        assert words in page
    assert "cpf" not in page
    VisitorSession.unscoped.update(seen_at=timezone.now() - timedelta(minutes=3))
    assert "Responder por outro canal" in logged_in(ana).get(address).content.decode()
    VisitorSession.unscoped.update(subject="<b>paciente-7</b>")
    page = logged_in(ana).get(address).content.decode()
    assert "Confirmada pelo site" in page and "<b>paciente-7" not in page


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [
        ("beto", "visitante", 200),
        ("beto", "endereco", 403),
        ("ana", "endereco", 200),
        ("ana", "outro", 400),
    ],
)
def test_blocking_is_for_whoever_may(
    conversation: Conversation,
    ana: Membership,
    beto: Membership,
    chat: Channel,
    who: str,
    kind: str,
    status: int,
) -> None:
    client = logged_in({"ana": ana, "beto": beto}[who])
    address = f"/atendimento/conversas/{conversation.pk}/bloquear-visitante/"
    answer = client.post(address, {"tipo": kind}, headers={"hx-request": "true"})
    assert answer.status_code == status
    assert VisitorBlock.unscoped.count() == (status == 200)
    entries = AuditEntry.objects.for_company(chat.company).filter(action="visitante.bloqueado")
    assert entries.count() == (status == 200)
