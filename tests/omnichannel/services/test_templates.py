"""Templates: our copy by lists and by news in any order; writing them, with Meta's word between."""

from __future__ import annotations

import dataclasses
import io
from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEntry
from common.errors import Conflict, DomainError
from omnichannel.models import ChannelNotice, Template
from omnichannel.services.template_writing import (
    Sample,
    template_channel,
    template_create,
    template_delete,
    template_draft,
    template_edit,
)
from omnichannel.services.templates import template_apply, templates_sync
from providers.facts import AccountRef, TemplateUpdate
from providers.outgoing import (
    ContentRefused,
    SendError,
    TemplateDraft,
    TemplateInfo,
    TemplateVerdict,
)
from tests import make


def info(name: str, status: str = "APPROVED", **given) -> TemplateInfo:
    return TemplateInfo(external_id=name, name=name, language="pt_BR", status=status, **given)


def news(name: str = "um", *, after: float = 60, **told) -> TemplateUpdate:
    """Make news of `after` seconds from now: later than whatever was listed."""
    at = timezone.now() + timedelta(seconds=after)
    return TemplateUpdate(AccountRef("1"), "9", name, "pt_BR", at, **told)


def template() -> Template:
    return Template.unscoped.get()


# --- lists ---------------------------------------------------------------------------------------


def test_our_copy_becomes_what_meta_lists(channel, rival_channel, provider):
    provider.listed = [info("um"), info("dois")]
    templates_sync(channel=rival_channel)
    assert templates_sync(channel=channel) == 2
    provider.listed = [info("dois", "PAUSED"), info("três")]
    templates_sync(channel=channel)
    found = {row.name: row.status for row in Template.objects.for_company(channel.company)}
    assert found == {"um": "DELETED", "dois": "PAUSED", "três": "APPROVED"}
    theirs = Template.objects.for_company(rival_channel.company)
    assert {row.status for row in theirs} == {"APPROVED"}


def test_a_list_that_breaks_off_changes_nothing(channel, provider):
    provider.listed = [info("um"), info("dois")]
    templates_sync(channel=channel)

    def half(account):
        yield info("um", "PAUSED")
        raise SendError("resposta_invalida", "x", retryable=True)

    provider.templates = half
    with pytest.raises(DomainError):
        templates_sync(channel=channel)
    assert {row.status for row in Template.unscoped.all()} == {"APPROVED"}


def test_what_is_told_while_the_pages_come_is_newer_than_the_list(channel, ana, provider):
    provider.listed = [info("um", "PENDING")]
    templates_sync(channel=channel)

    def slow(account):
        yield info("um", "PENDING")
        template_apply(channel=channel, update=news(after=2, status="APPROVED"))
        template_create(channel=channel, actor=ana.user, draft=draft(name="novo"))

    provider.templates = slow
    templates_sync(channel=channel)
    found = {row.name: row.status for row in Template.unscoped.all()}
    assert found == {"um": "APPROVED", "novo": "PENDING"}


# --- news ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("APPROVED", "APPROVED"),
        ("PAUSED", "PAUSED"),
        ("FLAGGED", "APPROVED"),
        ("REINSTATED", "APPROVED"),
        ("SOMETHING_NEW", "PENDING"),
    ],
)
def test_news_of_a_template_change_only_what_they_name(channel, provider, event, status):
    provider.listed = [info("um", "REJECTED", category="UTILITY", quality="GREEN")]
    templates_sync(channel=channel)
    template_apply(channel=channel, update=news(status=event))
    assert (template().status, template().category, template().quality) == (
        status,
        "UTILITY",
        "GREEN",
    )


def test_news_of_an_unknown_template_make_it(channel):
    template_apply(channel=channel, update=news("novo", quality="RED"))
    assert (template().name, template().status, template().quality) == ("novo", "PENDING", "RED")


