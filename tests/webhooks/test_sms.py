"""SMS from end to end: what a patient writes, what is answered, and what becomes of the answer."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from werkzeug import Response

from contacts.models import Contact, ContactIdentity
from contacts.refs import IdentityKind
from omnichannel.models import Attachment, Channel, Conversation, Message, MessageCost, Rate
from omnichannel.services.channels import channel_save
from omnichannel.services.costs import month_lines, month_of
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.gate import Refused
from omnichannel.services.media import attachment_fetch
from omnichannel.services.outbound import message_send
from omnichannel.services.proving import channel_prove
from omnichannel.services.rates import costs_reprice
from omnichannel.services.reply_cost import ReplyCost, reply_cost
from providers.choices import MessageKind, MessageStatus
from providers.content import Answer, Choice, Question, Section
from providers.content_json import content_of
from providers.outgoing import AccountHealth
from providers.sms.twilio import signature
from simulator.models import SimSmsCallback
from simulator.sms.services import line_ensure, text_write
from tests import make
from tests.webhooks.caller import call, with_receiver
from webhooks import pipeline
from webhooks.door_keys import FORGED
from webhooks.models import InboundEvent, InboundIssue
from webhooks.retention import replay_for_channel

pytestmark = pytest.mark.django_db(transaction=True)
PATIENT = "+5541998887777"
SID = f"AC{'0' * 32}"


@pytest.fixture
def sms(clinic, httpserver, settings) -> Channel:
    """Give an SMS channel whose provider is a server on the loopback."""
    settings.PUBLIC_URL = "https://clinica.example"
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    return make.sms_channel(clinic, api_url=httpserver.url_for("").rstrip("/"))


def arrive(channel: Channel, form: dict[str, str], *, query: str = "", token: str = "") -> str:
    """Post a form to a channel's address, work it off, and return how the event ended."""
    url = channel.callback_url() + (f"?{query}" if query else "")
    signed = signature(token or "token-de-teste", url, list(form.items()))
    headers = [
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"x-twilio-signature", signed),
    ]
    path = urlsplit(url).path
    given = {"path": path, "query": query.encode(), "headers": headers}
    answer = with_receiver(lambda r: call(r, chunks=[urlencode(form).encode()], **given))
    assert (answer.status, answer.body[-11:]) == (200, b"<Response/>")
    pipeline.drain()
    return InboundEvent.objects.latest("pk").error


def text(sid: str = "SM1", body: str = "Posso remarcar?", **more: str) -> dict[str, str]:
    return {
        "MessageSid": sid,
        "AccountSid": SID,
        "From": PATIENT,
        "To": "27900",
        "Body": body,
        **more,
    }


def receipt(sid: str, state: str, **more: str) -> dict[str, str]:
    ends = {"From": "27900", "To": PATIENT}
    return {"MessageSid": sid, "AccountSid": SID, "MessageStatus": state, **ends, **more}


def answered(channel: Channel, author, words: str = "Olá! Amanhã às 9h está bom?") -> Message:
    """Answer the one conversation there is."""
    conversation = Conversation.unscoped.get(channel=channel)
    message = message_send(conversation=conversation, author=author, text=words)
    conversation_deliver(conversation=conversation)
    return Message.unscoped.get(pk=message.pk)


def test_a_text_comes_in_is_answered_and_the_receipt_follows(sms, beto, httpserver):
    assert arrive(sms, text()) == ""
    (inbound,) = Message.unscoped.inbound()
    assert (inbound.text, inbound.external_id) == ("Posso remarcar?", "SM1")
    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    httpserver.expect_request(path).respond_with_json({"sid": "SM2"}, status=201)
    message = answered(sms, beto)
    assert (message.status, message.external_id) == (MessageStatus.SENT, "SM2")
    # What is shown is what arrived.
    assert message.text == "Ola! Amanha as 9h esta bom?"
    ((request, _response),) = httpserver.log
    form = {name: value[0] for name, value in parse_qs(request.get_data().decode()).items()}
    assert (form["To"], form["Body"]) == (PATIENT, message.text)
    query = urlsplit(form["StatusCallback"]).query
    assert arrive(sms, receipt("SM2", "delivered"), query=query) == ""
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED


