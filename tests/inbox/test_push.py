"""What browsers are told with the tab closed: only what is one's own, wanted and news, sealed, and
without anybody's name. The push service is one of the tests' own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, PushDevice, User
from accounts.services.passwords import password_change
from accounts.services.preferences import preferences_change
from config.envfile import vapid_key
from inbox import tasks
from inbox.push import hearing
from omnichannel.models import Channel, Conversation
from omnichannel.services.assigning import conversation_assign
from omnichannel.services.conversations import conversation_take
from omnichannel.services.outbound import note_add
from providers import push
from tests import make
from tests.browsers import Subscriber
from tests.queues.conftest import make_queue

Enter = Callable[[Membership], Client]
TEXT = "Meu exame de sangue deu alterado"


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = vapid_key(), "mailto:a@clinica.example"
    hearing.forget()
    cache.clear()


@pytest.fixture
def browser(httpserver: Any, settings: Any) -> Subscriber:
    """Give a browser whose push service stands on the loopback."""
    settings.MEDIA_EXTRA_HOSTS = [f"{httpserver.host}:{httpserver.port}"]
    httpserver.expect_request("/one", method="POST").respond_with_data("", status=201)
    return Subscriber(httpserver.url_for("/one"))


@pytest.fixture
def work(bells: list[Any], django_capture_on_commit_callbacks: Any) -> Callable[..., None]:
    """Give a worker: does something, then what was rung for, as often as told."""

    def run(act: Callable[[], Any] = lambda: None, rounds: int = 1) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            act()
        for _round in range(rounds):
            rung = [one for one in bells if one[0].startswith("inbox.")]
            bells.clear()
            for name, args in rung:
                getattr(tasks, name.rpartition(".")[2])(*args)

    return run


@pytest.fixture
def held(conversation: Conversation, beto: Membership) -> Conversation:
    return conversation_take(conversation=conversation, attendant=beto)


def subscribe(client: Client, browser: Subscriber, **more: str) -> int:
    answer = client.post(reverse("inbox:push"), {**browser.form(), **more})
    return int(answer.status_code)


def came(httpserver: Any, browser: Subscriber) -> list[dict[str, Any]]:
    return [json.loads(browser.opened(asked.get_data())) for asked, _answer in httpserver.log]


def test_a_message_of_mine_reaches_my_browser_sealed_signed_and_without_a_name(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    assert subscribe(enter(beto), browser) == 204
    work(lambda: make.inbound(channel, text=TEXT))
    ((asked, _answer),) = httpserver.log
    body = asked.get_data()
    assert b"Joana" not in body and b"exame" not in body
    told = json.loads(browser.opened(body))
    words = json.dumps(told, ensure_ascii=False)
    assert told["notification"]["title"] == "Nova mensagem"
    assert told["notification"]["body"] == channel.name
    assert told["notification"]["navigate"].endswith(f"/atendimento/conversas/{held.pk}/")
    assert "Joana" not in words and "exame" not in words and make.PHONE not in words
    assert told["web_push"] == 8030 and told["app_badge"] == 1
    assert asked.headers["Topic"] == held.pk.hex
    assert (asked.headers["TTL"], asked.headers["Urgency"]) == ("3600", "high")
    token = asked.headers["Authorization"].split("t=")[1].split(",")[0]
    point = push.decoded(push.public_key())
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    origin = httpserver.url_for("").rstrip("/")
    assert jwt.decode(token, key, ["ES256"], audience=origin)["sub"].startswith("mailto:")


def test_what_is_a_colleagues_reaches_nobody_else(
    enter: Enter,
    carla: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    subscribe(enter(carla), browser)
    work(lambda: make.inbound(channel, text=TEXT))
    assert httpserver.log == []


@pytest.mark.parametrize(
    "values",
    [{"notify_mine": False}, {"quiet_from": "00:00", "quiet_until": "23:59"}],
    ids=["unwanted", "silence"],
)
def test_nothing_is_told_against_a_persons_wish(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
    values: dict[str, Any],
):
    subscribe(enter(beto), browser)
    preferences_change(membership=beto, values=values)
    work(lambda: make.inbound(channel, text=TEXT))
    assert httpserver.log == []


def test_what_was_read_meanwhile_is_no_news_and_many_at_once_are_one_notice(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    subscribe(enter(beto), browser)

    def read() -> None:
        make.inbound(channel, text=TEXT)
        Conversation.unscoped.filter(pk=held.pk).update(unread_count=0)

    work(read)
    assert httpserver.log == []
    for number in range(3):
        work(lambda number=number: make.inbound(channel, text=f"{number}"))
    assert len(httpserver.log) == 1


def test_what_was_passed_to_me_and_notes_that_name_me_are_told(
    enter: Enter,
    ana: Membership,
    beto: Membership,
    conversation: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    subscribe(enter(beto), browser)
    User.objects.filter(pk=beto.user_id).update(language="en")
    work(lambda: note_add(conversation=conversation, author=ana, text=f"@{beto.user.name} veja"))
    work(lambda: conversation_assign(conversation=conversation, attendant=beto, actor=ana))
    titles = [one["notification"]["title"] for one in came(httpserver, browser)]
    assert titles == ["You were mentioned in a note", "A ticket was passed to you"]


def test_who_serves_a_queue_is_told_by_choice(
    enter: Enter,
    beto: Membership,
    carla: Membership,
    clinic: Any,
    channel: Channel,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    queue = make_queue(clinic, beto)
    subscribe(enter(beto), browser)
    work(lambda: make.inbound(channel, text=TEXT))
    assert httpserver.log == []
    preferences_change(membership=beto, values={"notify_queue": True})
    other = make.person("5511970000001", "Rita Melo")
    work(lambda: make.inbound(channel, text=TEXT, person=other))
    (told,) = came(httpserver, browser)
    assert told["notification"]["title"] == "Alguém espera na fila"
    assert told["notification"]["body"] == queue.name


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_its_service_knows_no_more_is_forgotten(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
    status: int,
):
    subscribe(enter(beto), browser)
    httpserver.clear()
    httpserver.expect_request("/one").respond_with_data("", status=status)
    work(lambda: make.inbound(channel, text=TEXT))
    assert len(httpserver.log) == 1
    assert not PushDevice.unscoped.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_tried_again_so_often_and_no_more(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
    status: int,
):
    subscribe(enter(beto), browser)
    httpserver.clear()
    httpserver.expect_request("/one").respond_with_data("", status=status)
    work(lambda: make.inbound(channel, text=TEXT), rounds=9)
    assert len(httpserver.log) == 4
    assert PushDevice.unscoped.exists()


def test_a_redirect_is_not_followed(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    subscribe(enter(beto), browser)
    httpserver.clear()
    answer = {"Location": httpserver.url_for("/inside")}
    httpserver.expect_request("/one").respond_with_data("", status=307, headers=answer)
    work(lambda: make.inbound(channel, text=TEXT), rounds=3)
    assert [asked.path for asked, _answer in httpserver.log] == ["/one"]


def test_logging_out_ends_it_and_so_does_another_password(
    enter: Enter,
    beto: Membership,
    channel: Channel,
    held: Conversation,
    httpserver: Any,
    browser: Any,
    work: Any,
):
    client = enter(beto)
    subscribe(client, browser)
    client.post(reverse("inbox:logout"))
    assert not PushDevice.unscoped.exists()
    subscribe(enter(beto), browser)
    password_change(user=User.objects.get(pk=beto.user_id), password="uma-outra-senha-9")
    hearing.forget()
    work(lambda: make.inbound(channel, text=TEXT))
    assert httpserver.log == [] and not PushDevice.unscoped.exists()


def test_a_browser_is_whose_it_was_last_and_can_be_given_up(
    enter: Enter, beto: Membership, rui: Membership, browser: Any
):
    subscribe(enter(beto), browser)
    other = enter(rui)
    subscribe(other, browser)
    assert PushDevice.unscoped.get().membership_id == rui.pk
    # Not theirs any more: nothing to give up.
    subscribe(enter(beto), browser, acao="remover")
    assert PushDevice.unscoped.count() == 1
    subscribe(other, browser, acao="remover")
    assert not PushDevice.unscoped.exists()


def test_a_person_has_so_many_browsers_and_no_more(enter: Enter, beto: Membership, browser: Any):
    client = enter(beto)
    for number in range(12):
        one = Subscriber(f"{browser.target.endpoint}/{number}")
        assert subscribe(client, one) == 204
    assert PushDevice.unscoped.count() == 10


@pytest.mark.parametrize(
    "form",
    [
        {"endpoint": "http://10.0.0.1/x"},
        {"endpoint": "https://evil.example/x"},
        {"endpoint": "https://fcm.googleapis.com/" + "x" * 1000},
        {"p256dh": "AAAA"},
        {"auth": ""},
        {"endpoint": ""},
    ],
)
def test_what_is_no_subscription_is_refused(enter: Enter, beto: Membership, form: dict[str, str]):
    assert subscribe(enter(beto), Subscriber(), **form) == 400
    assert not PushDevice.unscoped.exists()


def test_without_a_key_nobody_can_subscribe(enter: Enter, beto: Membership, settings: Any):
    settings.VAPID_PRIVATE_KEY = ""
    client = enter(beto)
    assert subscribe(client, Subscriber()) == 400
    assert 'name="push"' not in client.get(reverse("inbox:home")).content.decode()


def test_the_workers_script_is_looked_for_each_time_and_the_page_may_start_it(
    client: Client, enter: Enter, beto: Membership
):
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    page = enter(beto).get(reverse("inbox:home"), headers={"Host": "testserver"})
    assert "worker-src testserver/sw.js" in page["Content-Security-Policy"]
    assert configured.BASE_DIR.joinpath("static/inbox/js/worker.js").read_bytes() == answer.content
