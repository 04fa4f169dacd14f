"""Instagram and Messenger from the webhook to the thread and back: echoes, marks, late answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.errors import DomainError
from common.scoping import company_scope
from contacts.models import Contact, ContactIdentity
from contacts.refs import PersonRef
from inbox.campaigns.forms import AudienceForm
from inbox.shell.presenters import window_of
from omnichannel.bells import NAME
from omnichannel.choices import Author, ChannelStatus
from omnichannel.models import (
    Attachment,
    Channel,
    ChannelNotice,
    Conversation,
    Message,
    PersonProfile,
)
from omnichannel.services.channels import ENDS_AT, channel_save
from omnichannel.services.control import control_take
from omnichannel.services.delivery import conversation_deliver
from omnichannel.services.endings import ending_tell, token_ends_at, token_warning
from omnichannel.services.gate import Refused
from omnichannel.services.naming import has_picture, name_learn
from omnichannel.services.outbound import message_send
from omnichannel.services.proving import channel_subscribe, channel_validate, warnings_of
from omnichannel.services.receipts import receipts_settle
from omnichannel.services.renewing import credentials_renew
from omnichannel.tasks import channels_check
from providers.choices import MessageKind, MessageStatus
from providers.instagram.adapter import InstagramAdapter
from providers.messenger.adapter import MessengerAdapter
from providers.outgoing import (
    AccountHealth,
    OutgoingMessage,
    PersonKnown,
    Renewed,
    SendError,
    SendResult,
)
from tests import make
from tests.providers.messaging.bodies import ACCOUNT, PERSON, body

pytestmark = pytest.mark.django_db
S = MessageStatus
OTHER = "9990000000000022"
RENEWED = Renewed({"access_token": "novo"})


@pytest.fixture
def sent(monkeypatch) -> list[OutgoingMessage]:
    """Let both kinds take what they are given, and give what they took."""
    taken: list[OutgoingMessage] = []

    def send(self: Any, account: Any, message: OutgoingMessage) -> SendResult:
        self.limits.check(message)
        taken.append(message)
        return SendResult(f"m_ours_{len(taken)}")

    for adapter in (InstagramAdapter, MessengerAdapter):
        monkeypatch.setattr(adapter, "send", send)
    return taken


@pytest.fixture
def direct(clinic) -> Channel:
    return make.messaging_channel(clinic)


def fresh(talk: Conversation) -> Conversation:
    return Conversation.unscoped.get(pk=talk.pk)


def stamp(at=None) -> int:
    return int((at or timezone.now()).timestamp() * 1000)


def comes(
    obj: str = "instagram", *, person: str = PERSON, at=None, is_echo: bool = False, **members
):
    """Post one event and work it off."""
    ends = [{"id": person}, {"id": ACCOUNT}]
    sender, recipient = reversed(ends) if is_echo else ends
    found = {"sender": sender, "recipient": recipient, "timestamp": stamp(at), **members}
    source = {"instagram": "instagram", "page": "facebook"}[obj]
    (event,) = make.process(body(found, obj=obj), source=source)
    return event


def writes(mid: str = "m_1", words: str = "Oi", **more) -> Conversation:
    comes(message={"mid": mid, "text": words}, **more)
    return Message.unscoped.get(external_id=mid).conversation


def answer(talk: Conversation, author, words: str = "Bom dia", **more) -> Message:
    row = message_send(conversation=talk, author=author, text=words, **more)
    conversation_deliver(conversation=talk)
    row.refresh_from_db()
    return row


def test_a_person_writes_and_is_answered_at_the_account_they_wrote_to(direct, ana, sent):
    talk = writes(words="Queria marcar")
    identity = ContactIdentity.unscoped.get()
    assert (identity.value, identity.realm) == (PERSON, ACCOUNT)
    row = answer(talk, ana)
    assert (row.status, row.external_id) == (S.SENT, "m_ours_1")
    assert (sent[0].to.user_id, sent[0].is_late) == (PERSON, False)


def test_a_repeated_message_is_stored_once(direct):
    writes()
    again = {"mid": "m_1", "text": "Oi"}
    comes(message=again, at=timezone.now() + timedelta(seconds=1))
    assert Message.unscoped.count() == 1


def test_a_picture_waits_at_its_address_however_long_it_is(direct):
    url = f"https://scontent.cdninstagram.com/{'x' * 800}"
    comes(message={"mid": "m_1", "attachments": [{"type": "image", "payload": {"url": url}}]})
    assert Attachment.unscoped.get().source_url == url


def test_an_unknown_account_is_nobodys(direct):
    found = {
        "sender": {"id": PERSON},
        "recipient": {"id": "1"},
        "message": {"mid": "m", "text": "x"},
    }
    make.process(body(found, entry="1"), source="instagram")
    assert not Message.unscoped.exists()


# --- echoes ---------------------------------------------------------------------------------------


def test_our_own_echo_is_never_shown_twice(direct, ana, sent, settings):
    settings.META_APP_IDS = ["555"]
    row = answer(writes(), ana)
    echo = {"mid": row.external_id, "text": row.text, "is_echo": True, "app_id": "555"}
    comes(is_echo=True, message=echo)
    assert Message.unscoped.outbound().count() == 1


def test_an_echo_before_the_answer_settles_what_is_sent(clinic, ana, monkeypatch):
    """The provider tells of a message before it answers: the row learns its id from that."""
    make.messaging_channel(clinic, "facebook")
    comes("page", message={"mid": "m_1", "text": "Oi"})
    talk = Conversation.unscoped.get()

    def send(self: Any, account: Any, message: OutgoingMessage) -> SendResult:
        echo = {"mid": "m_ours", "text": "Bom dia", "is_echo": True, "metadata": message.token}
        comes("page", is_echo=True, message=echo)
        return SendResult("m_ours")

    monkeypatch.setattr(MessengerAdapter, "send", send)
    row = answer(talk, ana)
    assert (row.status, row.external_id) == (S.SENT, "m_ours")
    assert Message.unscoped.outbound().count() == 1


def test_what_the_clinic_writes_in_the_app_is_a_message(direct):
    talk = writes()
    comes(is_echo=True, message={"mid": "m_app", "text": "Já respondo", "is_echo": True})
    row = Message.unscoped.get(external_id="m_app")
    assert (row.conversation_id, row.author_kind) == (talk.pk, Author.PHONE_APP)
    assert row.text == "Já respondo"


# --- marks ----------------------------------------------------------------------------------------


def test_reading_one_message_reads_those_before_it_and_none_after(direct, ana, sent):
    talk = writes()
    rows = [answer(talk, ana, f"mensagem {n}") for n in range(3)]
    comes(read={"mid": rows[1].external_id})
    for row in rows:
        row.refresh_from_db()
    assert [row.status for row in rows] == [S.READ, S.READ, S.SENT]


def test_a_moment_reads_everything_that_left_before_it(clinic, ana, sent):
    make.messaging_channel(clinic, "facebook")
    comes("page", message={"mid": "m_1", "text": "Oi"})
    talk = Conversation.unscoped.get()
    first = answer(talk, ana)
    comes("page", delivery={"watermark": stamp(timezone.now() + timedelta(seconds=1))})
    first.refresh_from_db()
    assert first.status == S.DELIVERED
    comes("page", read={"watermark": stamp(first.claimed_at - timedelta(seconds=1))})
    first.refresh_from_db()
    assert first.status == S.DELIVERED
    comes("page", read={"watermark": stamp(timezone.now() + timedelta(seconds=1))})
    first.refresh_from_db()
    assert first.status == S.READ


def test_a_mark_is_one_persons_and_never_goes_back(direct, ana, sent):
    mine, theirs = writes(), writes("m_2", person=OTHER)
    row, other = answer(mine, ana), answer(theirs, ana)
    comes(read={"mid": row.external_id})
    comes(delivery={"mids": [row.external_id]})
    for one in (row, other):
        one.refresh_from_db()
    assert [row.status, other.status] == [S.READ, S.SENT]


def test_a_mark_that_comes_before_its_message_waits_for_it(direct, ana, sent):
    talk = writes()
    comes(read={"mid": "m_ours_1"})
    assert answer(talk, ana).external_id == "m_ours_1"
    receipts_settle(channel=direct)
    assert Message.unscoped.outbound().get().status == S.READ


# --- after the window -----------------------------------------------------------------------------


def late(clinic, **settings) -> Conversation:
    make.messaging_channel(clinic, **settings)
    return writes(at=timezone.now() - timedelta(days=2))


def test_a_person_answers_late_where_the_account_may(clinic, ana, sent):
    talk = late(clinic, has_human_agent=True)
    assert window_of(talk).state == "aberta"
    assert answer(talk, ana).status == S.SENT
    assert sent[0].is_late


def test_nobody_answers_late_without_the_permission(clinic, ana, sent):
    talk = late(clinic)
    assert window_of(talk).state == "fechada"
    with pytest.raises(Refused) as refused:
        answer(talk, ana)
    assert refused.value.code == "janela_fechada"


@pytest.mark.parametrize(
    "how",
    [
        {"author_kind": Author.BOT},
        {"author_kind": Author.API},
        {"purpose": "posicao"},
    ],
)
def test_nothing_automatic_answers_late(clinic, ana, sent, how):
    talk = late(clinic, has_human_agent=True)
    with pytest.raises(Refused):
        answer(talk, ana, **how)


def test_after_seven_days_nobody_answers(clinic, ana, sent):
    make.messaging_channel(clinic, has_human_agent=True)
    talk = writes(at=timezone.now() - timedelta(days=7, minutes=1))
    with pytest.raises(Refused):
        answer(talk, ana)


# --- the account ----------------------------------------------------------------------------------


def test_a_thread_held_elsewhere_is_a_notice_once_a_day_however_much_is_said(direct):
    for mid in ("m_1", "m_2"):
        ends = {"sender": {"id": PERSON}, "recipient": {"id": ACCOUNT}, "timestamp": stamp()}
        payload = body({**ends, "message": {"mid": mid, "text": "Oi"}}, box="standby")
        make.process(payload, source="instagram")
    assert ChannelNotice.unscoped.get().code == "standby"


def test_a_block_stops_the_page(clinic):
    page = make.messaging_channel(clinic, "facebook")
    comes("page", **{"policy-enforcement": {"action": "block", "reason": "x"}})
    page.refresh_from_db()
    assert page.status == ChannelStatus.ERROR


def test_webhooks_are_subscribed_without_a_whole_account(direct, monkeypatch):
    asked = []
    monkeypatch.setattr(
        InstagramAdapter, "subscribe", lambda self, account: asked.append(account.account_id)
    )
    channel_subscribe(channel=direct, actor=None)
    assert asked == [ACCOUNT]


def test_coming_by_a_link_is_kept_with_the_conversation(direct):
    comes(referral={"ref": "campanha", "source": "SHORTLINK", "type": "OPEN_THREAD"})
    row = Message.unscoped.get()
    assert (row.kind, row.conversation.referral["ref"]) == (MessageKind.SYSTEM, "campanha")
    assert not row.conversation.is_window_open


# --- names ----------------------------------------------------------------------------------------


def test_a_new_persons_name_is_asked_once(
    direct, monkeypatch, bells, django_capture_on_commit_callbacks
):
    asked = []

    def named(self: Any, account: Any, ref: Any) -> PersonKnown:
        asked.append((account.account_id, ref.value))
        return PersonKnown(PersonRef((ref,), "Marli Prado", "marli.prado"))

    monkeypatch.setattr(InstagramAdapter, "person_named", named)
    with django_capture_on_commit_callbacks(execute=True):
        talk = writes()
        writes("m_2", "Tem alguém?")
    assert [args[1] for name, args in bells if name == NAME] == [str(talk.pk)]
    name_learn(conversation=talk)
    contact = Contact.unscoped.get()
    assert (contact.name, ContactIdentity.unscoped.get().username) == ("Marli Prado", "marli.prado")
    name_learn(conversation=fresh(talk))
    assert asked == [(ACCOUNT, PERSON)]


def test_a_picture_is_copied_and_asked_for_again_after_a_month(
    direct, monkeypatch, settings, tmp_path, bells, django_capture_on_commit_callbacks
):
    own = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "default": own}
    asked: list[str] = []
    face = b"\xff\xd8\xff\xe0" + b"x" * 500

    def named(self: Any, account: Any, ref: Any) -> PersonKnown:
        asked.append(ref.value)
        return PersonKnown(PersonRef((ref,), "Marli"), f"https://x.fbsbx.com/{len(asked)}")

    def chunks(self: Any, account: Any, info: Any, limit: int) -> Any:
        if info.url.endswith("3"):
            raise SendError("midia_expirada", "x")
        yield face if info.url.endswith("1") else b"<html>"

    monkeypatch.setattr(InstagramAdapter, "person_named", named)
    monkeypatch.setattr(InstagramAdapter, "media_chunks", chunks)
    talk = writes()
    for _again in range(2):
        name_learn(conversation=fresh(talk))
    profile = PersonProfile.unscoped.get()
    assert profile.picture.read() == face
    assert has_picture(fresh(talk))
    # Neither a page in its place nor an address that is dead takes the picture away.
    for _month in range(2):
        PersonProfile.unscoped.update(asked_at=timezone.now() - timedelta(days=31))
        name_learn(conversation=fresh(talk))
    assert len(asked) == 3
    assert PersonProfile.unscoped.get().picture.name == profile.picture.name
    Conversation.unscoped.update(last_inbound_at=timezone.now() - timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        for mid in ("m_8", "m_9"):
            writes(mid)
    assert [name for name, _args in bells].count(NAME) == 1


def test_who_only_commented_is_not_asked_about(direct, bells, django_capture_on_commit_callbacks):
    value = {"id": "1", "text": "Oi", "from": {"id": PERSON, "username": "marli"}}
    entry = {"id": ACCOUNT, "time": stamp(), "field": "comments", "value": value}
    with django_capture_on_commit_callbacks(execute=True):
        make.process({"object": "instagram", "entry": [entry]}, source="instagram")
        assert NAME not in [name for name, _args in bells]
        writes()
    assert [name for name, _args in bells].count(NAME) == 1


def test_a_name_that_staff_wrote_stays(direct, monkeypatch):
    monkeypatch.setattr(
        InstagramAdapter,
        "person_named",
        lambda self, account, ref: PersonKnown(PersonRef((ref,), "insta")),
    )
    talk = writes()
    Contact.unscoped.update(name="Dona Marli")
    name_learn(conversation=fresh(talk))
    assert Contact.unscoped.get().name == "Dona Marli"


def test_who_does_not_agree_to_be_known_stays_without_a_name(direct, monkeypatch):
    def refused(self: Any, account: Any, ref: Any) -> PersonKnown:
        raise SendError("requisicao_recusada", "x", provider="230")

    monkeypatch.setattr(InstagramAdapter, "person_named", refused)
    name_learn(conversation=writes())
    assert Contact.unscoped.get().name == ""


# --- credentials ----------------------------------------------------------------------------------


def token(channel: Channel) -> str:
    return Channel.unscoped.get(pk=channel.pk).credentials["access_token"]


def test_a_token_that_ends_is_renewed_and_the_proof_stays(direct, monkeypatch):
    monkeypatch.setattr(InstagramAdapter, "renewed", lambda self, account, ends: RENEWED)
    assert credentials_renew(direct)
    assert (token(direct), direct.credentials["access_token"]) == ("novo", "novo")
    assert Channel.unscoped.get().proven_at is not None


def test_a_token_given_meanwhile_is_not_overwritten(direct, monkeypatch):
    def renewed(self: Any, account: Any, ends: Any) -> Renewed:
        row = Channel.unscoped.get()
        row.credentials = {"access_token": "de uma pessoa"}
        row.save(update_fields=["credentials"])
        return RENEWED

    monkeypatch.setattr(InstagramAdapter, "renewed", renewed)
    assert not credentials_renew(direct)
    assert token(direct) == "de uma pessoa"


def test_a_renewal_that_is_refused_changes_nothing(direct, monkeypatch):
    def renewed(self: Any, account: Any, ends: Any) -> Renewed:
        raise SendError("requisicao_recusada", "x")

    monkeypatch.setattr(InstagramAdapter, "renewed", renewed)
    assert not credentials_renew(direct)
    assert token(direct) == "token-de-teste"


@pytest.mark.parametrize(
    ("days", "words"), [(60, ""), (9.5, "vence em 10 dias"), (0.5, "em 1 dia"), (-1, "venceu")]
)
def test_a_token_that_is_not_renewed_is_told_from_ten_days_before(direct, days, words):
    ends = timezone.now() + timedelta(days=days)
    direct.health = {**direct.health, ENDS_AT: int(ends.timestamp())}
    direct.save(update_fields=["health"])
    told = [str(one) for one in warnings_of(direct) if "token" in str(one)]
    assert (words in told[0]) if words else not told
    for _day in range(2):
        ending_tell(direct)
    assert ChannelNotice.unscoped.filter(code="token.ends").count() == bool(words)
    # Another token's end is not known.
    channel_save(
        company=direct.company, actor=None, channel=direct, credentials={"access_token": "outro"}
    )
    assert token_warning(Channel.unscoped.get()) == ""


def test_renewing_keeps_when_the_new_token_ends(direct, monkeypatch):
    ends = timezone.now() + timedelta(days=60)
    found = Renewed({"access_token": "novo"}, ends)
    monkeypatch.setattr(InstagramAdapter, "renewed", lambda self, account, known: found)
    assert credentials_renew(direct)
    assert token_ends_at(Channel.unscoped.get()) == ends.replace(microsecond=0)


def test_a_channel_that_was_down_subscribes_again(direct, monkeypatch):
    asked = []
    health = AccountHealth(ACCOUNT, subscription="ok")
    monkeypatch.setattr(InstagramAdapter, "validate", lambda self, account: health)
    monkeypatch.setattr(InstagramAdapter, "subscribe", lambda self, account: asked.append(1))
    channel_validate(channel=direct)
    Channel.unscoped.update(status=ChannelStatus.ERROR)
    channel_validate(channel=Channel.unscoped.get())
    assert asked == [1]


def test_the_daily_check_renews(direct, monkeypatch):
    seen = []
    monkeypatch.setattr(InstagramAdapter, "renewed", lambda self, account, ends: RENEWED)

    def validate(self: Any, account: Any) -> AccountHealth:
        seen.append(account.secrets["access_token"])
        return AccountHealth(account.account_id, subscription="ok")

    monkeypatch.setattr(InstagramAdapter, "validate", validate)
    channels_check()
    assert seen == ["novo"]


# --- other applications ---------------------------------------------------------------------------


def stands_by(mid: str, person: str = PERSON) -> Conversation:
    found = {
        "sender": {"id": person},
        "recipient": {"id": ACCOUNT},
        "timestamp": stamp(),
        "message": {"mid": mid, "text": "Oi"},
    }
    make.process(body(found, box="standby"), source="instagram")
    return Message.unscoped.get(external_id=mid).conversation


def test_what_another_application_answers_is_shown_and_not_answered_until_taken(
    direct, ana, sent, monkeypatch
):
    talk = stands_by("m_1")
    assert talk.other_app == "?"
    with pytest.raises(Refused) as refused:
        answer(talk, ana)
    assert refused.value.code == "conversa_de_outro_app"
    taken = []
    monkeypatch.setattr(
        InstagramAdapter, "take_control", lambda self, account, to: taken.append(to.user_id)
    )
    control_take(conversation=fresh(talk), actor=ana)
    assert taken == [PERSON]
    assert answer(fresh(talk), ana).status == S.SENT


def test_a_message_of_ours_to_answer_ends_what_another_application_held(direct):
    talk = stands_by("m_1")
    writes("m_2")
    assert fresh(talk).other_app == ""
    comes(pass_thread_control={"new_owner_app_id": "263902037430900"})
    assert fresh(talk).other_app == "263902037430900"


def test_a_refused_take_over_says_why(direct, ana, monkeypatch):
    talk = stands_by("m_1")

    def refused(self: Any, account: Any, to: Any) -> None:
        raise SendError("permissao_negada", "não pode")

    monkeypatch.setattr(InstagramAdapter, "take_control", refused)
    with pytest.raises(DomainError, match="não pode"):
        control_take(conversation=talk, actor=ana)
    assert fresh(talk).other_app == "?"


# --- campaigns ------------------------------------------------------------------------------------


def test_the_campaign_form_says_why_these_channels_are_not_offered(direct, channel):
    with company_scope(direct.company_id):
        field = AudienceForm().fields["channel"]
        assert set(field.queryset) == {channel}
    assert "Instagram, Messenger" in str(field.help_text)