def test_news_that_name_only_the_id_find_the_template_and_never_make_one(channel, provider):
    provider.listed = [info("um")]
    templates_sync(channel=channel)
    nameless = dataclasses.replace(news(quality="RED"), external_id="um", name="", language="")
    template_apply(channel=channel, update=nameless)
    template_apply(channel=channel, update=dataclasses.replace(nameless, external_id="outro"))
    template_apply(channel=channel, update=dataclasses.replace(nameless, external_id=""))
    assert template().quality == "RED"


def test_in_any_order_and_twice_the_newest_news_stand(channel):
    told = [
        news(after=1, status="PENDING"),
        news(after=2, status="APPROVED", category="UTILITY"),
        news(after=3, quality="YELLOW"),
        news(after=4, status="PAUSED", reason="FIRST_PAUSE"),
        news(after=5, category="MARKETING"),
    ]
    for order in permutations(told):
        Template.unscoped.all().delete()
        for update in (*order, *order):
            template_apply(channel=channel, update=update)
        row = template()
        assert (row.status, row.quality, row.category) == ("PAUSED", "YELLOW", "MARKETING"), order
        assert row.rejected_reason == "FIRST_PAUSE"


def test_news_older_than_the_list_change_nothing(channel, provider):
    provider.listed = [info("um", "APPROVED")]
    templates_sync(channel=channel)
    template_apply(channel=channel, update=news(after=-3600, status="PAUSED", quality="RED"))
    assert (template().status, template().quality) == ("APPROVED", "")


CONTENT = (
    {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["x"]}},
    {"type": "BODY", "text": "Oi {{1}}!", "example": {"body_text": [["Ana"]]}},
    {"type": "FOOTER", "text": "Clínica"},
    {
        "type": "BUTTONS",
        "buttons": [{"type": "URL", "text": "Ver", "url": "https://a/{{1}}", "example": ["b"]}],
    },
)


def test_news_of_the_content_keep_what_they_leave_out(channel, provider):
    provider.listed = [info("um", components=CONTENT)]
    templates_sync(channel=channel)
    told = [
        {"type": "BODY", "text": "Olá {{1}}!"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver"}, {"type": "X"}]},
    ]
    template_apply(channel=channel, update=news(components=told))
    header, body, buttons = template().components
    assert header == CONTENT[0]
    assert body == {"type": "BODY", "text": "Olá {{1}}!"}
    assert buttons["buttons"] == [*CONTENT[3]["buttons"], {"type": "X"}]


def test_the_same_content_told_again_changes_nothing(channel, provider):
    provider.listed = [info("um", components=CONTENT)]
    templates_sync(channel=channel)
    told = [{"type": part["type"], "text": part["text"]} for part in CONTENT[1:3]]
    told.append({"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver"}]})
    template_apply(channel=channel, update=news(components=told))
    assert template().components == list(CONTENT)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status": "PAUSED", "reason": "FIRST_PAUSE"}, "template_status.PAUSED"),
        ({"status": "REJECTED", "reason": "SCAM"}, "template_status.REJECTED"),
        ({"status": "DISABLED"}, "template_status.DISABLED"),
        ({"reason": "FLAGGED"}, "template_status.FLAGGED"),
        ({"quality": "RED"}, "template_quality.RED"),
        ({"category": "MARKETING"}, "template_category.CHANGED"),
        ({"category": "UTILITY", "coming_category": "MARKETING"}, "template_category.COMING"),
        ({"status": "APPROVED", "quality": "GREEN", "category": "UTILITY"}, None),
    ],
)
def test_people_are_told_once_of_what_they_must_act_on(channel, provider, told, code):
    provider.listed = [info("um", category="UTILITY")]
    templates_sync(channel=channel)
    update = news(**told)
    template_apply(channel=channel, update=update)
    template_apply(channel=channel, update=update)
    codes = list(ChannelNotice.unscoped.values_list("code", flat=True))
    assert codes == ([code] if code else [])


