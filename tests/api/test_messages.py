"""Messages and files over the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import ModelSerializer

from accounts.models import Company, Membership
from common.scoping import company_scope
from omnichannel.api.parts import AttachmentOut, ReactionOut
from omnichannel.api.serializers import ConversationOut, MessageOut
from omnichannel.models import Attachment, Channel, Conversation, Message, Reaction
from omnichannel.services.changes import revoke_apply
from omnichannel.services.conversations import conversation_close, conversation_take
from omnichannel.services.outbound import message_send, note_add
from providers import registry
from providers.choices import MessageKind, MessageStatus
from providers.facts import AccountRef, RevokeUpdate
from providers.whatsapp.meanings import MEANINGS
from providers.whatsapp.policy import POLICY
from tests import make
from tests.api.conftest import API, Client

MESSAGE_FIELDS = {
    "id", "conversation", "seq", "external_id", "client_id", "direction", "author", "kind", "text",
    "status", "error", "attachments", "reply_to", "reactions", "metadata", "segments", "created_at",
    "sent_at",
    "delivered_at", "read_at", "edited_at", "deleted_at", "happened_at",
}  # fmt: skip
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def messages_of(conversation: Conversation) -> str:
    return f"conversas/{conversation.pk}/mensagens/"


def send(api: Client, member: Membership, conversation: Conversation, **body: object):
    return api(member).post(messages_of(conversation), body)


def test_a_message_has_the_fields_of_the_contract(
    api: Client, beto: Membership, conversation: Conversation
):
    body = api(beto).get(messages_of(conversation)).json()
    assert set(body) == {"next", "previous", "results"}
    (message,) = body["results"]
    assert set(message) == MESSAGE_FIELDS
    assert (message["direction"], message["kind"], message["text"]) == ("entrada", "texto", "Oi")
    assert message["author"] == {"kind": "contato", "id": None, "name": None}


def test_what_is_drawn_at_once_is_what_the_declared_fields_say(
    beto: Membership, channel: Channel, clinic: Company
):
    with company_scope(clinic):
        asked = make.inbound(
            channel, text="Oi", kind=MessageKind.IMAGE, metadata={"forwarded": True}
        )
        sent = message_send(conversation=asked.conversation, author=beto, text="Bom dia")
    Message.objects.for_company(clinic).filter(pk=sent.pk).update(
        status=MessageStatus.FAILED,
        error_code="131047",
        error_detail="Não foi entregue.",
        reply_to=asked,
        sent_at=timezone.now(),
    )
    values = {"company": clinic, "message": asked}
    Reaction.unscoped.create(**values, direction="entrada", emoji="👍", happened_at=timezone.now())
    Attachment.unscoped.create(
        **values, conversation=asked.conversation, kind="imagem", state="pronto", size=3
    )
    with company_scope(clinic), timezone.override(clinic.zone):
        messages = MessageOut(context={"sees_numbers": True})
        files, reactions, talks = AttachmentOut(), ReactionOut(), ConversationOut()
        shown = [
            *((messages, row) for row in Message.objects.all()),
            *((files, row) for row in Attachment.objects.all()),
            *((reactions, row) for row in Reaction.objects.all()),
            *((talks, row) for row in Conversation.objects.all()),
        ]
        assert len(shown) == 5
        for serializer, row in shown:
            quick = serializer.to_representation(row)
            said = ModelSerializer.to_representation(serializer, row)
            assert JSONRenderer().render(quick) == JSONRenderer().render(said)


def test_lists_put_the_newest_first(api: Client, beto: Membership, channel: Channel):
    for number in range(3):
        last = make.inbound(channel, text=f"mensagem {number}")
    found = api(beto).get(messages_of(last.conversation)).json()["results"]
    assert [row["text"] for row in found] == ["mensagem 2", "mensagem 1", "mensagem 0"]


def test_messages_tell_the_providers_time_and_stand_by_it(
    api: Client, beto: Membership, channel: Channel
):
    now = timezone.now()
    for hours in (2, 30, 1):
        row = make.inbound(channel, text=f"há {hours} h", at=now - timedelta(hours=hours))
    first = api(beto).get(f"{messages_of(row.conversation)}?limite=2").json()
    rest = api(beto).get(first["next"]).json()
    found = [*first["results"], *rest["results"]]
    assert [one["text"] for one in found] == ["há 1 h", "há 2 h", "há 30 h"]
    told = [datetime.fromisoformat(one["happened_at"]) for one in found]
    assert [round((now - at) / timedelta(hours=1)) for at in told] == [1, 2, 30]


def test_why_it_failed_is_told_in_the_readers_language(
    api: Client, beto: Membership, conversation: Conversation
):
    send(api, beto, conversation, text="Bom dia!")
    detail = str(MEANINGS[131026].sentence)
    Message.unscoped.outbound().update(
        status=MessageStatus.FAILED, error_code="nao_entregavel", error_detail=detail
    )
    told = {}
    for language in ("pt-br", "en"):
        found = api(beto).get(messages_of(conversation), HTTP_ACCEPT_LANGUAGE=language).json()
        told[language] = found["results"][0]["error"]["detail"]
    assert told["pt-br"] == detail
    assert told["en"].startswith("The message could not be delivered")


def test_sending_answers_201_with_the_message_pending(
    api: Client, beto: Membership, conversation: Conversation
):
    answer = send(api, beto, conversation, kind="texto", text="Bom dia!", client_id="c1")
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == MESSAGE_FIELDS
    assert (body["status"], body["direction"], body["client_id"]) == ("pendente", "saida", "c1")
    assert body["author"] == {"kind": "atendente", "id": str(beto.pk), "name": "Beto Reis"}


def test_answering_takes_a_free_conversation(
    api: Client, beto: Membership, conversation: Conversation
):
    send(api, beto, conversation, text="Bom dia!")
    body = api(beto).get(f"conversas/{conversation.pk}/").json()
    assert (body["stage"], body["attendant"]) == ("humano", str(beto.pk))


def test_the_same_client_id_is_one_message(
    api: Client, beto: Membership, conversation: Conversation, clinic: Company
):
    first = send(api, beto, conversation, text="Oi", client_id="c1").json()
    again = send(api, beto, conversation, text="Oi", client_id="c1").json()
    assert first["id"] == again["id"]
    assert Message.objects.for_company(clinic).outbound().count() == 1


def test_outside_the_window_free_text_is_refused_with_the_gates_code(
    api: Client, beto: Membership, channel: Channel
):
    old = make.inbound(channel, at=timezone.now() - timezone.timedelta(hours=25)).conversation
    answer = send(api, beto, old, text="Olá")
    assert answer.status_code == 422
    assert answer.json()["code"] == "janela_fechada"


def test_a_closed_conversation_answers_409(
    api: Client, beto: Membership, conversation: Conversation
):
    conversation_close(conversation=conversation, actor=None)
    answer = send(api, beto, conversation, text="Olá")
    assert (answer.status_code, answer.json()["code"]) == (409, "conversa_encerrada")


def test_a_colleagues_conversation_may_be_read_but_not_written_in(
    api: Client, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    assert api(beto).get(f"conversas/{conversation.pk}/").status_code == 200
    answer = send(api, beto, conversation, text="Olá")
    assert (answer.status_code, answer.json()["code"]) == (403, "conversa_de_outro")


def test_a_template_is_filled_and_previewed(
    api: Client, beto: Membership, channel: Channel, template
):
    old = make.inbound(channel, at=timezone.now() - timezone.timedelta(days=3)).conversation
    answer = send(
        api,
        beto,
        old,
        template={"name": "lembrete", "language": "pt_BR", "variables": {"1": "Joana"}},
    )
    assert answer.status_code == 201, answer.json()
    assert answer.json()["kind"] == "template"
    assert answer.json()["text"].startswith("Olá Joana")


def test_template_variables_may_come_as_a_list(
    api: Client, beto: Membership, conversation: Conversation, template
):
    answer = send(
        api, beto, conversation, kind="template", template={"name": "lembrete", "variables": ["Jo"]}
    )
    assert answer.status_code == 201, answer.json()


def test_a_missing_variable_is_named(
    api: Client, beto: Membership, conversation: Conversation, template
):
    answer = send(api, beto, conversation, template={"name": "lembrete", "language": "pt_BR"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "conteudo_recusado"
    assert list(answer.json()["fields"]) == ["template.variables.1"]


def test_an_unknown_template_is_refused(api: Client, beto: Membership, conversation: Conversation):
    answer = send(api, beto, conversation, template={"name": "nenhum", "language": "pt_BR"})
    assert (answer.status_code, answer.json()["code"]) == (422, "modelo_nao_encontrado")


def test_buttons_a_location_and_contacts_are_sent(
    api: Client, beto: Membership, conversation: Conversation
):
    reply = {"type": "reply", "reply": {"id": "sim", "title": "Sim"}}
    bodies = {
        "interativo": {
            "interactive": {
                "type": "button", "body": {"text": "Confirma?"}, "action": {"buttons": [reply]}
            }
        },
        "localizacao": {"content": {"location": {"latitude": -25.4, "longitude": -49.2}}},
        "contato": {
            "content": {
                "contacts": [
                    {"name": {"formatted_name": "Dr. Lia"}, "phones": [{"phone": "+5541999990000"}]}
                ]
            }
        },
    }  # fmt: skip
    for kind, body in bodies.items():
        answer = send(api, beto, conversation, **body)
        assert answer.status_code == 201, answer.json()
        assert answer.json()["kind"] == kind
        # What was handed over is what is kept, and shown.
        row = Message.unscoped.get(pk=answer.json()["id"])
        assert row.metadata == body.get("content", body)


def test_a_channel_without_buttons_takes_the_same_question(
    api: Client, beto: Membership, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
):
    words = replace(POLICY, questions=None)
    monkeypatch.setattr(registry.ADAPTERS["whatsapp"], "policy", words, raising=False)
    reply = {"type": "reply", "reply": {"id": "sim", "title": "Sim"}}
    asked = {"type": "button", "body": {"text": "Vem?"}, "action": {"buttons": [reply]}}
    answer = send(api, beto, conversation, interactive=asked)
    assert answer.status_code == 201, answer.json()
    assert answer.json()["metadata"] == {"interactive": {**asked, "as_words": True}}
    many = [{"type": "reply", "reply": {"id": str(n), "title": str(n)}} for n in range(31)]
    answer = send(api, beto, conversation, interactive={**asked, "action": {"buttons": many}})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["interactive.buttons"])


def test_a_reaction_names_our_message_and_reaches_the_provider_by_its_id(
    api: Client, beto: Membership, channel: Channel, clinic: Company
):
    theirs = make.inbound(channel)
    answer = send(
        api,
        beto,
        theirs.conversation,
        content={"reaction": {"message_id": str(theirs.pk), "emoji": "👍"}},
    )
    assert answer.status_code == 201, answer.json()
    row = Message.objects.for_company(clinic).get(pk=answer.json()["id"])
    assert row.kind == MessageKind.REACTION
    assert row.metadata["reaction"] == {"message_id": theirs.external_id, "emoji": "👍"}
    assert row.reply_to_id == theirs.pk


def test_a_part_of_another_kind_is_refused(
    api: Client, beto: Membership, conversation: Conversation
):
    answer = send(
        api, beto, conversation, kind="texto", text="x", template={"name": "a", "language": "pt_BR"}
    )
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["template"])


def test_content_cannot_smuggle_a_template_past_the_gate(
    api: Client, beto: Membership, conversation: Conversation
):
    answer = send(api, beto, conversation, text="x", content={"template": {"name": "a"}})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["content.template"])


def test_a_message_of_another_conversation_cannot_be_quoted(
    api: Client, beto: Membership, channel: Channel, conversation: Conversation
):
    other = make.inbound(channel, person=make.person("5541977776666", "Outra"))
    answer = send(api, beto, conversation, text="x", reply_to=str(other.pk))
    missing = send(api, beto, conversation, text="x", reply_to=str(uuid4()))
    assert answer.status_code == 400
    assert answer.content == missing.content


def test_an_uploaded_file_is_sent_once(api: Client, beto: Membership, conversation: Conversation):
    file = SimpleUploadedFile("foto.png", PNG, "image/png")
    answer = api(beto).post(f"conversas/{conversation.pk}/anexos/", {"file": file}, "multipart")
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    sound = {"transcription", "waveform", "milliseconds"}
    assert set(body) == {"id", "kind", "url", "mime_type", "size", "filename"} | sound
    sent = send(api, beto, conversation, attachment=body["id"], text="Veja")
    assert (sent.status_code, sent.json()["kind"]) == (201, "imagem")
    assert [file["id"] for file in sent.json()["attachments"]] == [body["id"]]
    again = send(api, beto, conversation, attachment=body["id"])
    assert (again.status_code, list(again.json()["fields"])) == (400, ["attachment"])


def test_several_files_go_where_the_kind_carries_them(
    api: Client, beto: Membership, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
):
    address, files = f"conversas/{conversation.pk}/anexos/", []
    for name in ("a.jpg", "b.jpg"):
        given = {"file": SimpleUploadedFile(name, b"\xff\xd8\xff\xe0" + b"x" * 64, "image/jpeg")}
        files.append(api(beto).post(address, given, "multipart").json()["id"])
    refused = send(api, beto, conversation, attachments=files)
    assert (refused.status_code, refused.json()["code"]) == (422, "arquivos_demais")
    both = send(api, beto, conversation, attachment=files[0], attachments=files)
    assert both.status_code == 400
    whatsapp = registry.adapter_for("whatsapp")
    more = replace(whatsapp.policy, files_per_message=2)
    monkeypatch.setattr(whatsapp, "policy", more)
    named = [files[1], files[0]]
    sent = send(api, beto, conversation, attachments=named, text="Veja")
    assert sent.status_code == 201
    assert [one["id"] for one in sent.json()["attachments"]] == named
    again = send(api, beto, conversation, attachments=files)
    assert (again.status_code, list(again.json()["fields"])) == (400, ["attachments"])


def test_a_file_that_is_not_its_type_is_refused(
    api: Client, beto: Membership, conversation: Conversation
):
    file = SimpleUploadedFile("foto.png", b"MZ\x90\x00 not a picture", "image/png")
    answer = api(beto).post(f"conversas/{conversation.pk}/anexos/", {"file": file}, "multipart")
    assert (answer.status_code, answer.json()["code"]) == (422, "arquivo_recusado")


@pytest.mark.parametrize(
    ("mime_type", "content", "shown"),
    [("image/png", PNG, "inline"), ("application/pdf", b"%PDF-1.4\n%%EOF\n", "attachment")],
)
def test_a_file_is_given_by_token_with_the_headers_that_keep_it_from_running(
    api: Client, beto: Membership, conversation: Conversation, mime_type, content, shown
):
    file = SimpleUploadedFile("a b.x", content, mime_type)
    url = (
        api(beto)
        .post(f"conversas/{conversation.pk}/anexos/", {"file": file}, "multipart")
        .json()["url"]
    )
    answer = api(beto).get(url)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"].startswith(f"{shown};")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Cache-Control"] == "no-store"
    assert api(None).get(url).status_code == 401


def test_what_its_author_took_back_is_given_to_nobody(
    api: Client, beto: Membership, ana: Membership, channel: Channel, client
):
    place = {"location": {"latitude": -25.4, "longitude": -49.2}}
    message = make.inbound(
        channel, kind="imagem", text="exame", metadata=place, media=(make.media_ref("9"),)
    )
    attachment = Attachment.unscoped.get()
    attachment.file.save("", ContentFile(PNG))
    Attachment.unscoped.update(state="pronto", mime_type="image/png", size=len(PNG))
    talk = message.conversation
    (shown,) = api(beto).get(messages_of(talk)).json()["results"]
    assert (shown["deleted_at"], shown["edited_at"]) == (None, None)
    assert shown["metadata"] == place
    url = shown["attachments"][0]["url"]
    assert api(beto).get(url).status_code == 200
    revoke = RevokeUpdate(
        account=AccountRef(channel.account_id),
        person=make.person(),
        target=str(message.external_id),
        happened_at=timezone.now(),
    )
    revoke_apply(channel=channel, update=revoke)
    (shown,) = api(beto).get(messages_of(talk)).json()["results"]
    assert shown["deleted_at"]
    assert (shown["text"], shown["metadata"]) == ("", {})
    assert [one["url"] for one in shown["attachments"]] == [None]
    assert api(beto).get(url).status_code == 404
    client.force_login(beto.user)
    assert client.get(reverse("inbox:file", args=[attachment.pk])).status_code == 404


def test_numbers_on_contact_cards_are_masked_for_who_sees_none(
    api: Client, beto: Membership, ana: Membership, channel: Channel
):
    card = {"name": "Lia", "phones": [{"phone": "(11) 98811-0099", "wa_id": "5511988110099"}]}
    metadata = {"contacts": [card], "shared_phone": "5511988110099"}
    message = make.inbound(channel, kind="contato", text="", metadata=metadata)
    where = messages_of(message.conversation)
    (for_attendant,) = api(beto).get(where).json()["results"]
    (for_manager,) = api(ana).get(where).json()["results"]
    assert for_manager["metadata"] == metadata
    phones = [{"phone": "(11) *****-0099", "wa_id": "(11) *****-0099"}]
    assert for_attendant["metadata"]["contacts"] == [{"name": "Lia", "phones": phones}]
    assert "5511988110099" not in str(for_attendant)


def test_part_of_a_file_may_be_asked_for(api: Client, beto: Membership, conversation: Conversation):
    file = SimpleUploadedFile("a.png", PNG, "image/png")
    url = (
        api(beto)
        .post(f"conversas/{conversation.pk}/anexos/", {"file": file}, "multipart")
        .json()["url"]
    )
    answer = api(beto).get(url, HTTP_RANGE="bytes=0-3")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, PNG[:4])


def test_internal_notes_do_not_appear(api: Client, beto: Membership, conversation: Conversation):
    note_add(conversation=conversation, author=beto, text="Paciente difícil")
    found = api(beto).get(messages_of(conversation))
    assert len(found.json()["results"]) == 1
    assert "difícil" not in found.content.decode()


def test_only_a_failed_message_is_sent_again(
    api: Client, beto: Membership, conversation: Conversation, clinic: Company
):
    message = send(api, beto, conversation, text="Oi").json()
    address = f"mensagens/{message['id']}/reenviar/"
    refused = api(beto).post(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "reenvio_indevido")
    Message.objects.for_company(clinic).filter(pk=message["id"]).update(
        status=MessageStatus.FAILED, error_code="x", error_detail="y"
    )
    answer = api(beto).post(address)
    assert (answer.status_code, answer.json()["status"]) == (200, "pendente")


@pytest.mark.parametrize("rows", [3, 30])
def test_the_thread_asks_as_many_questions_with_30_rows_as_with_3(
    api: Client, beto: Membership, channel: Channel, django_assert_num_queries, rows: int
):
    for _ in range(rows - 1):
        last = make.inbound(channel)
    send(api, beto, last.conversation, text="Oi")
    client = api(beto)
    # Files and reactions are asked for where some can be, and here none can.
    with django_assert_num_queries(4):
        found = client.get(f"{API}{messages_of(last.conversation)}").json()["results"]
    assert len(found) == rows
