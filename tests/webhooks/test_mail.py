"""E-mail from end to end: where a mail stands, who wrote it, and what is no message."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from omnichannel.choices import AttachmentState, Direction, Stage
from omnichannel.models import Attachment, Channel, Conversation, MailBody, Message, SendingStop
from omnichannel.sending.tokens import MESSAGE, token_for
from omnichannel.services.conversations import conversation_close
from omnichannel.services.media import attachment_fetch
from omnichannel.services.outbound import message_send
from omnichannel.services.starting import conversation_start
from providers.choices import MessageStatus
from providers.email.tags import message_id_for, plus_address
from queues.models import Ticket
from queues.services.queues import queue_save
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
JOANA, OTHER = "Joana Dias <joana@paciente.example>", "Rui <rui@outro.example>"


@pytest.fixture
def box(clinic) -> Channel:
    queue_save(company=clinic, actor=None, name="Recepção", is_default=True)
    return make.email_channel(clinic)


def sent(talk: Conversation, ana, text: str = "Claro.") -> Message:
    """Give an answer of ours, as sent."""
    message = message_send(conversation=talk, author=ana, text=text)
    Message.unscoped.filter(pk=message.pk).update(
        status=MessageStatus.SENT, external_id=own_id(message)
    )
    message.refresh_from_db()
    return message


def own_id(message: Message) -> str:
    return message_id_for(token_for(MESSAGE, message.pk), "clinica.example").strip("<>")


def test_a_mail_is_kept_whole_and_shown_without_its_quote(box) -> None:
    quoted = "Confirmo!\n\nEm seg., 1 de jan., Clínica <a@b.example> escreveu:\n> Confirma?"
    (message,) = make.mails(box, make.mail(quoted, Cc="Rui <rui@outro.example>"))
    body = MailBody.unscoped.get(message=message)
    assert (message.text, message.conversation.subject) == ("Confirmo!", "Minha consulta")
    assert body.text == quoted and body.copied_to == [
        {"address": "rui@outro.example", "name": "Rui"}
    ]
    assert body.raw.read().startswith(b"From: Joana Dias")
    assert Ticket.unscoped.get().conversation_id == message.conversation_id


@pytest.mark.parametrize("how", ["in_reply_to", "references", "plus", "subject"])
def test_an_answer_finds_its_conversation(box, ana, how) -> None:
    (first,) = make.mails(box, make.mail())
    (_other,) = make.mails(box, make.mail("Outro assunto", subject="Exames"))
    ours = sent(first.conversation, ana)
    ticket = Ticket.unscoped.get(conversation=first.conversation)
    header = {
        "in_reply_to": {"In_Reply_To": f"<{own_id(ours)}>"},
        "references": {"References": f"<alheio@x.example> <{own_id(ours)}> <mais@x.example>"},
        "plus": {"to": plus_address("contato@clinica.example", token_for(MESSAGE, ours.pk))},
        "subject": {"subject": f"RES: qualquer coisa [#{ticket.protocol}]"},
    }[how]
    (answer,) = make.mails(box, make.mail("Obrigada", **header))
    assert answer.conversation_id == first.conversation_id


def test_a_thread_goes_on_by_ids_that_are_not_ours(box) -> None:
    (first,) = make.mails(box, make.mail(message_id="um@paciente.example"))
    (second,) = make.mails(box, make.mail(References="<um@paciente.example>"))
    (new,) = make.mails(box, make.mail())
    assert second.conversation_id == first.conversation_id != new.conversation_id


def test_an_answer_to_a_talk_that_we_began_goes_on_there(box, ana) -> None:
    talk = conversation_start(channel=box, address="joana@paciente.example", subject="Seu exame")
    ours = sent(talk, ana, "Ficou pronto.")
    # From another program, which names it in the middle of its references.
    named = f"<alheio@x.example> <{own_id(ours)}>"
    (answer,) = make.mails(box, make.mail("Obrigada", subject="RES: Seu exame", References=named))
    assert answer.conversation_id == talk.pk
    assert "other_sender" not in answer.metadata


SAME = {"message_id": "um@paciente.example"}


def test_a_copy_of_a_mail_is_known_by_what_it_says(box) -> None:
    first = make.mail("Posso remarcar?\nObrigada", **SAME)
    # The same through another server, beside it and later.
    copy = b"Received: from lista.example\r\nX-Outro: sim\r\n" + first.replace(
        b"\r\nObrigada", b" \r\nObrigada\r\n"
    )
    assert len(make.mails(box, first, copy)) == 1
    assert make.mails(box, copy + b"\r\n") == []


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Outra coisa"},
        {"subject": "Outro assunto"},
        {"sender": OTHER},
        {"Reply_To": OTHER},
    ],
)
@pytest.mark.parametrize("is_later", [False, True])
def test_a_mail_that_repeats_an_id_but_says_something_else_is_stored(box, other, is_later):
    first, second = make.mail(**SAME), make.mail(**{**SAME, **other})
    given = [[first], [second]] if is_later else [[first, second]]
    stored = [message for raws in given for message in make.mails(box, *raws)]
    assert len(stored) == 2 and len({one.conversation_id for one in stored}) == 2
    assert MailBody.unscoped.filter(mail_id=SAME["message_id"]).count() == 2
    # Its own copies are known, and an answer to the id still finds a conversation.
    assert make.mails(box, b"Received: x\r\n" + second, b"Received: y\r\n" + first) == []
    (answer,) = make.mails(box, make.mail("E então?", References="<um@paciente.example>"))
    assert answer.conversation_id == stored[0].conversation_id


def test_a_file_alone_makes_another_mail(box) -> None:
    head = {**SAME, "Content_Type": "application/pdf", "Content_Disposition": "attachment"}
    stored = make.mails(box, make.mail("%PDF-1.4 um", **head), make.mail("%PDF-1.4 dois", **head))
    assert len(stored) == 2


def test_somebody_else_in_a_thread_is_never_taken_for_the_patient(box, ana) -> None:
    (first,) = make.mails(box, make.mail(sender=JOANA))
    ours = sent(first.conversation, ana)
    (answer,) = make.mails(
        box, make.mail("Sou o marido", sender=OTHER, In_Reply_To=f"<{own_id(ours)}>")
    )
    talk = Conversation.unscoped.get(pk=first.conversation_id)
    assert answer.conversation_id == talk.pk and talk.address["address"] == "joana@paciente.example"
    assert answer.metadata["other_sender"] == {"address": "rui@outro.example", "name": "Rui"}
    # A protocol that somebody else writes opens nothing.
    protocol = Ticket.unscoped.get(conversation=talk).protocol
    (stranger,) = make.mails(box, make.mail(sender=OTHER, subject=f"Oi [#{protocol}]"))
    assert stranger.conversation_id != talk.pk


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<lista.example>"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
        {"sender": "no-reply@loja.example"},
        {"subject": "Resposta automática: Férias"},
    ],
)
def test_what_a_machine_wrote_is_shown_and_asks_for_nothing(box, headers) -> None:
    (message,) = make.mails(box, make.mail(**headers))
    assert message.metadata["automatic"] is True
    assert message.conversation.stage == Stage.CLOSED
    assert not Ticket.unscoped.exists() and Message.unscoped.count() == 1


def test_an_automatic_answer_stands_in_its_thread_and_reopens_nothing(box, ana) -> None:
    (first,) = make.mails(box, make.mail())
    ours = sent(first.conversation, ana)
    conversation_close(conversation=first.conversation, actor=ana)
    (answer,) = make.mails(
        box, make.mail(In_Reply_To=f"<{own_id(ours)}>", Auto_Submitted="auto-replied")
    )
    assert answer.conversation_id == first.conversation_id
    assert answer.conversation.stage == Stage.CLOSED


BOUNCE = """Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; joana@paciente.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

