"""Conversations over the API."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Company, Membership
from common.scoping import company_scope
from contacts.services.contacts import contact_save
from omnichannel.choices import Stage
from omnichannel.models import Channel, Conversation
from omnichannel.services.conversations import conversation_close, conversation_take
from tests import make
from tests.api.conftest import Client

CONVERSATION_FIELDS = {
    "id", "contact", "about", "continues", "channel", "channel_kind", "stage", "is_open",
    "bot_active", "awaiting_human", "attendant", "queue", "assistant", "message_count",
    "unread_count", "subject", "last_message", "window_closes_at", "opened_at", "closed_at",
    "snoozed_at", "snoozed_until",
}  # fmt: skip


def messages_of(conversation: Conversation) -> str:
    return f"conversas/{conversation.pk}/mensagens/"


def test_a_conversation_has_the_fields_of_the_contract(
    api: Client, beto: Membership, conversation: Conversation
):
    answer = api(beto).get(f"conversas/{conversation.pk}/")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == CONVERSATION_FIELDS
    assert (body["stage"], body["awaiting_human"], body["bot_active"]) == ("fila", True, False)
    assert body["contact"] == str(conversation.contact_id)
    assert body["last_message"]["text"] == "Oi"
    assert body["channel_kind"] == "whatsapp"


def test_the_window_closes_24_hours_after_the_patient_wrote(
    api: Client, beto: Membership, conversation: Conversation
):
    body = api(beto).get(f"conversas/{conversation.pk}/").json()
    closes = timezone.datetime.fromisoformat(body["window_closes_at"])
    assert closes - conversation.last_inbound_at == timezone.timedelta(hours=24)


def test_pages_follow_one_another_without_gap_or_repeat(
    api: Client, beto: Membership, channel: Channel
):
    for number in range(5):
        last = make.inbound(channel, text=str(number))
    client, seen = api(beto), []
    address: str | None = f"{messages_of(last.conversation)}?limite=2"
    while address:
        body = client.get(address).json()
        seen += [row["text"] for row in body["results"]]
        address = body["next"]
    assert seen == ["4", "3", "2", "1", "0"]


def test_a_made_up_cursor_is_refused(api: Client, beto: Membership, conversation: Conversation):
    for cursor in ("x", "cD1hYmM=", "cD0w" * 400, "%00"):
        answer = api(beto).get(f"conversas/?cursor={cursor}")
        assert answer.status_code in (200, 400), cursor
        assert api(beto).get(f"{messages_of(conversation)}?cursor={cursor}").status_code < 500


def test_where_attendants_see_only_theirs_a_colleagues_conversation_is_missing(
    api: Client, clinic: Company, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=carla)
    Company.objects.filter(pk=clinic.pk).update(attendants_see_all=False)
    missing = api(beto).get(f"conversas/{uuid4()}/")
    answer = api(beto).get(f"conversas/{conversation.pk}/")
    assert (answer.status_code, answer.content) == (404, missing.content)


def test_the_acts_move_a_conversation(api: Client, beto: Membership, conversation: Conversation):
    client, address = api(beto), f"conversas/{conversation.pk}/"
    for act, stage in [
        ("assumir", "humano"), ("liberar", "fila"), ("assumir", "humano"), ("fechar", "encerrada"),
        ("fechar", "encerrada"), ("reabrir", "humano"),
    ]:  # fmt: skip
        answer = client.post(f"{address}{act}/")
        assert (answer.status_code, answer.json()["stage"]) == (200, stage), act


def test_transfer_takes_a_conversation_from_the_bot(
    api: Client, beto: Membership, conversation: Conversation, clinic: Company
):
    Conversation.objects.for_company(clinic).update(stage=Stage.BOT)
    answer = api(beto).post(f"conversas/{conversation.pk}/transferir-humano/")
    assert (answer.status_code, answer.json()["stage"]) == (200, "fila")
    assert answer.json()["awaiting_human"] is True


def test_seen_empties_the_unread_count_of_whoever_holds_it(
    api: Client, beto: Membership, carla: Membership, conversation: Conversation
):
    conversation_take(conversation=conversation, attendant=beto)
    address = f"conversas/{conversation.pk}/lida/"
    assert api(carla).post(address).json()["unread_count"] == 1
    assert api(beto).post(address).json()["unread_count"] == 0


def test_seen_turns_the_ticks_of_the_newest_seen_message_blue(
    api: Client,
    beto: Membership,
    channel: Channel,
    bells,
    django_capture_on_commit_callbacks,
):
    first, second = make.inbound(channel), make.inbound(channel)
    conversation_take(conversation=first.conversation, attendant=beto)
    address = f"conversas/{first.conversation_id}/lida/"
    for body, message in (({"up_to": first.seq}, first), ({}, second)):
        with django_capture_on_commit_callbacks(execute=True):
            api(beto).post(address, body)
        assert ("omnichannel.tasks.read_receipt", (str(beto.company_id), str(message.pk))) in bells
        bells.clear()
    with django_capture_on_commit_callbacks(execute=True):
        api(beto).post(address)
    assert bells == []


def test_lists_are_narrowed(
    api: Client, beto: Membership, carla: Membership, channel: Channel, clinic: Company
):
    joana = make.inbound(channel, text="quero botox").conversation
    outra = make.inbound(channel, person=make.person("5541977776666", "Márcia Luz")).conversation
    conversation_take(conversation=joana, attendant=beto)
    with company_scope(clinic):
        conversation_close(conversation=outra, actor=None)
    client = api(beto)

    def found(query: str) -> set[str]:
        answer = client.get(f"conversas/?{query}")
        assert answer.status_code == 200, answer.json()
        return {row["id"] for row in answer.json()["results"]}

    assert found("is_open=true") == found("attendant=me") == {str(joana.pk)}
    assert found("is_open=false") == found("stage=encerrada") == {str(outra.pk)}
    assert found("attendant=none") == found("q=márcia") == {str(outra.pk)}
    assert found("q=botox") == found(f"contact={joana.contact_id}") == {str(joana.pk)}
    assert found(f"attendant={beto.pk}") == {str(joana.pk)}
    assert found(f"attendant={carla.pk}") == found(f"channel={uuid4()}") == set()
    assert found(f"channel={channel.pk}") == {str(joana.pk), str(outra.pk)}


@pytest.mark.parametrize(
    "query",
    ["stage=x", "is_open=sim", "attendant=eu", "contact=1", "q=%00", "channel=%27%20or%201=1--"],
)
def test_a_filter_of_another_type_is_named(
    api: Client, beto: Membership, conversation: Conversation, query: str
):
    answer = api(beto).get(f"conversas/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [query.split("=")[0]]


@pytest.mark.parametrize("rows", [3, 30])
def test_the_list_asks_as_many_questions_with_30_rows_as_with_3(
    api: Client, beto: Membership, channel: Channel, django_assert_num_queries, rows: int
):
    for number in range(rows):
        make.inbound(channel, person=make.person(f"55419{number + 70000000}", "x"))
    client = api(beto)
    with django_assert_num_queries(4):
        assert len(client.get("conversas/").json()["results"]) == rows


def test_whom_a_conversation_is_about(api: Client, beto: Membership, conversation: Conversation):
    client, path = api(beto), f"conversas/{conversation.pk}/"
    child = client.post(
        "contatos/", {"name": "Enzo", "guardian": str(conversation.contact_id)}
    ).json()
    assert client.patch(path, {"about": child["id"]}).json()["about"] == child["id"]
    listed = client.get(f"conversas/?about={child['id']}").json()["results"]
    assert [row["id"] for row in listed] == [str(conversation.pk)]
    other = client.post("contatos/", {"name": "Outra"}).json()
    refused = client.patch(path, {"about": other["id"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "pessoa_de_outro_telefone")
    assert client.patch(path, {}).status_code == 400
    assert client.patch(path, {"about": None}).json()["about"] is None


# --- starting ------------------------------------------------------------------------------------


def test_a_conversation_is_started_at_an_address(api: Client, beto: Membership, channel: Channel):
    given = {"channel": str(channel.pk), "address": "(41) 98811-0001", "name": "Rita"}
    answer = api(beto).post("conversas/", given)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["stage"], answer.json()["message_count"]) == ("fila", 0)
    again = api(beto).post("conversas/", given)
    assert again.json()["id"] == answer.json()["id"]
    assert api(beto).get("conversas/").json()["results"] == []


def test_a_start_is_refused_with_a_sentence(api: Client, beto: Membership, channel: Channel):
    told = api(beto).post("conversas/", {"channel": str(channel.pk), "address": "123"})
    assert (told.status_code, told.json()["code"]) == (422, "telefone_invalido")
    given = {"channel": str(channel.pk), "address": make.PHONE, "subject": "Exame"}
    told = api(beto).post("conversas/", given)
    assert (told.status_code, list(told.json()["fields"])) == (422, ["subject"])


def test_a_start_for_a_person_takes_no_address_of_another(
    api: Client, beto: Membership, ana: Membership, conversation: Conversation
):
    other = contact_save(actor=ana, contact=None, name="Outra")
    given = {"channel": str(conversation.channel_id), "address": make.PHONE}
    told = api(beto).post("conversas/", {**given, "contact": str(other.pk)})
    assert (told.status_code, told.json()["code"]) == (409, "endereco_de_outro")
    mine = api(beto).post("conversas/", {**given, "contact": str(conversation.contact_id)})
    assert (mine.status_code, mine.json()["id"]) == (201, str(conversation.pk))