def test_an_announced_category_is_forgotten_when_it_is_in_force(channel, provider):
    provider.listed = [info("um", category="UTILITY")]
    templates_sync(channel=channel)
    template_apply(channel=channel, update=news(coming_category="MARKETING"))
    assert template().coming_category == "MARKETING"
    template_apply(channel=channel, update=news(category="MARKETING", coming_category=""))
    assert (template().category, template().coming_category) == ("MARKETING", "")
    Template.unscoped.update(coming_category="UTILITY", heard_at={})
    templates_sync(channel=channel)
    assert template().coming_category == ""


# --- writing -------------------------------------------------------------------------------------


def draft(**changes) -> TemplateDraft:
    given = TemplateDraft(
        name="lembrete",
        language="pt_BR",
        category="UTILITY",
        body="Olá, {{1}}! Até logo.",
        examples={"1": "Ana"},
    )
    return dataclasses.replace(given, **changes)


@pytest.fixture
def made(channel, ana, provider):
    """Give a template that waits for Meta's verdict."""
    return template_create(channel=channel, actor=ana.user, draft=draft())


def sample() -> Sample:
    return Sample(io.BytesIO(b"x"), "image/png")


def test_a_template_is_handed_to_meta_and_kept_as_it_will_be_listed(made, channel, ana, provider):
    assert provider.written == [("create", draft())]
    row = template()
    assert (row.external_id, row.status, row.category) == ("77", "PENDING", "UTILITY")
    assert row.components[0]["example"] == {"body_text": [["Ana"]]}
    assert AuditEntry.unscoped.get(action="modelo.enviado").actor == ana.user
    provider.listed = [info("lembrete", category="UTILITY", components=tuple(row.components))]
    templates_sync(channel=channel)
    assert (template().pk, template().status) == (row.pk, "APPROVED")


def test_metas_own_category_is_kept(channel, ana, provider):
    provider.on_template = lambda what, given: TemplateVerdict("8", "APPROVED", "MARKETING")
    row = template_create(channel=channel, actor=ana.user, draft=draft())
    assert (row.status, row.category) == ("APPROVED", "MARKETING")


def test_a_verdict_that_overtakes_our_own_answer_stands(channel, ana, provider):
    def judged(what, given):
        update = dataclasses.replace(news("lembrete", after=1, status="REJECTED"), reason="SCAM")
        template_apply(channel=channel, update=update)
        return TemplateVerdict("77", "PENDING", "")

    provider.on_template = judged
    row = template_create(channel=channel, actor=ana.user, draft=draft())
    assert (row.status, row.rejected_reason, row.category) == ("REJECTED", "SCAM", "UTILITY")


def test_a_name_that_is_taken_calls_nobody(made, channel, ana, provider):
    with pytest.raises(Conflict) as refused:
        template_create(channel=channel, actor=ana.user, draft=draft(body="Outro"))
    assert "name" in refused.value.fields and len(provider.written) == 1
    template_create(channel=channel, actor=ana.user, draft=draft(language="en"))
    Template.unscoped.filter(language="pt_BR").update(status="DELETED")
    template_create(channel=channel, actor=ana.user, draft=draft())
    assert Template.unscoped.count() == 2


def test_a_rivals_template_of_the_same_name_is_in_nobodys_way(made, rival_channel, rui):
    template_create(channel=rival_channel, actor=rui.user, draft=draft())
    assert Template.unscoped.count() == 2


def test_what_meta_refuses_leaves_nothing_and_says_metas_words(channel, ana, provider):
    def no(what, given):
        raise SendError("modelo_longo", "Encurte.", provider="100", said="Message too long")

    provider.on_template = no
    with pytest.raises(DomainError) as refused:
        template_create(channel=channel, actor=ana.user, draft=draft())
    assert refused.value.code == "modelo_longo"
    assert str(refused.value) == "Encurte. O provedor disse: Message too long"
    assert not Template.unscoped.exists()


