"""Templates, health, profile and receipts of reading, over the Graph API."""

import json
from abc import ABC

import pytest
from werkzeug import Request, Response

from providers import (
    authorising,
    base,
    comparing,
    enclosing,
    letters,
    opening,
    pulled,
    site,
    threads,
)
from providers.base import Adapter
from providers.choices import ChannelKind, MessageKind
from providers.facts import ProviderFault
from providers.outgoing import ContentRefused, Destination, SendError, SendResult
from providers.policy import Policy
from providers.registry import (
    ADAPTERS,
    LACKING,
    KindWithoutAdapter,
    adapter_for,
    face_of,
    has_face,
    kinds_with,
    policy_of,
)
from providers.whatsapp.adapter import WhatsAppAdapter
from tests.providers.conftest import TOKEN

adapter = WhatsAppAdapter()
TEMPLATES = "/v26.0/102290129340398/message_templates"
NUMBER = "/v26.0/106540352242922"
PROFILE = f"{NUMBER}/whatsapp_business_profile"


def test_the_registry_gives_the_adapter_of_a_kind():
    assert isinstance(adapter_for(ChannelKind.WHATSAPP), WhatsAppAdapter)
    assert adapter_for("whatsapp").kind == "whatsapp"


def test_a_kind_without_adapter_is_a_clear_refusal():
    with pytest.raises(KindWithoutAdapter) as refused:
        adapter_for("pombo")
    assert refused.value.code == "canal_sem_adaptador"


def test_whatsapp_carries_what_it_carries():
    policy = adapter.policy
    assert MessageKind.TEMPLATE in policy.kinds
    assert MessageKind.SYSTEM not in policy.kinds
    assert policy.window is not None and policy.window.hours == 24


def test_what_a_kind_does_not_declare_it_does_not_have():
    closed = policy_of("pombo")
    assert closed == Policy()
    assert (closed.kinds, closed.window, closed.is_always_open) == (frozenset(), None, False)
    assert (closed.text_limit, closed.files) == (0, {})


class Bare(Adapter):
    """A kind that reads and sends, and nothing else."""

    kind = "pombo"
    policy = Policy()

    def parse(self, payload, *, received_at=None):
        return iter(())

    def check(self, message):
        """Take everything."""

    def send(self, account, message):
        return SendResult("1")


@pytest.mark.parametrize("face", list(LACKING))
def test_a_face_that_a_kind_lacks_is_refused_in_a_sentence(monkeypatch, face):
    monkeypatch.setitem(ADAPTERS, "pombo", Bare())
    assert not has_face("pombo", face)
    with pytest.raises(ContentRefused) as refused:
        face_of("pombo", face)
    assert str(refused.value.detail).startswith("Este canal não")
    for kind in kinds_with(face):
        assert face_of(kind, face) is adapter_for(kind)


def test_every_face_has_its_sentence():
    faces = {
        one
        for module in (
            *(authorising, base, comparing, enclosing, letters, opening, pulled, site, threads),
        )
        for one in vars(module).values()
        if getattr(one, "__module__", "") == module.__name__
        and isinstance(one, type)
        and issubclass(one, ABC)
    }
    asked = {one for one in faces if not issubclass(one, base.Reader | base.Sender)}
    # Asked only of kinds that have them: a door's, and what nobody misses who has it not.
    unmissed = {base.Door, base.Keyed, base.Wording, base.BulkSender}
    unmissed |= {threads.Names, threads.Renewal, site.Hosted, pulled.Pulled, pulled.Source}
    assert asked - unmissed == set(LACKING)


def test_an_unknown_fault_is_told_in_the_words_of_its_provider():
    assert Bare().fault_words(ProviderFault("1", "t", "d")) == ("erro_do_provedor", "d")


@pytest.mark.parametrize("typing", [False, True])
def test_reading_is_told_with_typing_if_asked(httpserver, account, typing):
    httpserver.expect_request(f"{NUMBER}/messages").respond_with_json({"success": True})
    adapter.mark_read(account, "wamid.1", to=Destination(), typing=typing)
    ((request, _response),) = httpserver.log
    assert ("typing_indicator" in json.loads(request.get_data())) is typing


# --- templates ------------------------------------------------------------------------------------


def pages(httpserver, *answers):
    """Serve one answer for each cursor: the first without, then c1, c2 ..."""

    def handler(request: Request) -> Response:
        number = int((request.args.get("after") or "c0").removeprefix("c"))
        return Response(json.dumps(answers[number]))

    httpserver.expect_request(TEMPLATES).respond_with_handler(handler)


