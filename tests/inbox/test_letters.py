"""Letters on the page: their bubbles, the original in its frame, and the composer."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from accounts.models import Company
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Message, Signature
from providers.facts import Mail, MailAddress
from tests import make

pytestmark = pytest.mark.django_db
MARIA, JOAO = "maria@exemplo.example", "joao@exemplo.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PAGE = (
    '<p>Posso ir hoje?</p><script>alert(1)</script><img src="http://a.example/1.png">'
    '<a href="https://a.example">a</a>'
)


@pytest.fixture(autouse=True)
def _quiet(bells) -> None:
    """Let no task reach a broker."""


@pytest.fixture
def box(clinic):
    servers = {"imap_host": "imap.clinica.example", "smtp_host": "smtp.clinica.example"}
    return make.mail_channel(clinic, **servers)


def arrives(box, text="Posso ir hoje?", **mail) -> Message:
    given = {
        **{
            "message_id": "1@mail.example",
            "html": PAGE,
            "text": f"{text}\n\nEm 1/1 escreveu:\n> Oi",
        },
        **{"sender": MailAddress(MARIA, "Maria"), "cc": (MailAddress(JOAO),), "raw": b"From: x"},
        **mail,
    }
    return make.inbound(
        box,
        external_id=given["message_id"],
        person=PersonRef((IdentityRef(IdentityKind.EMAIL, MARIA),), "Maria"),
        text=text,
        thread_key=given["message_id"],
        subject="Consulta de terça",
        mail=Mail(**given),
    )


def page(client, name, *args, **query) -> str:
    response = client.get(reverse(f"inbox:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_thread_of_letters(client, box, ana):
    client.force_login(ana.user)
    message = arrives(box, verdict="fail")
    shown = page(client, "conversation", message.conversation_id)
    for words in ("Consulta de terça", "Remetente não verificado", "Mostrar texto citado", JOAO):
        assert words in shown
    # Who has a copy stays in the composer; no template is offered.
    assert f'name="copia" value="{JOAO}"' in shown
    assert "&gt; Oi" not in shown
    assert "&gt; Oi" in page(client, "letter-rest", message.pk)
    assert 'src="/atendimento/mensagens/' in page(client, "letter", message.pk)


def test_the_frame_does_nothing_by_itself(client, box, ana, httpserver, settings):
    client.force_login(ana.user)
    url = httpserver.url_for("/foto.png")
    settings.MEDIA_EXTRA_HOSTS = (urlsplit(url).netloc,)
    httpserver.expect_request("/foto.png").respond_with_data(PNG)
    message = arrives(box, html=PAGE.replace("http://a.example/1.png", url))
    address = reverse("inbox:letter-frame", args=[message.pk])
    response = client.get(address)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    shown = response.content.decode()
    assert "Posso ir hoje?" in shown and "script" not in shown and url not in shown
    assert not httpserver.log
    # Asked for, a picture comes through us, to whoever has the address.
    shown = client.get(address, {"imagens": "1"}).content.decode()
    (picture,) = re.findall(r'src="([^"]*/emails/imagens/[^"]*)"', shown)
    client.logout()
    answer = client.get(urlsplit(picture).path)
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert client.get(reverse("inbox:letter-picture", args=["adivinhado", 0])).status_code == 404


def test_the_original_is_a_download(client, box, ana):
    client.force_login(ana.user)
    message = arrives(box)
    response = client.get(reverse("inbox:letter-raw", args=[message.pk]))
    assert b"".join(response.streaming_content) == b"From: x"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"


def test_addresses_are_masked_where_numbers_are(client, clinic, box, beto):
    Company.objects.filter(pk=clinic.pk).update(attendants_see_private=False)
    client.force_login(beto.user)
    message = arrives(box)
    shown = page(client, "conversation", message.conversation_id)
    assert JOAO not in shown and MARIA not in shown and "j**@exemplo.example" in shown
    posted = client.post(
        reverse("inbox:messages", args=[message.conversation_id]),
        {"texto": "Pode", "client_id": "k1", "copia": "j**@exemplo.example, ana@x.example"},
    )
    assert posted.status_code == 200
    sent = Message.unscoped.outbound().get()
    assert sent.metadata["letter"]["copies"] == [JOAO, "ana@x.example"]


def test_a_forwarded_mail_begins_a_conversation_with_its_author(client, box, ana):
    client.force_login(ana.user)
    mark = "---------- Forwarded message ---------"
    passed_on = f"Veja\n\n{mark}\nDe: Rui Lima <rui@x.example>\nDate: x\n\nOi"
    message = arrives(box, text=passed_on)
    assert "Criar conversa com o remetente original" in page(client, "letter", message.pk)
    for _time in range(2):
        answer = client.post(reverse("inbox:letter-forwarded", args=[message.pk]))
        assert "/atendimento/conversas/" in answer["HX-Redirect"]
    talks = message.conversation.__class__.unscoped.exclude(pk=message.conversation_id)
    (begun,) = talks.select_related("contact", "identity")
    assert (begun.identity.value, begun.contact.name) == ("rui@x.example", "Rui Lima")


def test_a_signature_is_kept(client, box, ana):
    client.force_login(ana.user)
    talk = arrives(box).conversation
    assert ana.user.name in page(client, "signature", talk.pk)
    client.post(reverse("inbox:signature", args=[talk.pk]), {"texto": "Ana\nRecepção"})
    assert Signature.unscoped.get().text == "Ana\nRecepção"