Message-ID: <{own}>
"""


def bounce(own: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    return make.mail(
        BOUNCE.format(own=own, action=action, status=status),
        sender="Mail Delivery <MAILER-DAEMON@mx.example>",
        subject="Undelivered Mail Returned to Sender",
        Return_Path="<>",
    )


def test_a_bounce_is_the_status_of_its_message_and_no_conversation(box, ana) -> None:
    (first,) = make.mails(box, make.mail())
    ours = sent(first.conversation, ana)
    assert make.mails(box, bounce(own_id(ours)), bounce(own_id(ours))) == []
    ours.refresh_from_db()
    assert (ours.status, ours.error_code) == (MessageStatus.FAILED, "nao_entregavel")
    assert SendingStop.unscoped.get().contact_id == first.conversation.contact_id
    assert Conversation.unscoped.count() == 1


def test_a_mailbox_that_is_full_three_times_is_left_alone(box, ana) -> None:
    (first,) = make.mails(box, make.mail())
    for n in range(3):
        assert SendingStop.unscoped.count() == 0
        ours = sent(first.conversation, ana, f"Mensagem {n}")
        make.mails(box, bounce(own_id(ours), "failed" if n else "delayed", "5.2.2"))
        ours.refresh_from_db()
        assert ours.status == (MessageStatus.FAILED if n else MessageStatus.SENT)
    assert SendingStop.unscoped.count() == 1


def test_a_forged_bounce_moves_nothing(box, ana) -> None:
    (first,) = make.mails(box, make.mail())
    ours = sent(first.conversation, ana)
    forged = own_id(ours)[:-20] + "aaaaaaaa@clinica.example"
    make.mails(box, bounce(forged).replace(b"joana@", b"quem@"))
    ours.refresh_from_db()
    assert ours.status == MessageStatus.SENT


def test_a_bounce_that_names_no_message_of_ours_leaves_nobody_unreached(box, ana) -> None:
    (first,) = make.mails(box, make.mail())
    ours = sent(first.conversation, ana)
    make.mails(box, bounce("qualquer@mal.example"))
    ours.refresh_from_db()
    # Whoever knows a patient's address can write one: it is told, and moves nothing.
    assert ours.status == MessageStatus.SENT and "delayed_at" in ours.metadata
    assert not SendingStop.unscoped.exists()


def test_our_own_copy_is_not_a_message(box, ana) -> None:
    (first,) = make.mails(box, make.mail())
    ours = sent(first.conversation, ana)
    copy = make.mail(sender="contato@clinica.example", message_id=own_id(ours))
    assert make.mails(box, copy) == []


def test_what_staff_wrote_from_elsewhere_stands_as_ours(box) -> None:
    (first,) = make.mails(box, make.mail(message_id="um@paciente.example"))
    (ours,) = make.mails(
        box,
        make.mail(
            "Respondi do Outlook",
            sender="contato@clinica.example",
            to="joana@paciente.example, contato@clinica.example",
            In_Reply_To="<um@paciente.example>",
        ),
    )
    assert (ours.direction, ours.conversation_id) == (Direction.OUT, first.conversation_id)


@pytest.mark.parametrize("told", ["dmarc=fail header.from=clinica.example", "spf=none"])
def test_whoever_writes_in_the_clinics_name_does_not_speak_for_it(box, told) -> None:
    (first,) = make.mails(box, make.mail())
    (forged,) = make.mails(
        box,
        make.mail(
            "Sua consulta foi cancelada",
            sender="contato@clinica.example",
            to="joana@paciente.example",
            Authentication_Results=f"mx.clinica.example; {told}",
        ),
    )
    assert (forged.direction, forged.metadata["sender_doubtful"]) == (Direction.IN, True)
    assert forged.conversation.contact_id != first.conversation.contact_id


def test_one_mail_in_two_mailboxes_is_a_message_in_each(clinic, box) -> None:
    second = make.email_channel(clinic, address="exames@clinica.example")
    raw = make.mail(to="contato@clinica.example, exames@clinica.example")
    assert len(make.mails(box, raw)) == len(make.mails(second, raw)) == 1
    assert make.mails(box, raw.replace(b"From:", b"Received: outra vez\r\nFrom:", 1)) == []


def test_who_is_not_verified_is_said(box) -> None:
    results = "mx.clinica.example; dmarc={} header.from=paciente.example"
    said = [
        make.mails(box, make.mail(Authentication_Results=results.format(one)))[0].metadata
        for one in ("pass", "fail")
    ]
    assert [one["verdict"] for one in said] == ["pass", "fail"]
    (foreign,) = make.mails(box, make.mail(Authentication_Results="mx.mal.example; dmarc=pass"))
    assert "verdict" not in foreign.metadata


def test_a_form_of_the_site_is_its_person_s(box) -> None:
    (message,) = make.mails(
        box, make.mail(sender="Site <contato@clinica.example>", Reply_To="joana@paciente.example")
    )
    assert message.conversation.identity.value == "joana@paciente.example"
    assert message.direction == Direction.IN


FILES = b"""From: joana@paciente.example\r
To: contato@clinica.example\r
Message-ID: <arquivos@paciente.example>\r
Content-Type: multipart/mixed; boundary=B\r
\r
--B\r
Content-Type: text/html; charset=utf-8\r
\r
<p>Segue o exame <img src="cid:foto"></p>\r
--B\r
Content-Type: image/png; name="image001.png"\r
Content-ID: <foto>\r
Content-Transfer-Encoding: base64\r
\r
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r
--B\r
Content-Type: application/x-msdownload; name="foto.jpg.exe"\r
Content-Disposition: attachment; filename="foto.jpg.exe"\r
Content-Transfer-Encoding: base64\r
\r
TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgAAAAA==\r
--B--\r
"""


def test_files_come_out_of_the_mail_by_their_bytes(box) -> None:
    (message,) = make.mails(box, FILES)
    assert message.text == "Segue o exame"
    files = list(Attachment.unscoped.filter(message=message).order_by("provider_media_id"))
    for one in files:
        attachment_fetch(attachment=one)
    assert [one.state for one in files] == [AttachmentState.READY, AttachmentState.REFUSED]
    assert files[0].mime_type == "image/png"
    assert MailBody.unscoped.get().inline == {"foto": files[0].provider_media_id}


def test_an_unreadable_mail_is_kept_and_shown_as_such(box) -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(3000)
    )
    (message,) = make.mails(box, b"From: joana@paciente.example\r\nSubject: Oi\r\n" + nested)
    assert message.kind == "nao_suportado"
    assert not MailBody.unscoped.get().is_readable and MailBody.unscoped.get().raw.size > 100_000
    assert Contact.unscoped.get(identities__value="joana@paciente.example")
