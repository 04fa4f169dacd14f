"""Quick replies: whose they are, what fills their blanks, what goes along."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Company, Membership
from common.errors import NotFound
from common.scoping import company_scope
from contacts.models import Contact
from omnichannel.models import Attachment, Conversation
from queues.blanks import BlankUnfilled, blanks_fill, blanks_of, blanks_refuse
from queues.models import QuickReply, QuickReplyFile
from queues.services.queues import members_set, queue_delete, queue_save
from queues.services.quick_replies import (
    QuickReplyRefused,
    QuickReplyShared,
    QuickReplyTaken,
    quick_reply_delete,
    quick_reply_file_add,
    quick_reply_save,
    quick_reply_use,
)
from tests import make
from tests.backoffice import Office, text_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def keep(actor: Membership, name: str = "endereco", **values: Any) -> QuickReply:
    return quick_reply_save(actor=actor, name=name, **{"text": "Rua das Flores, 10", **values})


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def names_seen(member: Membership) -> set[str]:
    return set(QuickReply.unscoped.visible_to(member).values_list("name", flat=True))


def test_a_person_sees_their_own_their_queues_and_the_clinics(
    clinic: Company, ana: Membership, beto: Membership, carla: Membership, rui: Membership
):
    queue = queue_save(company=clinic, actor=None, name="Exames")
    members_set(queue=queue, actor=None, members=[{"membership": carla}])
    keep(beto, "minha")
    keep(ana, "geral", scope="empresa")
    keep(ana, "exame", scope="fila", queue=queue)
    assert names_seen(beto) == {"minha", "geral"}
    assert names_seen(carla) == {"geral", "exame"}
    assert names_seen(ana) == {"geral", "exame"}
    assert names_seen(rui) == set()


def test_the_teams_are_changed_by_who_manages(ana: Membership, beto: Membership):
    shared = keep(ana, scope="empresa")
    for act in (
        lambda: keep(beto, "outra", scope="empresa"),
        lambda: quick_reply_save(actor=beto, reply=shared, text="Mudei"),
        # Not even by making it one's own.
        lambda: quick_reply_save(actor=beto, reply=shared, scope="pessoal"),
        lambda: quick_reply_delete(reply=shared, actor=beto),
    ):
        with pytest.raises(QuickReplyShared):
            act()
    # Nor does a manager change what somebody keeps for themself.
    with pytest.raises(QuickReplyShared):
        quick_reply_save(actor=ana, reply=keep(beto), text="Mudei")


def test_another_companys_queue_is_missing(ana: Membership, rival: Company):
    queue = queue_save(company=rival, actor=None, name="Deles")
    with pytest.raises(NotFound):
        keep(ana, scope="fila", queue=queue)


def test_a_name_stands_once_among_the_same_people(ana: Membership, beto: Membership):
    keep(beto, "Oi")
    keep(ana, "oi", scope="empresa")
    keep(ana, "oi")
    with pytest.raises(QuickReplyTaken):
        keep(beto, "OI")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "com espaço"}, "name"),
        ({"name": "/"}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"text": "  "}, "text"),
        ({"text": "x" * 4097}, "text"),
        ({"text": "{{settings.SECRET_KEY}}"}, "text"),
        ({"text": "{{nome|safe}}"}, "text"),
        ({"folder": "x" * 61}, "folder"),
        ({"scope": "fila"}, "queue"),
    ],
)
def test_what_makes_no_quick_reply_is_refused(ana: Membership, values: dict[str, Any], field: str):
    with pytest.raises(QuickReplyRefused) as refused:
        keep(ana, **{"name": "ok", **values})
    assert field in refused.value.fields


def test_blanks_are_filled_from_a_closed_list(conversation: Conversation, beto: Membership):
    Contact.unscoped.update(name="Joana Dias")
    conversation.contact.refresh_from_db()
    with company_scope(conversation.company_id):
        values = blanks_of(conversation, beto)
    filled = blanks_fill("{{saudacao}}, {{ primeiro_nome }}! {{atendente}}, {{clinica}}", values)
    assert filled.text.endswith(f"Joana! {beto.user.name}, {conversation.company.name}")
    assert filled.missing == ()


@pytest.mark.parametrize("name", ["{{settings.SECRET_KEY}}", "{% debug %}", "{{atendente}}"])
def test_what_is_filled_in_is_never_read_again(
    conversation: Conversation, beto: Membership, name: str
):
    conversation.contact.name = name
    with company_scope(conversation.company_id):
        values = blanks_of(conversation, beto)
    filled = blanks_fill("Oi, {{nome}}!", values)
    assert filled.text == f"Oi, {name}!"
    assert settings.SECRET_KEY not in filled.text and beto.user.name not in filled.text


def test_a_blank_without_a_value_stays_and_is_told():
    filled = blanks_fill("Protocolo {{protocolo}}, {{nome}}", {"nome": "Rita", "protocolo": ""})
    assert (filled.text, filled.missing) == ("Protocolo {{protocolo}}, Rita", ("protocolo",))
    with pytest.raises(BlankUnfilled):
        blanks_refuse(filled.text)
    blanks_refuse("Preço: {{ a combinar }}")


def test_files_go_along_as_copies_and_each_use_counts(conversation: Conversation, beto: Membership):
    reply = keep(beto, files=[pdf("Preparo.pdf")])
    one, other = (
        quick_reply_use(reply=reply, conversation=conversation, actor=beto) for _ in range(2)
    )
    assert [row.filename for row in one] == ["Preparo.pdf"]
    assert one[0].pk != other[0].pk and one[0].file.name != other[0].file.name
    assert one[0].file.read() == PDF
    reply.refresh_from_db()
    assert reply.used_count == 2
    # A note takes no files.
    quick_reply_use(reply=reply, conversation=conversation, actor=beto, has_files=False)
    assert Attachment.unscoped.filter(conversation=conversation).count() == 2


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("vazio.pdf", b"", "vazio"),
        ("foto.jpg", b"MZ\x90\x00" + b"\x00" * 200, "conteúdo"),
        ("nota.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "conteúdo"),
    ],
)
def test_a_file_is_what_it_says(beto: Membership, name: str, body: bytes, said: str):
    with pytest.raises(QuickReplyRefused, match=said):
        quick_reply_file_add(
            reply=keep(beto),
            actor=beto,
            file=io.BytesIO(body),
            filename=name,
            mime_type="application/pdf" if name.endswith("pdf") else "image/jpeg",
        )


def test_files_have_limits(beto: Membership):
    reply = keep(beto)
    big = SimpleNamespace(seek=lambda *_: 16 * 1024 * 1024 + 1)
    with pytest.raises(QuickReplyRefused, match="16 MB"):
        quick_reply_file_add(
            reply=reply, actor=beto, file=big, filename="x.pdf", mime_type="application/pdf"
        )
    for number in range(5):
        quick_reply_save(
            actor=beto,
            reply=reply,
            files=[pdf(f"{number}.pdf")],
        )
    with pytest.raises(QuickReplyRefused, match="5 arquivos"):
        quick_reply_save(actor=beto, reply=reply, files=[pdf("6.pdf")])


def test_what_goes_takes_its_bytes_along(
    beto: Membership, ana: Membership, clinic: Company, django_capture_on_commit_callbacks: Any
):
    queue = queue_save(company=clinic, actor=None, name="Exames")
    given = {"files": [pdf("a.pdf")]}
    mine = keep(beto, **given)
    dropped = keep(beto, "outra", files=[pdf("b.pdf")])
    of_queue = keep(ana, scope="fila", queue=queue, files=[pdf("c.pdf")])
    paths = [Path(one.file.path) for one in QuickReplyFile.unscoped.order_by("id")]
    assert all(path.exists() for path in paths) and len(paths) == 3
    with django_capture_on_commit_callbacks(execute=True):
        quick_reply_delete(reply=mine, actor=beto)
        quick_reply_save(actor=beto, reply=dropped, dropped=list(dropped.files.for_company(clinic)))
        queue_delete(queue=queue, actor=None)
    assert not any(path.exists() for path in paths)
    assert not QuickReply.unscoped.filter(pk__in=[mine.pk, of_queue.pk]).exists()


def test_the_use_of_a_file_that_the_channel_does_not_carry_is_refused(
    clinic: Company, beto: Membership
):
    talk = make.inbound(make.sms_channel(clinic)).conversation
    reply = keep(beto, files=[pdf("a.pdf")])
    with pytest.raises(Exception, match=r"(?i)arquivo|canal"):
        quick_reply_use(reply=reply, conversation=talk, actor=beto)


def test_the_back_office_keeps_those_of_the_team(ana: Membership, beto: Membership):
    keep(beto, "particular")
    office = Office(ana)
    office.save("queues_quickreply", scope="empresa", name="pix", folder="", text="{{clinica}}")
    shared = QuickReply.unscoped.get(name="pix")
    refused = office.save("queues_quickreply", shared, scope="empresa", name="pix", text="{{x}}")
    assert "não existe" in text_of(refused)
    office.save("queues_quickreply", shared, scope="empresa", name="pix", text="Outro")
    shared.refresh_from_db()
    assert (shared.text, shared.owner_id) == ("Outro", None)
    page = text_of(office.list("queues_quickreply"))
    assert "pix" in page and "particular" not in page