@pytest.mark.parametrize("body", ["<html>ok</html>", ""])
def test_a_200_that_says_nothing_is_settled_by_its_receipt(sms, beto, httpserver, body):
    arrive(sms, text())
    httpserver.expect_request(f"/2010-04-01/Accounts/{SID}/Messages.json").respond_with_data(
        body, status=200
    )
    message = answered(sms, beto)
    assert message.status == MessageStatus.UNCERTAIN
    conversation_deliver(conversation=message.conversation)
    assert len(httpserver.log) == 1
    sent = parse_qs(httpserver.log[0][0].get_data().decode())["StatusCallback"][0]
    arrive(sms, receipt("SM9", "delivered"), query=urlsplit(sent).query)
    message.refresh_from_db()
    assert (message.status, message.external_id) == (MessageStatus.DELIVERED, "SM9")


def test_a_refusal_says_what_to_do(sms, beto, httpserver):
    arrive(sms, text())
    httpserver.expect_request(f"/2010-04-01/Accounts/{SID}/Messages.json").respond_with_json(
        {"code": 21614}, status=400
    )
    message = answered(sms, beto)
    assert (message.status, message.error_code) == (MessageStatus.FAILED, "numero_fixo")
    assert "celular" in message.error_detail


def test_the_same_text_three_times_is_one_message(sms):
    for _time in range(3):
        arrive(sms, text())
    assert Message.unscoped.count() == 1


def test_a_text_of_ten_thousand_signs_comes_whole(sms):
    arrive(sms, text(body="ã" * 10_000))
    assert Message.unscoped.get().text == "ã" * 10_000


def test_an_unsigned_text_and_one_for_another_account_are_kept_and_not_stored(sms):
    assert arrive(sms, text("SM1"), token="outro") == FORGED
    assert arrive(sms, text("SM2", AccountSid="AC" + "1" * 32)) == FORGED
    assert InboundEvent.objects.count() == 2 and not Message.unscoped.exists()


@pytest.mark.parametrize("number", ["28800", "+5541911112222"])
def test_a_text_to_another_number_that_was_set_up_with_this_address_is_not_stored(sms, number):
    assert arrive(sms, text(To=number)) == ""
    assert not Message.unscoped.exists()
    issue = InboundIssue.objects.get()
    assert (issue.reason, issue.account) == ("sem_rota", number.lstrip("+"))


def test_a_text_to_the_number_that_a_channel_has_by_now_is_stored_then(sms):
    arrive(sms, text(To="+5541911112222"))
    channel_save(
        company=sms.company,
        actor=None,
        channel=sms,
        settings={**sms.settings, "sender": "+5541911112222"},
    )
    sms.refresh_from_db()
    channel_prove(channel=sms, answer=AccountHealth(sms.account_id, phone_number="+5541911112222"))
    replay_for_channel(sms)
    pipeline.drain()
    assert Message.unscoped.get().text == "Posso remarcar?"


def test_what_was_signed_with_a_newer_secret_is_stored_once_we_have_it(sms):
    assert arrive(sms, text(), token="token-trocado") == FORGED
    assert arrive(sms, text("SM2"), token="token-de-ninguem") == FORGED
    secret = {"auth_token": "token-trocado"}
    row = channel_save(company=sms.company, actor=None, channel=sms, credentials=secret)
    channel_prove(channel=row, answer=AccountHealth(row.account_id))
    replay_for_channel(row)
    pipeline.drain()
    assert Message.unscoped.get().external_id == "SM1"
    assert list(InboundEvent.objects.order_by("pk").values_list("error", flat=True)) == ["", FORGED]


def test_events_of_two_patients_do_not_wait_for_each_other(sms):
    arrive(sms, text("SM1"))
    arrive(sms, text("SM2", From="+5541977776666"))
    arrive(sms, receipt("SM9", "delivered"))
    first, other, told = InboundEvent.objects.order_by("pk").values_list("lanes", flat=True)
    assert first == told and len(first) == 1 and first != other


def test_every_file_of_a_text_waits_to_be_fetched(sms):
    media = {f"MediaUrl{n}": f"https://api.twilio.com/x/ME{n}" for n in range(2)}
    kinds = {"MediaContentType0": "image/jpeg", "MediaContentType1": "application/pdf"}
    assert arrive(sms, text(NumMedia="2", **media, **kinds)) == ""
    message = Message.unscoped.get()
    rows = Attachment.unscoped.filter(message=message)
    found = sorted(rows.values_list("source_url", flat=True))
    assert found == sorted(media.values())