def test_when_nobody_answers_one_is_told_to_look_first(channel, ana, provider):
    def silence(what, given):
        raise SendError("sem_conexao", "Vamos tentar de novo.", retryable=True)

    provider.on_template = silence
    with pytest.raises(DomainError, match="Sincronize"):
        template_create(channel=channel, actor=ana.user, draft=draft())


def test_a_sample_is_uploaded_after_the_rest_was_found_good(channel, ana, provider):
    picture = draft(header="IMAGE")
    with pytest.raises(ContentRefused) as refused:
        template_create(channel=channel, actor=ana.user, draft=picture)
    assert set(refused.value.fields) == {"header_file"}
    bad = dataclasses.replace(picture, body="")
    with pytest.raises(ContentRefused):
        template_create(channel=channel, actor=ana.user, draft=bad, sample=sample())
    assert provider.written == []
    row = template_create(channel=channel, actor=ana.user, draft=picture, sample=sample())
    assert [what for what, _given in provider.written] == ["sample", "create"]
    assert row.components[0]["example"] == {"header_handle": ["4::alça"]}


def test_a_sample_that_is_refused_is_named_beside_its_input(channel, ana, provider):
    def no(what, given):
        raise SendError("midia_recusada", "Não é imagem.")

    provider.on_template = no
    with pytest.raises(DomainError) as refused:
        template_create(
            channel=channel, actor=ana.user, draft=draft(header="IMAGE"), sample=sample()
        )
    assert "header_file" in refused.value.fields


def edit(row: Template, channel, ana, **changes) -> Template:
    given = {"draft": draft(body="Oi, {{1}}! Tudo bem?"), **changes}
    return template_edit(template=row, channel=channel, actor=ana.user, **given)


def test_an_edit_goes_to_review_again_under_the_same_name(made, channel, ana, provider):
    template_apply(channel=channel, update=news("lembrete", after=1, status="REJECTED"))
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        row = edit(template(), channel, ana, draft=draft(name="outro", body="Oi, {{1}}! Bem?"))
    assert (row.name, row.status, row.rejected_reason) == ("lembrete", "PENDING", "")
    assert row.components[0]["text"] == "Oi, {{1}}! Bem?"
    assert provider.written[-1][1].name == "lembrete"


@pytest.mark.parametrize("status", ["PENDING", "DISABLED", "DELETED", "IN_APPEAL"])
def test_what_is_in_review_or_gone_is_not_edited(made, channel, ana, provider, status):
    Template.unscoped.update(status=status)
    with pytest.raises(Conflict):
        edit(template(), channel, ana)
    assert len(provider.written) == 1


def test_an_approved_one_is_edited_once_a_day_and_keeps_its_category(made, channel, ana, provider):
    Template.unscoped.update(status="APPROVED")
    with pytest.raises(Conflict, match="24 horas"):
        edit(template(), channel, ana)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        with pytest.raises(Conflict) as refused:
            edit(template(), channel, ana, draft=draft(category="MARKETING"))
        assert "category" in refused.value.fields
        assert edit(template(), channel, ana).status == "PENDING"


def test_deleting_asks_meta_and_keeps_our_copy_marked(made, channel, ana, provider):
    template_delete(template=made, channel=channel, actor=ana.user)
    assert provider.written[-1] == ("delete", ("lembrete", "77"))
    assert template().status == "DELETED"

    def no(what, given):
        raise SendError("modelo_nao_encontrado", "Sumiu.")

    provider.on_template = no
    Template.unscoped.update(status="APPROVED")
    with pytest.raises(DomainError):
        template_delete(template=made, channel=channel, actor=ana.user)
    assert template().status == "APPROVED"


def test_a_kept_template_comes_back_as_the_draft_it_was(made):
    assert template_draft(made) == draft()


def test_meta_is_asked_by_a_working_channel_of_the_same_account(made, channel, clinic):
    make.channel(clinic, account_id="1", name="Ruim", status="erro")
    assert template_channel(made) == channel
    with pytest.raises(DomainError):
        template_channel(Template(company=clinic, waba_id="outra"))
