"""An independent client, pywa, speaks with the simulator as it would with Meta."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from pywa import WhatsApp, utils
from pywa.errors import ReEngagementMessage, TooManyMessages
from pywa.types import Button, Section, SectionList, SectionRow

from simulator.models import SimMedia, SimMessage, SimNumber, SimPerson, SimWebhook
from simulator.whatsapp import delivery
from simulator.whatsapp.services import fault_set, person_ensure, person_send
from tests.simulator.whatsapp.conftest import PHONE_ID, TOKEN, WABA_ID

pytestmark = pytest.mark.django_db(transaction=True)
TO = "5511990000001"


@pytest.fixture
def pywa(address: str, wrote: SimPerson) -> Iterator[WhatsApp]:
    """Give the client, pointed at the simulator."""
    client = WhatsApp(phone_id=PHONE_ID, token=TOKEN, waba_id=WABA_ID)
    client.api._session.base_url = f"{address}/v26.0"
    yield client
    client.api._session.close()


def test_pywa_sends_text_buttons_and_lists(pywa: WhatsApp) -> None:
    sent = pywa.send_message(TO, "Olá")
    assert SimMessage.objects.get(wamid=sent.id).body["body"] == "Olá"
    pywa.send_message(TO, "Confirma?", buttons=[Button("Sim", callback_data="s")])
    rows = [SectionRow("Cardiologia", callback_data="c", description="Dra. Helena")]
    pywa.send_message(TO, "Escolha", buttons=SectionList("Ver", sections=[Section("Todas", rows)]))
    kinds = SimMessage.objects.filter(direction="saida").values_list("kind", flat=True)
    assert sorted(kinds) == ["interactive", "interactive", "text"]


def test_pywa_uploads_a_file_and_finds_it_again(pywa: WhatsApp) -> None:
    uploaded = pywa.upload_media(io.BytesIO(b"jpeg"), mime_type="image/jpeg", filename="a.jpg")
    assert pywa.get_media_bytes(pywa.get_media_url(uploaded.id).url) == b"jpeg"
    assert SimMedia.objects.get().size == 4


def test_pywa_understands_the_errors(pywa: WhatsApp) -> None:
    fault_set(kind="recusar_envio", code=131056)
    with pytest.raises(TooManyMessages):
        pywa.send_message(TO, "Olá")
    person_ensure(name="Nunca Escreveu", wa_id="5511990000002")
    with pytest.raises(ReEngagementMessage):
        pywa.send_message("5511990000002", "Olá")


def test_pywa_marks_as_read_and_shows_typing(pywa: WhatsApp) -> None:
    message = SimMessage.objects.get(direction="entrada")
    assert pywa.mark_message_as_read(message.wamid)
    assert pywa.indicate_typing(message.wamid)
    message.refresh_from_db()
    assert message.status == "lida"


def test_pywa_lists_the_templates(pywa: WhatsApp) -> None:
    names = {template.name for template in pywa.get_templates()}
    assert "lembrete_consulta" in names
    assert len(names) == 7


def test_pywa_accepts_the_signature_and_only_the_right_one(
    number: SimNumber, person: SimPerson
) -> None:
    person_send(number=number, person=person, kind="text", body={"body": "Olá/ção 😊"})
    body = delivery.body_of(SimWebhook.objects.select_related("number"))
    good = delivery.signature(body, "segredo-atual")
    check = utils.webhook_updates_validator
    assert check("segredo-atual", body, good)
    assert not check("segredo-atual", body + b" ", good)
