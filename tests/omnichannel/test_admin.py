"""The back-office of channels, conversations, messages, files and templates."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from common.ids import id_from
from omnichannel.choices import AttachmentState, Stage
from omnichannel.models import Attachment, Channel, Conversation, Message, Template
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import message_send
from providers.account import REQUIRED
from providers.choices import MessageStatus, TemplateStatus
from providers.outgoing import AccountHealth, SendError
from providers.whatsapp.adapter import WhatsAppAdapter
from tests import make
from tests.backoffice import Office, owner, said, supervisor, text_of

TOKEN = "EAAtoken-que-ninguem-ve"
FORM = {
    "kind": "whatsapp",
    "name": "Recepção",
    "account_id": "300000000000003",
    "waba_id": "300000000000001",
    "phone_number": "",
    "status": "configurando",
}


@pytest.fixture(autouse=True)
def _no_bells(bells: Any) -> None:
    """Collect bells instead of ringing."""


def answers(monkeypatch: pytest.MonkeyPatch, **methods: Any) -> None:
    for name, answer in methods.items():
        monkeypatch.setattr(WhatsAppAdapter, name, answer)


class TestChannel:
    """Connecting a number."""

    def test_connecting_one_seals_its_token_and_stays_on_its_page(self, clinic, ana):
        answer = Office(ana).save("omnichannel_channel", **FORM, access_token=TOKEN)
        channel = Channel.unscoped.get()
        assert answer["Location"] == reverse("admin:omnichannel_channel_change", args=[channel.pk])
        assert channel.company_id == clinic.pk
        assert channel.credentials == {"access_token": TOKEN}
        entry = AuditEntry.unscoped.get(action="canal.salvo", actor=ana.user)
        assert "credentials.access_token" in entry.detail["campos"]
        assert "access_token" not in entry.detail["campos"]

    def test_a_token_is_never_shown_again(self, ana):
        office = Office(ana)
        office.save("omnichannel_channel", **FORM, access_token=TOKEN, app_secret="segredo-do-app")
        channel = Channel.unscoped.get()
        pages = [
            office.page("omnichannel_channel", channel),
            office.list("omnichannel_channel"),
            office.page("omnichannel_channel", channel, "delete"),
            # A form that is refused comes back without it too.
            office.save("omnichannel_channel", channel, **{**FORM, "name": ""}, access_token=TOKEN),
        ]
        for page in pages:
            assert TOKEN not in text_of(page) and "segredo-do-app" not in text_of(page)
            assert "v1:" not in text_of(page)

    def test_without_a_token_there_is_no_channel(self, ana):
        answer = Office(ana).save("omnichannel_channel", **FORM)
        assert str(REQUIRED) in text_of(answer)
        assert not Channel.unscoped.exists()

    def test_saving_with_the_secret_left_blank_keeps_it(self, channel, ana):
        given = {**FORM, "account_id": channel.account_id, "name": "Outro nome"}
        assert Office(ana).save("omnichannel_channel", channel, **given).status_code == 302
        channel = Channel.unscoped.get()
        assert channel.name == "Outro nome"
        assert channel.credentials == {"access_token": "token-de-teste"}

    def test_a_second_claim_of_the_company_is_refused_and_anothers_says_nothing(
        self, rival_channel, channel, ana
    ):
        office = Office(ana)
        given = {**FORM, "account_id": channel.account_id}
        answer = office.save("omnichannel_channel", **given, access_token=TOKEN)
        assert answer.status_code == 200
        assert "já tem um canal" in text_of(answer)
        given = {**FORM, "account_id": rival_channel.account_id}
        assert office.save("omnichannel_channel", **given, access_token=TOKEN).status_code == 302
        claim = Channel.unscoped.get(company=ana.company, account_id=rival_channel.account_id)
        assert (claim.status, claim.proven_at) == ("configurando", None)

    def test_no_form_makes_a_claim_active_or_says_what_meta_says(self, ana):
        office = Office(ana)
        office.save("omnichannel_channel", **FORM, access_token=TOKEN)
        claim = Channel.unscoped.get()
        typed = {"phone_number": "+5541999990000", "currency": "EUR", "time_zone": "Asia/Tokyo"}
        answer = office.save("omnichannel_channel", claim, **{**FORM, **typed, "status": "ativo"})
        assert answer.status_code == 200
        assert "ativo" not in dict(answer.context["adminform"].form.fields["status"].choices)
        office.save("omnichannel_channel", claim, **{**FORM, **typed})
        claim.refresh_from_db()
        assert (claim.phone_number, claim.currency, claim.time_zone) == ("", "USD", "")
        assert claim.status == "configurando"

    def test_registering_asks_for_the_pin_first(self, channel, ana, no_provider, monkeypatch):
        asked: list[str] = []
        answers(monkeypatch, register=lambda self, account, pin: asked.append(pin))
        office = Office(ana)
        page = text_of(office.press("omnichannel_channel", channel, "register"))
        assert "PIN de seis dígitos" in page and asked == []
        url = reverse("admin:omnichannel_channel_register", args=[channel.pk])
        assert "Digite os seis dígitos" in text_of(office.browser.post(url, {"pin": "12"}))
        assert office.browser.post(url, {"pin": "123456"}).status_code == 302
        assert asked == ["123456"]

    def test_what_a_connection_lacks_stays_on_its_page(self, channel, ana):
        Channel.unscoped.update(health={"warnings": ["sem_assinatura"]})
        assert "não recebe os webhooks" in text_of(Office(ana).page("omnichannel_channel", channel))

    def test_only_the_owner_chooses_the_address_that_gets_the_token(self, channel, ana):
        given = {**FORM, "account_id": channel.account_id, "graph_url": "https://mau.example"}
        office = Office(ana)
        office.save("omnichannel_channel", channel, **given)
        assert Channel.unscoped.get().graph_url == ""
        assert "graph_url" not in text_of(office.page("omnichannel_channel", channel))
        assert Office(owner()).save("omnichannel_channel", channel, **given).status_code == 302
        assert Channel.unscoped.get().graph_url == "https://mau.example"

    def test_a_supervisor_sees_no_input_for_secrets(self, channel, clinic):
        page = text_of(Office(supervisor(clinic)).page("omnichannel_channel", channel))
        assert channel.name in page
        assert "access_token" not in page and "Validar" not in page

    def test_validating_shows_what_meta_answers(self, channel, ana, monkeypatch):
        Channel.unscoped.update(status="configurando")
        health = AccountHealth(
            channel.account_id,
            verified_name="Clínica Bem-Estar",
            quality="GREEN",
            warnings=("Eita",),
        )
        answers(monkeypatch, validate=lambda self, account: health)
        office = Office(ana)
        answer = office.press("omnichannel_channel", channel, "validate")
        assert "Clínica Bem-Estar" in said(answer) and "Eita" in said(answer)
        page = text_of(office.page("omnichannel_channel", channel))
        assert "Alta" in page and "Clínica Bem-Estar" in page
        assert Channel.unscoped.get().status == "ativo"

    def test_validating_shows_the_sentence_of_the_error(self, channel, ana, monkeypatch):
        def refuse(self: Any, account: Any) -> None:
            raise SendError("token_invalido", "O token venceu. Gere outro.", scope="channel")

        answers(monkeypatch, validate=refuse)
        office = Office(ana)
        assert "O token venceu" in said(office.press("omnichannel_channel", channel, "validate"))
        assert "O token venceu" in text_of(office.page("omnichannel_channel", channel))

    def test_validating_several_reports_counts_by_outcome(self, clinic, channel, ana, monkeypatch):
        other = make.channel(clinic, account_id="900000000000009")

        def judge(self: Any, account: Any) -> AccountHealth:
            if account.account_id == other.account_id:
                raise SendError("token_invalido", "O token venceu.", scope="channel")
            return AccountHealth(account.account_id)

        answers(monkeypatch, validate=judge)
        answer = Office(ana).act("omnichannel_channel", "validate_all", channel, other)
        assert "1 canais funcionam" in said(answer)
        assert "1 sem efeito: O token venceu." in said(answer)

    def test_synchronising_tells_how_many_templates(self, channel, ana, monkeypatch):
        answers(monkeypatch, templates=lambda self, account: iter(()))
        answer = Office(ana).press("omnichannel_channel", channel, "sync_templates")
        assert "0 modelos" in said(answer)

    def test_the_verify_token_is_shown_once_on_demand_and_on_the_record(
        self, channel, ana, clinic, settings
    ):
        # It is the whole installation's: no clinic's administrator ever sees it.
        hers = Office(ana)
        hers.press("omnichannel_channel", channel, "show_verify_token")
        page = text_of(hers.page("omnichannel_channel", channel))
        assert settings.META_VERIFY_TOKEN not in page and "Mostrar token" not in page
        assert not AuditEntry.unscoped.filter(action__endswith="revelado").exists()
        someone = owner()
        office = Office(someone)
        page = text_of(office.page("omnichannel_channel", channel))
        assert settings.META_VERIFY_TOKEN not in page
        assert f"{settings.PUBLIC_URL}/webhooks/whatsapp/" in page
        answer = office.press("omnichannel_channel", channel, "show_verify_token")
        assert "só nesta vez" in said(answer)
        page = text_of(office.page("omnichannel_channel", channel))
        assert settings.META_VERIFY_TOKEN in page
        assert '<details class="bo-webhook" open>' in page
        assert settings.META_VERIFY_TOKEN not in text_of(
            office.page("omnichannel_channel", channel)
        )
        entry = AuditEntry.unscoped.get(action="canal.token_de_verificacao.revelado")
        assert entry.actor == someone
        Office(supervisor(clinic)).press("omnichannel_channel", channel, "show_verify_token")
        assert AuditEntry.unscoped.filter(action__endswith="revelado").count() == 1

    def test_one_with_conversations_is_not_deleted(self, conversation, channel, ana):
        office = Office(ana)
        url = reverse("admin:omnichannel_channel_delete", args=[channel.pk])
        assert office.page("omnichannel_channel", channel, "delete").status_code == 200
        answer = office.browser.post(url, {"post": "yes"})
        assert "tem conversas e não pode ser apagado" in said(answer)
        assert Channel.unscoped.filter(pk=channel.pk).exists()

    def test_an_unused_one_is_deleted(self, channel, ana):
        url = reverse("admin:omnichannel_channel_delete", args=[channel.pk])
        assert Office(ana).browser.post(url, {"post": "yes"}).status_code == 302
        assert not Channel.unscoped.exists()

    def test_a_token_no_key_opens_is_told_and_the_page_still_opens(self, channel, ana):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE omnichannel_channel SET credentials = 'v1:outra:AAAA'")
        page = text_of(Office(ana).page("omnichannel_channel", channel))
        assert "informe de novo" in page


class TestMessages:
    """What was said stays covered."""

    @pytest.fixture
    def message(self, channel: Channel) -> Message:
        return make.inbound(channel, text="Meu exame deu alterado")

    def test_the_text_is_on_no_page_until_somebody_asks(self, message, ana):
        office = Office(ana)
        conversation = message.conversation
        for page in (
            office.list("omnichannel_message"),
            office.page("omnichannel_message", message),
            office.list("omnichannel_conversation"),
            office.page("omnichannel_conversation", conversation),
            office.page("contacts_contact", conversation.contact),
        ):
            assert page.status_code == 200
            assert "alterado" not in text_of(page)

    def test_revealing_shows_it_once_and_is_on_the_record(self, message, clinic):
        person = supervisor(clinic)
        office = Office(person)
        office.press("omnichannel_message", message, "reveal")
        assert "alterado" in text_of(office.page("omnichannel_message", message))
        assert "alterado" not in text_of(office.page("omnichannel_message", message))
        entry = AuditEntry.unscoped.get(action="mensagem.revelado")
        assert (entry.actor, entry.object_id) == (person.user, str(message.pk))

    def test_the_rival_reveals_nothing(self, message, rui):
        answer = Office(rui).press("omnichannel_message", message, "reveal")
        assert answer["Location"] == "/admin/"
        assert not AuditEntry.unscoped.filter(action="mensagem.revelado").exists()

    def test_a_failed_one_is_sent_again_and_others_are_told_apart(self, conversation, ana):
        first, second = (
            message_send(conversation=conversation, author=ana, text=text) for text in ("a", "b")
        )
        Message.unscoped.filter(pk=first.pk).update(status=MessageStatus.FAILED)
        answer = Office(ana).act("omnichannel_message", "retry_chosen", first, second)
        assert "1 mensagens voltaram" in said(answer)
        assert "1 sem efeito: Só mensagens que falharam" in said(answer)
        first.refresh_from_db()
        assert first.status == MessageStatus.PENDING

    def test_a_supervisor_has_no_actions(self, conversation, ana, clinic):
        failed = message_send(conversation=conversation, author=ana, text="a")
        Message.unscoped.filter(pk=failed.pk).update(status=MessageStatus.FAILED)
        Office(supervisor(clinic)).act("omnichannel_message", "retry_chosen", failed)
        failed.refresh_from_db()
        assert failed.status == MessageStatus.FAILED

    def test_the_question_for_todays_failures_finds_them(self, conversation, ana):
        failed = message_send(conversation=conversation, author=ana, text="a")
        Message.unscoped.filter(pk=failed.pk).update(status=MessageStatus.FAILED)
        office = Office(ana)
        shown = office.list("omnichannel_message", pergunta="falhas_hoje").context["cl"]
        assert [row.pk for row in shown.result_list] == [failed.pk]
        Message.unscoped.update(happened_at=timezone.now() - timedelta(days=2))
        shown = office.list("omnichannel_message", pergunta="falhas_hoje").context["cl"]
        assert list(shown.result_list) == []

    def test_it_is_a_record(self, message, ana):
        office = Office(ana)
        assert office.page("omnichannel_message", message, "delete").status_code == 403
        url = reverse("admin:omnichannel_message_change", args=[message.pk])
        assert office.browser.post(url, {"text": "outra coisa"}).status_code == 403


def test_ids_sort_by_the_moment_they_were_made(conversation):
    now = timezone.now()
    pk = Message.unscoped.get().pk
    assert id_from(now - timedelta(minutes=5)) < pk < id_from(now + timedelta(minutes=5))


class TestConversations:
    """Acting on conversations as the person who is logged in."""

    def test_closing_is_done_as_who_asks(self, conversation, ana):
        answer = Office(ana).act("omnichannel_conversation", "close_chosen", conversation)
        assert "1 conversas encerradas" in said(answer)
        assert Conversation.unscoped.get().stage == Stage.CLOSED
        assert AuditEntry.unscoped.filter(action="conversa.encerrada", actor=ana.user).exists()

    def test_releasing_takes_it_from_a_colleague(self, conversation, ana, beto):
        conversation_take(conversation=conversation, attendant=beto)
        Office(ana).press("omnichannel_conversation", conversation, "release")
        assert Conversation.unscoped.get().attendant is None

    def test_an_owner_who_works_in_no_clinic_is_told_so(self, conversation):
        answer = Office(owner()).press("omnichannel_conversation", conversation, "release")
        assert "não trabalha nesta empresa" in said(answer)

    def test_the_rivals_action_finds_no_row(self, conversation, rui):
        Office(rui).act("omnichannel_conversation", "close_chosen", conversation)
        assert Conversation.unscoped.get().stage != Stage.CLOSED

    @pytest.mark.parametrize(
        ("question", "hours", "is_found"),
        [
            ("esperando", 2, True),
            ("esperando", 0, False),
            ("janela_fechada", 25, True),
            ("janela_fechada", 23, False),
            ("fechando", 23, True),
            ("fechando", 20, False),
            ("fechando", 25, False),
        ],
    )
    def test_questions_are_answered(self, channel, ana, question, hours, is_found):
        make.inbound(channel, at=timezone.now() - timedelta(hours=hours))
        shown = Office(ana).list("omnichannel_conversation", pergunta=question).context["cl"]
        assert bool(list(shown.result_list)) == is_found


class TestFilesAndTemplates:
    """Records with one way to act."""

    @pytest.fixture
    def file(self, conversation: Conversation) -> Attachment:
        row = Attachment(
            company_id=conversation.company_id,
            conversation=conversation,
            kind="documento",
            state=AttachmentState.FAILED,
            filename="Exame da Joana Dias.pdf",
            error="O arquivo não está mais na Meta.",
        )
        row.file.save("", ContentFile(b"%PDF"), save=False)
        row.save()
        return row

    def test_a_file_that_failed_is_fetched_again(self, file, ana):
        assert "voltou para a fila" in said(
            Office(ana).press("omnichannel_attachment", file, "retry")
        )
        file.refresh_from_db()
        assert file.state == AttachmentState.PENDING

    def test_file_names_stay_covered(self, file, ana):
        office = Office(ana)
        for page in (
            office.list("omnichannel_attachment"),
            office.page("omnichannel_attachment", file),
        ):
            assert "Exame da Joana" not in text_of(page) and ".pdf" in text_of(page)

    def test_a_template_shows_its_text_and_why_it_was_refused(self, clinic, ana):
        row = Template.unscoped.create(
            company=clinic,
            waba_id=make.WABA_ID,
            name="oferta",
            language="pt_BR",
            status=TemplateStatus.REJECTED,
            rejected_reason="INCORRECT_CATEGORY",
            components=[{"type": "BODY", "text": "Olá, {{1}}!"}],
        )
        page = text_of(Office(ana).page("omnichannel_template", row))
        assert "Olá, {{1}}!" in page and "Crie com outra categoria" in page


LISTS = ("channel", "channelnotice", "conversation", "message", "attachment", "template")


@pytest.mark.parametrize("model", LISTS)
def test_lists_ask_no_more_for_many_rows_than_for_few(channel, ana, model):
    office = Office(ana)
    address = reverse(f"admin:omnichannel_{model}_changelist")
    make.inbound(channel)
    few = office.queries(address)
    for number in range(12):
        make.inbound(channel, person=make.person(phone=f"55419988800{number:02d}"))
        make.channel(channel.company, account_id=f"77{number}", waba_id="w")
        Template.unscoped.create(
            company=channel.company, waba_id="w", name=f"t{number}", language="x", status="APPROVED"
        )
    assert office.queries(address) <= min(few, 10)


def test_a_conversations_page_asks_no_more_for_many_messages(channel, ana):
    conversation = make.inbound(channel).conversation
    office = Office(ana)
    address = reverse("admin:omnichannel_conversation_change", args=[conversation.pk])
    few = office.queries(address)
    for _number in range(15):
        make.inbound(channel)
    assert office.queries(address) <= min(few, 12)


def test_readme_page_and_api_name_the_same_webhook_fields(channel, ana):
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    step = readme[readme.index("Subscribe to `messages`") : readme.index("In `/admin/` under")]
    named = [one for one in re.findall(r"`([a-z_]+)`", step) if one != "message_status"]
    assert sorted(named) == sorted(WhatsAppAdapter.webhook_fields)
    assert len(set(named)) == len(named)
    page = text_of(Office(ana).page("omnichannel_channel", channel))
    assert all(f"<code>{field}</code>" in page for field in named)
    client = APIClient()
    client.force_authenticate(ana.user)
    answer = client.get("/central-atendimento/whatsapp/config/")
    assert sorted(answer.json()["webhook_fields"]) == sorted(named)