def test_a_file_of_the_simulators_patient_stands_in_the_thread(
    sms, beto, client, httpserver, settings
):
    settings.SIMULATOR_URL = httpserver.url_for("").rstrip("/")
    sms.settings = {**sms.settings, "api_url": f"{settings.SIMULATOR_URL}/sms/twilio"}
    sms.save()

    def simulated(request):
        found = resolve(request.path, "simulator.urls")
        django = RequestFactory().get(request.path, headers=dict(request.headers))
        answer = found.func(django, *found.args, **found.kwargs)
        return Response(answer.content, answer.status_code, dict(answer.headers))

    httpserver.expect_request(re.compile("/sms/.*")).respond_with_handler(simulated)
    line = line_ensure(
        provider="twilio",
        account=SID,
        sender="27900",
        secret="token-de-teste",
        callback_url=sms.callback_url(),
    )
    text_write(line=line, phone=PATIENT, text="", sample="foto")
    assert arrive(sms, dict(parse_qsl(SimSmsCallback.objects.get().body))) == ""
    attachment = Attachment.unscoped.get()
    ours, settings.ROOT_URLCONF = settings.ROOT_URLCONF, "simulator.urls"
    attachment_fetch(attachment=attachment)
    settings.ROOT_URLCONF = ours
    attachment.refresh_from_db()
    assert (attachment.state, attachment.mime_type) == ("pronto", "image/jpeg")
    client.force_login(beto.user)
    page = client.get(reverse("inbox:conversation", args=[attachment.conversation_id]))
    assert str(attachment.pk) in page.content.decode()


def test_who_is_known_from_whatsapp_is_found_by_sms_and_the_other_way_round(sms, channel):
    make.inbound(channel, person=make.person("554198887777", "Joana Dias"))
    arrive(sms, text(From="+5541998887777"))
    (contact,) = Contact.unscoped.all()
    mine = ContactIdentity.unscoped.filter(contact=contact)
    kinds = set(mine.values_list("kind", flat=True))
    assert kinds == {IdentityKind.WA_PHONE, IdentityKind.PHONE}
    arrive(sms, text("SM5", From="+5511970000001"))
    make.inbound(channel, person=make.person("5511970000001", "Outro"))
    assert Contact.unscoped.count() == 2


# --- who asks to be left alone --------------------------------------------------------------------


def refused(channel: Channel, author) -> str:
    conversation = Conversation.unscoped.filter(channel=channel).latest("opened_at")
    with pytest.raises(Refused) as refusal:
        message_send(conversation=conversation, author=author, text="Oi")
    return refusal.value.code


@pytest.mark.parametrize("word", ["PARE", "parar", "Sair", "CANCELAR", "remover", "STOP"])
def test_a_word_ends_the_channel_but_for_the_reply_that_confirms_it(sms, beto, word):
    arrive(sms, text(body="Bom dia"))
    arrive(sms, text("SM3", body=word))
    (reply,) = Message.unscoped.outbound()
    assert reply.metadata["purpose"] == "descadastro" and "SMS" in reply.text
    assert refused(sms, beto) == "sem_consentimento"
    arrive(sms, text("SM4", body=word))
    assert Message.unscoped.outbound().count() == 1


def test_other_channels_go_on(sms, channel, beto):
    make.inbound(channel, person=make.person("5541998887777"))
    arrive(sms, text(body="Bom dia"))
    arrive(sms, text("SM3", body="SAIR"))
    whatsapp = Conversation.unscoped.get(channel=channel)
    assert message_send(conversation=whatsapp, author=beto, text="Oi").status == "pendente"


def test_who_comes_back_is_written_to_again(sms, beto):
    arrive(sms, text(body="Bom dia"))
    arrive(sms, text("SM3", body="SAIR"))
    arrive(sms, text("SM4", body="VOLTAR"))
    conversation = Conversation.unscoped.filter(channel=sms).latest("opened_at")
    assert message_send(conversation=conversation, author=beto, text="Oi").status == "pendente"


def test_who_stopped_at_the_carrier_has_left(sms, beto):
    arrive(sms, text(body="Bom dia"))
    arrive(sms, receipt("SM8", "failed", ErrorCode="21610"))
    assert refused(sms, beto) == "sem_consentimento"


