"""Letters from one end to the other: written, signed, handed to a mail server, and never twice."""

from __future__ import annotations

import io
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.utils import timezone

from common.errors import DomainError
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from omnichannel.models import Channel, MailBody, Message
from omnichannel.services.channels import channel_save
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.letters import copies_known, signature_of, signature_save
from omnichannel.services.media import attachment_upload
from omnichannel.services.outbound import message_retry, message_send
from omnichannel.services.starting import conversation_start
from omnichannel.services.trying import channel_try
from providers.choices import MessageStatus
from providers.facts import Mail, MailAddress
from providers.outgoing import ContentRefused
from tests import make
from tests.postmaster import post

__all__ = ["post"]
pytestmark = pytest.mark.django_db
MARIA, JOAO = "maria@exemplo.example", "joao@exemplo.example"


@pytest.fixture
def mailbox(clinic, post) -> Any:
    """Give what makes a channel with a mail server behind it."""

    def made(**settings: Any) -> tuple[Any, Channel]:
        master, account = post(has_login=True, **settings)
        return master, make.mail_channel(clinic, **account.settings)

    return made


def arrives(box: Channel, text: str = "Posso ir hoje?", **mail: Any) -> Message:
    sender = mail.pop("sender", MARIA)
    given = {"message_id": f"{timezone.now().timestamp()}@mail.example", "text": text, **mail}
    return make.inbound(
        box,
        external_id=given["message_id"],
        person=PersonRef((IdentityRef(IdentityKind.EMAIL, sender),), "Maria"),
        text=text,
        thread_key=given["message_id"],
        subject="Consulta",
        mail=Mail(raw=b"", sender=MailAddress(sender, "Maria Souza"), **given),
    )


def read(taken: Any) -> Any:
    return message_from_bytes(taken.content, policy=policy.default)


def test_an_answer_arrives_signed_with_what_it_answers(mailbox, ana):
    master, box = mailbox()
    asked = arrives(box, cc=(MailAddress(JOAO), MailAddress("CONTATO@clinica.example")))
    assert copies_known(asked.conversation) == [JOAO]
    sent = message_send(conversation=asked.conversation, author=ana, text="Pode.", copies=[JOAO])
    conversation_deliver(conversation=asked.conversation)
    (taken,) = master.taken
    assert taken.rcpt_tos == [MARIA, JOAO]
    mail = read(taken)
    assert mail["Subject"] == "Re: Consulta"
    assert mail["In-Reply-To"] == f"<{asked.external_id}>"
    assert mail["From"] == f"{ana.company.name} <contato@clinica.example>"
    assert mail["Auto-Submitted"] is None
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith(f"Pode.\n\n-- \n{signature_of(ana, box)}\n\nEm ")
    assert text.rstrip().endswith("Maria Souza escreveu:\n> Posso ir hoje?")
    sent.refresh_from_db()
    assert (sent.status, sent.external_id) == ("enviada", str(mail["Message-ID"]).strip("<>"))
    # The next one goes to them too, until somebody takes them out.
    assert copies_known(asked.conversation) == [JOAO]


def test_several_files_go_in_one_mail(mailbox, ana):
    master, box = mailbox(quotes_history=False)
    talk = arrives(box).conversation
    files = [
        attachment_upload(
            conversation=talk,
            uploaded_by=ana,
            file=io.BytesIO(content),
            filename=name,
            mime_type="",
        )
        for name, content in (("exame.pdf", b"%PDF-1.4 x"), ("lista.csv", "a;ç\r\n".encode()))
    ]
    message_send(conversation=talk, author=ana, text="Seguem.", attachments=files)
    conversation_deliver(conversation=talk)
    mail = read(master.taken[0])
    found = [
        (part.get_filename(), part.get_payload(decode=True)) for part in mail.iter_attachments()
    ]
    assert found == [("exame.pdf", b"%PDF-1.4 x"), ("lista.csv", "a;ç\r\n".encode())]
    assert "Posso ir" not in mail.get_body(("plain",)).get_content()


def test_nobody_elses_words_are_repeated(mailbox, ana):
    master, box = mailbox()
    talk = arrives(box).conversation
    MailBody.unscoped.update(sender={"address": "outra@exemplo.example"})
    message_send(conversation=talk, author=ana, text="Bom dia")
    conversation_deliver(conversation=talk)
    assert "Posso ir" not in read(master.taken[0]).get_body(("plain",)).get_content()


def test_a_first_letter_has_its_own_subject(mailbox, ana):
    master, box = mailbox()
    talk = conversation_start(channel=box, address=MARIA, subject="Seu exame")
    message_send(conversation=talk, author=ana, text="Ficou pronto.")
    conversation_deliver(conversation=talk)
    mail = read(master.taken[0])
    assert (mail["Subject"], mail["In-Reply-To"]) == ("Seu exame", None)


