"""Whose rows a query means."""

from __future__ import annotations

import threading

import pytest
from django.apps import apps

from common.scoping import (
    CompanyOwned,
    CompanyScopeMissing,
    company_scope,
    current_company_id,
    every_company,
)
from contacts.models import Contact
from omnichannel.models import Attachment, Conversation, Message
from tests import make

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, CompanyOwned)]


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_a_query_without_a_scope_raises(model):
    with pytest.raises(CompanyScopeMissing):
        model.objects.all()


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_a_row_never_lacks_its_company(model):
    assert model._meta.get_field("company").null is False


def test_a_scope_means_one_companys_rows(channel, rival_channel):
    make.inbound(channel, text="da clínica")
    make.inbound(rival_channel, text="da rival")
    with company_scope(channel.company):
        assert [row.text for row in Message.objects.all()] == ["da clínica"]
    with company_scope(rival_channel.company_id):
        assert [row.text for row in Message.objects.all()] == ["da rival"]


def test_a_scope_ends_with_its_block_even_when_it_fails(clinic):
    with pytest.raises(ValueError), company_scope(clinic):
        raise ValueError
    with pytest.raises(CompanyScopeMissing):
        current_company_id()


def test_an_inner_scope_gives_the_outer_one_back(clinic, rival):
    with company_scope(clinic):
        with company_scope(rival):
            assert current_company_id() == rival.pk
        assert current_company_id() == clinic.pk


def test_another_thread_has_no_scope(clinic):
    seen = []

    def look():
        try:
            seen.append(current_company_id())
        except CompanyScopeMissing:
            seen.append("none")

    with company_scope(clinic):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["none"]


def test_for_company_needs_no_scope_and_ignores_an_open_one(channel, rival):
    make.inbound(channel)
    with company_scope(rival):
        assert Contact.objects.for_company(channel.company).count() == 1
    assert Contact.objects.for_company(channel.company_id).count() == 1
    assert Contact.objects.for_company(rival).count() == 0


def test_for_company_after_every_company_is_still_one_company(channel, rival_channel):
    make.inbound(channel)
    make.inbound(rival_channel)
    with every_company():
        assert Contact.objects.count() == 2
        assert Contact.objects.for_company(channel.company).count() == 1


def test_for_company_of_a_related_manager_keeps_to_its_object(channel):
    """`message.attachments.for_company()` must not mean every attachment of the company."""
    first = make.inbound(channel, media=(make.media_ref("1"),))
    second = make.inbound(channel, media=(make.media_ref("2"),))
    found = second.attachments.for_company(channel.company_id)
    assert [row.provider_media_id for row in found] == ["2"]
    assert [row.pk for row in first.attachments.for_company(channel.company)] != [
        row.pk for row in found
    ]
    assert Attachment.objects.for_company(channel.company).count() == 2


def test_a_related_manager_without_a_scope_raises(conversation):
    with pytest.raises(CompanyScopeMissing):
        conversation.messages.all()


def test_a_foreign_id_finds_nothing_inside_a_scope(conversation, rival):
    with company_scope(rival):
        assert Conversation.objects.filter(pk=conversation.pk).first() is None
