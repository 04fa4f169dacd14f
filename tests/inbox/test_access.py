"""Who may open what: strangers, other companies, and attendants who see only their own."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import Company, Membership, User
from common.scoping import company_scope
from omnichannel.models import Attachment, Conversation, Message
from omnichannel.services.conversations import conversation_take
from tests import make

Enter = Callable[[Membership], Client]
# The picture of a letter is for whoever has an address that nobody guesses.
OPEN_TO_ALL = {"login", "logout", "letter-picture"} | {
    # A link from a mail opens these.
    *("reset", "reset-new", "reset-link", "join", "join-link", "code"),
}
WITHOUT_AN_OBJECT = {"home", "list", "next", "presence", "board", "campaigns", "campaign-new"} | {
    "password",
    *("two-factor", "account", "sessions-end", "switch"),
    "invitations",
    "start",
    "acts",
    "matching",
    "narrow",
    *("directory", "directory-export", "palette"),
    *("own-drafts", "replies", "reply-new"),
    *("reports", "report-tickets", "wall", "preferences", "push"),
    "flows",
    "macros",
    "followed",
    "rules",
    "endings",
    "rule-new",
    "macro-new",
    "agenda",
    "view-save",
}
POSTS = {
    *("list", "take", "release", "close", "reopen", "read", "retry", "attach", "file-retry"),
    "file-transcribe",
    *("measure", "answers", "draft", "rewrite", "read-talk", "reading"),
    "control",
    *(
        "return-to-bot",
        "pause-bot",
        "wake",
        "matching",
        "unread",
        "next",
        "board-ticket",
        "reveal",
        "about",
        "block-visitor",
        "dependent-add",
        "dependent-drop",
        "suggestion-confirm",
        "suggestion-refuse",
        "merge-undo",
        "elsewhere",
        "continue",
    ),
    "invitation",
    *("sessions-end", "switch"),
    "push",
    "letter-forwarded",
    *("flow-publish", "flow-switch", "flow-play"),
    *("react", "star", "forward", "forward-places", "reply-use"),
    *("reply-delete", "schedule", "schedule-cancel", "mentions-seen"),
    *("pin", "view-save", "view-drop"),
    "macro-delete",
    "participant-remove",
    "rule-delete",
    "rule-switch",
    *("appointment", "talk-appointment", "book"),
}
LETTERS = ("letter", "letter-rest", "letter-frame", "letter-raw", "letter-forwarded")
PARTS = sorted(
    {str(name) for name in get_resolver("inbox.urls").reverse_dict if isinstance(name, str)}
)
# Whose address names a row beside the conversation.
OF_TWO = {
    *("dependent-drop", "suggestion-confirm", "suggestion-refuse", "merge-undo"),
    *("reply-use", "schedule-cancel", "macro-run"),
    "talk-appointment",
}
OF_A_MESSAGE = ("retry", "react", "star", "forward", "forward-places", *LETTERS)
OF_AN_OBJECT = [name for name in PARTS if name not in OPEN_TO_ALL | WITHOUT_AN_OBJECT]
# Board and campaigns are the managers': attendants are told so whatever they name.
OF_A_COLLEAGUE = [
    name
    for name in OF_AN_OBJECT
    if name != "board-ticket" and not name.startswith(("campaign", "rule"))
]


def address(name: str, conversation: Conversation, message: Message, attachment: Attachment) -> str:
    ids = {
        **{name: [message.pk] for name in OF_A_MESSAGE},
        "file": [attachment.pk],
        "file-retry": [attachment.pk],
        "file-transcribe": [attachment.pk],
        **{key: [conversation.pk, conversation.contact_id] for key in OF_TWO},
    }
    if name in WITHOUT_AN_OBJECT | OPEN_TO_ALL:
        return reverse(f"inbox:{name}")
    return reverse(f"inbox:{name}", args=ids.get(name, [conversation.pk]))


@pytest.fixture
def message(conversation: Conversation) -> Message:
    with company_scope(conversation.company_id):
        return Message.objects.get(conversation=conversation)


@pytest.fixture
def attachment(conversation: Conversation) -> Attachment:
    return Attachment.unscoped.create(
        company_id=conversation.company_id, conversation=conversation, kind="documento"
    )


@pytest.mark.parametrize("name", [name for name in PARTS if name not in OPEN_TO_ALL])
def test_a_stranger_is_sent_to_the_login(
    client: Client,
    name: str,
    conversation: Conversation,
    message: Message,
    attachment: Attachment,
):
    where = address(name, conversation, message, attachment)
    answer = client.post(where) if name in POSTS else client.get(where)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("inbox:login"))


def test_a_script_of_a_stranger_gets_401_and_no_page(client: Client):
    answer = client.get(reverse("inbox:home"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("name", OF_AN_OBJECT)
def test_another_companys_object_looks_exactly_like_a_missing_one(
    enter: Enter,
    rui: Membership,
    name: str,
    conversation: Conversation,
    message: Message,
    attachment: Attachment,
):
    client = enter(rui)
    theirs = address(name, conversation, message, attachment)
    ids = [uuid4(), uuid4()] if name in OF_TWO else [uuid4()]
    nobodys = reverse(f"inbox:{name}", args=ids)
    ask = client.post if name in POSTS else client.get
    foreign, missing = ask(theirs, {"client_id": "a"}), ask(nobodys, {"client_id": "a"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


@pytest.mark.parametrize("name", OF_A_COLLEAGUE)
def test_an_attendant_who_sees_only_their_own_gets_404_for_a_colleagues(
    enter: Enter,
    clinic: Company,
    beto: Membership,
    carla: Membership,
    name: str,
    conversation: Conversation,
    message: Message,
    attachment: Attachment,
):
    conversation_take(conversation=conversation, attendant=carla)
    clinic.attendants_see_all = False
    clinic.save()
    client = enter(beto)
    where = address(name, conversation, message, attachment)
    answer = client.post(where) if name in POSTS else client.get(where)
    assert answer.status_code == 404


def test_sending_into_another_companys_conversation_is_404(
    enter: Enter, rui: Membership, conversation: Conversation
):
    where = reverse("inbox:messages", args=[conversation.pk])
    answer = enter(rui).post(where, {"texto": "oi", "client_id": "a"})
    assert answer.status_code == 404
    assert Message.unscoped.filter(text="oi").count() == 0


@pytest.mark.parametrize("name", ["home", "conversation"])
def test_pages_are_kept_by_no_cache(
    enter: Enter, beto: Membership, conversation: Conversation, name: str
):
    args = [conversation.pk] if name == "conversation" else []
    answer = enter(beto).get(reverse(f"inbox:{name}", args=args))
    assert "no-store" in answer["Cache-Control"]


def test_the_content_policy_allows_no_inline_script_and_no_eval(enter: Enter, beto: Membership):
    policy = enter(beto).get(reverse("inbox:home"))["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_scripts_come_from_our_files_and_not_from_what_somebody_attached(
    enter: Enter, beto: Membership
):
    client = enter(beto)
    policy = client.get(reverse("inbox:home"), headers={"host": "localhost:8000"})
    assert "script-src localhost:8000/static/;" in policy["Content-Security-Policy"] + ";"


def test_email_and_password_open_the_inbox(client: Client, beto: Membership):
    form = {"username": beto.user.email.upper(), "password": make.PASSWORD}
    answer = client.post(reverse("inbox:login"), form)
    assert answer["Location"] == reverse("inbox:home")
    assert client.get(answer["Location"]).status_code == 200


def test_a_wrong_password_is_refused_without_telling_which_part_was_wrong(
    client: Client, beto: Membership
):
    refusals = [
        client.post(reverse("inbox:login"), {"username": email, "password": "errada-mesmo"})
        for email in (beto.user.email, "ninguem@clinica.example")
    ]
    assert all(answer.status_code == 200 for answer in refusals)
    assert all("E-mail ou senha não conferem" in answer.content.decode() for answer in refusals)


def test_a_login_without_a_clinic_is_told_so_and_not_sent_in_circles(client: Client, db: None):
    user = User.objects.create_user("sozinho@example.com", make.PASSWORD, name="Só")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("inbox:home"))
    assert answer.status_code == 403
    assert "nenhuma clínica" in answer.content.decode()


def test_after_ten_wrong_passwords_a_page_says_to_wait(client: Client, beto: Membership):
    form = {"username": beto.user.email, "password": "errada-mesmo"}
    for _ in range(10):
        answer = client.post(reverse("inbox:login"), form)
    assert answer.status_code == 429
    assert "bloqueada por até 15 minutos" in answer.content.decode()
    form["password"] = make.PASSWORD
    assert client.post(reverse("inbox:login"), form).status_code == 429