def test_a_mail_whose_answer_was_lost_is_never_sent_again(mailbox, ana):
    master, box = mailbox()
    master.cuts = True
    talk = arrives(box).conversation
    sent = message_send(conversation=talk, author=ana, text="Bom dia")
    for _time in range(3):
        conversation_deliver(conversation=talk)
    sent.refresh_from_db()
    assert (sent.status, sent.error_code) == ("incerta", "envio_incerto")
    assert len(master.taken) == 1


def test_a_refused_mail_is_sent_again_under_another_id(mailbox, ana):
    master, box = mailbox()
    talk = arrives(box).conversation
    master.on_data = "554 5.7.1 Spam"
    sent = message_send(conversation=talk, author=ana, text="Bom dia")
    conversation_deliver(conversation=talk)
    sent.refresh_from_db()
    assert (sent.status, sent.error_code) == ("falha", "recusado_pelo_servidor")
    master.on_data = ""
    message_retry(message=sent, actor=ana)
    conversation_deliver(conversation=talk)
    first, second = (str(read(one)["Message-ID"]) for one in master.taken)
    assert first != second


def test_a_wrong_copy_is_told_before_anything_is_stored(mailbox, ana):
    _master, box = mailbox()
    talk = arrives(box).conversation
    with pytest.raises(ContentRefused) as refused:
        message_send(conversation=talk, author=ana, text="Oi", copies=["joao, exemplo"])
    assert "copies" in refused.value.fields
    assert not Message.unscoped.outbound().exists()


def test_signatures_are_each_members_and_each_channels(mailbox, ana, beto):
    _master, box = mailbox()
    signature_save(member=ana, channel=box, text="Ana\nCRM 0")
    assert signature_of(ana, box) == "Ana\nCRM 0"
    assert signature_of(beto, box).startswith(beto.user.name)
    signature_save(member=ana, channel=box, text="")
    assert signature_of(ana, box) == ""


def test_courtesies_never_go_round(mailbox, clinic):
    master, box = mailbox()
    talk = arrives(box).conversation
    assert courtesy_send(talk, "fora_do_horario", text="Voltamos às 8h")
    # One a day to an address, whatever the conversation.
    assert not courtesy_send(talk, "posicao", text="Você é o 1º")
    other = arrives(box).conversation
    assert other.pk != talk.pk
    assert not courtesy_send(other, "posicao", text="Você é o 1º")
    conversation_deliver(conversation=talk)
    (taken,) = master.taken
    assert read(taken)["Auto-Submitted"] == "auto-replied"
    # Nor more than three in a conversation, however many days it takes.
    for _day in range(4):
        Message.unscoped.outbound().update(created_at=timezone.now() - timedelta(days=2))
        courtesy_send(talk, "posicao", text="Você é o 1º")
    assert Message.unscoped.outbound().filter(conversation=talk).count() == 3


@pytest.mark.parametrize(
    "mail",
    [
        {"sender": "no-reply@loja.example"},
        {"sender": "mailer-daemon@mail.example"},
        {"is_automatic": True},
        {"sender": "agenda@clinica.example"},
    ],
)
def test_nothing_automatic_goes_to_a_machine(mailbox, clinic, ana, mail):
    _master, box = mailbox(aliases="agenda@clinica.example")
    talk = arrives(box, **mail).conversation
    assert not courtesy_send(talk, "fora_do_horario", text="Voltamos às 8h")
    # What a person writes, they mean.
    sent = message_send(conversation=talk, author=ana, text="Bom dia")
    assert sent.status == MessageStatus.PENDING


def test_a_channel_of_a_service_is_proven_by_a_test_mail(clinic, ana, httpserver, settings):
    settings.MEDIA_EXTRA_HOSTS = (f"{httpserver.host}:{httpserver.port}",)
    told = {"ErrorCode": 0, "Message": "OK", "MessageID": "a", "To": "ana@exemplo.example"}
    httpserver.expect_oneshot_request("/email").respond_with_json(told)
    own = {"provider": "provedor", "esp": "postmark", "address": "contato@clinica.example"}
    box = channel_save(
        company=clinic,
        actor=None,
        kind="email",
        name="E-mail",
        settings={**own, "api_url": httpserver.url_for("/")},
        credentials={"api_key": "chave", "webhook_secret": "clinica:segredo"},
    )
    with pytest.raises(DomainError, match="e-mail"):
        channel_try(channel=box, actor=ana, number="41 99888-7766")
    channel_try(channel=box, actor=ana, number="Ana@exemplo.example")
    box.refresh_from_db()
    assert (box.status, box.proven_at is None) == ("ativo", False)
    ((request, _answer),) = httpserver.log
    assert request.json["To"] == "ana@exemplo.example"