@pytest.mark.parametrize(("said", "key"), [("2", "b"), ("opcao 1", "a"), ("TARDE", "b")])
def test_a_question_is_asked_with_numbers_and_answered_by_them(sms, beto, httpserver, said, key):
    arrive(sms, text())
    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    httpserver.expect_request(path).respond_with_json({"sid": "SM2"}, status=201)
    conversation = Conversation.unscoped.get(channel=sms)
    asked = message_send(
        conversation=conversation,
        author=beto,
        kind=MessageKind.INTERACTIVE,
        content=Question((Section((Choice("a", "Manhã"), Choice("b", "Tarde"))),), "Que período?"),
    )
    conversation_deliver(conversation=conversation)
    form = parse_qs(httpserver.log[0][0].get_data().decode())
    assert form["Body"] == ["Que periodo?\n\n1. Manha\n2. Tarde\n\nResponda com o numero da opcao."]
    # What is shown of it is what arrived.
    asked.refresh_from_db()
    shown = content_of(asked.metadata)
    assert isinstance(shown, Question) and shown.text == "Que periodo?"
    assert [choice.title for choice in shown.choices] == ["Manha", "Tarde"]
    assert arrive(sms, text("SM3", said)) == ""
    row = Message.unscoped.get(external_id="SM3")
    answer = content_of(row.metadata)
    assert isinstance(answer, Answer) and answer.is_typed
    assert (row.text, answer.key, row.reply_to_id) == (said, key, asked.pk)


# --- what it costs --------------------------------------------------------------------------------


def rate(company, price: str = "0.10") -> None:
    Rate.unscoped.create(
        company=company,
        market="BR",
        category="sms_twilio",
        currency="BRL",
        valid_from=date(2026, 1, 1),
        price=Decimal(price),
    )


def test_every_part_is_charged_once_when_the_provider_takes_it(sms, clinic, beto, httpserver):
    rate(clinic)
    arrive(sms, text())
    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    httpserver.expect_request(path).respond_with_json({"sid": "SM2"}, status=201)
    message = answered(sms, beto, "a" * 161)
    cost = MessageCost.unscoped.get(pk=message.pk)
    assert (cost.price, cost.category, cost.market) == (Decimal("0.20"), "sms_twilio", "BR")
    arrive(sms, receipt("SM2", "delivered"))
    assert MessageCost.unscoped.count() == 1
    (line,) = month_lines(company=clinic, month=month_of(sms))
    assert line.cost == Decimal("0.20")
    # A rate that is corrected later counts for every part, too.
    Rate.unscoped.update(price=Decimal("0.15"))
    assert costs_reprice(company=clinic, since=month_of(sms)) == 1
    cost.refresh_from_db()
    assert (cost.price, cost.units) == (Decimal("0.30"), 2)


def test_a_provider_that_tells_no_currency_charges_in_the_chosen_one(clinic):
    channel = make.sms_channel(clinic, "zenvia", currency="EUR")
    channel_prove(channel=channel, answer=AccountHealth(channel.account_id))
    channel.refresh_from_db()
    assert channel.currency == "EUR"


def test_a_refused_text_costs_nothing_and_an_uncertain_one_once_it_is_told(
    sms, clinic, beto, httpserver
):
    rate(clinic)
    arrive(sms, text())
    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    httpserver.expect_oneshot_request(path).respond_with_json({"code": 21614}, status=400)
    answered(sms, beto)
    httpserver.expect_request(path).respond_with_data("<html>", status=200)
    message = answered(sms, beto)
    assert not MessageCost.unscoped.exists()
    sent = parse_qs(httpserver.log[-1][0].get_data().decode())["StatusCallback"][0]
    arrive(sms, receipt("SM9", "delivered"), query=urlsplit(sent).query)
    assert MessageCost.unscoped.get().pk == message.pk


def test_a_reply_says_before_what_a_part_costs(sms, clinic):
    arrive(sms, text())
    conversation = Conversation.unscoped.select_related("channel__company", "identity").get()
    assert reply_cost(conversation) == ReplyCost("parte", "BRL")
    rate(clinic, "0.09")
    cost = reply_cost(conversation)
    assert cost is not None and (cost.why, cost.price) == ("parte", Decimal("0.09"))