def page(*rows, after, is_last=False):
    paging = {"cursors": {"before": "b", "after": after}}
    if not is_last:
        paging["next"] = f"https://evil.invalid/?access_token={TOKEN}&after=wrong"
    return {"data": list(rows), "paging": paging}


def row(name, **members):
    return {"id": "1", "name": name, "language": "pt_BR", "status": "APPROVED", **members}


def test_templates_of_all_pages_are_listed_until_next_is_absent(httpserver, account):
    pages(
        httpserver,
        page(row("a"), row("b"), after="c1"),
        page(after="c2"),
        page(row("c"), after="c3", is_last=True),
    )
    assert [one.name for one in adapter.templates(account)] == ["a", "b", "c"]
    assert [request.args.get("after") for request, _response in httpserver.log] == [
        None,
        "c1",
        "c2",
    ]
    assert all(request.args["limit"] == "100" for request, _response in httpserver.log)


def test_a_template_is_read_with_all_its_parts(httpserver, account):
    raw = row(
        "aviso",
        id=1387372356726668,
        category="UTILITY",
        parameter_format="NAMED",
        components=[{"type": "BODY", "text": "Oi {{nome}}"}, 7],
        quality_score={"score": "GREEN", "date": 1},
        rejected_reason="NONE",
    )
    pages(httpserver, page(raw, after="c1", is_last=True))
    (found,) = adapter.templates(account)
    assert (found.external_id, found.category, found.parameter_format) == (
        "1387372356726668",
        "UTILITY",
        "NAMED",
    )
    assert found.components == ({"type": "BODY", "text": "Oi {{nome}}"},)
    assert (found.quality, found.rejected_reason) == ("GREEN", "")


@pytest.mark.parametrize("rows", [None, 3, [None], [{}], [{"name": "x"}], ["x"]])
def test_rows_that_are_no_templates_are_left_out(httpserver, account, rows):
    httpserver.expect_request(TEMPLATES).respond_with_json({"data": rows})
    assert list(adapter.templates(account)) == []


def test_pages_that_go_in_a_circle_are_no_answer(httpserver, account):
    httpserver.expect_request(TEMPLATES).respond_with_json(page(row("a"), after="c1"))
    with pytest.raises(SendError) as error:
        list(adapter.templates(account))
    assert error.value.code == "resposta_invalida"
    assert len(httpserver.log) == 2


def test_a_further_page_without_cursor_is_no_answer(httpserver, account):
    httpserver.expect_request(TEMPLATES).respond_with_json({"data": [], "paging": {"next": "x"}})
    with pytest.raises(SendError):
        list(adapter.templates(account))


# --- profile --------------------------------------------------------------------------------------


def test_the_profile_is_read(httpserver, account):
    answer = {"data": [{"about": "Oi", "websites": ["https://x"], "messaging_product": "whatsapp"}]}
    httpserver.expect_request(PROFILE, method="GET").respond_with_json(answer)
    assert adapter.profile(account) == {"about": "Oi", "websites": ["https://x"]}


def test_the_profile_is_changed_and_read_again(httpserver, account):
    httpserver.expect_request(PROFILE, method="POST").respond_with_json({"success": True})
    httpserver.expect_request(PROFILE, method="GET").respond_with_json(
        {"data": [{"about": "Novo"}]}
    )
    assert adapter.profile_update(account, {"about": "Novo"}) == {"about": "Novo"}
    request, _response = httpserver.log[0]
    assert json.loads(request.get_data()) == {"messaging_product": "whatsapp", "about": "Novo"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"about": "x" * 140}, "about"),
        ({"address": "x" * 257}, "address"),
        ({"description": "x" * 513}, "description"),
        ({"email": "x" * 129}, "email"),
        ({"about": 7}, "about"),
        ({"websites": ["https://a", "https://b", "https://c"]}, "websites"),
        ({"websites": ["javascript:x"]}, "websites"),
        ({"websites": "https://a"}, "websites"),
        ({"profile_picture_url": "x"}, "profile_picture_url"),
        ({"access_token": "x"}, "access_token"),
    ],
)
def test_a_profile_that_whatsapp_would_refuse_is_refused(httpserver, account, changes, field):
    with pytest.raises(ContentRefused) as refused:
        adapter.profile_update(account, changes)
    assert list(refused.value.fields) == [field]
    assert httpserver.log == []
