"""Campaigns by a kind that writes letters: a subject, and a way out by one click."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from campaigns.dispatch import send_slice
from campaigns.models import CampaignVariant
from campaigns.services import campaigns as life
from campaigns.services.campaigns import VariantDraft
from campaigns.services.leaving import leave_url
from campaigns.services.messages import TemplateUnfit, variant_check
from contacts.models import Purpose
from contacts.services.consent import consent_state
from contacts.services.contacts import contact_save
from tests import make
from tests.postmaster import post

__all__ = ["post"]
pytestmark = pytest.mark.django_db(transaction=True)
ABOUT = {"subject": "{primeiro_nome|Olá}, sua consulta"}


@pytest.fixture
def people(ana: Any) -> list[Any]:
    found = []
    for name, email in (("Rita Souza", "rita@exemplo.example"), ("Davi", "davi@exemplo.example")):
        found.append(contact_save(actor=ana, name=name, email=email, marketing_opt_in=True))
    return found


def test_a_campaign_of_letters_and_the_way_out_of_it(
    bells: Any, clinic: Any, ana: Any, people: Any, ready: Any, post: Any, client: Client
):
    master, account = post(has_login=True)
    box = make.mail_channel(clinic, **account.settings)
    contact_save(actor=ana, name="Sem E-mail", phone="+5541999990000", marketing_opt_in=True)
    row = ready(channel=box, variants=[VariantDraft(None, "Olá, {nome}!", ABOUT)])
    life.campaign_start(campaign=row, actor=ana)
    send_slice(5)
    mails = {
        one.rcpt_tos[0]: message_from_bytes(one.content, policy=policy.default)
        for one in master.taken
    }
    assert {to: mail["Subject"] for to, mail in mails.items()} == {
        "rita@exemplo.example": "Rita, sua consulta",
        "davi@exemplo.example": "Davi, sua consulta",
    }
    mail = mails["rita@exemplo.example"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] is None
    url = str(mail["List-Unsubscribe"]).strip("<> \r\n")
    assert url in mail.get_body(("plain",)).get_content()
    # A program that opens every address ends nothing; one click by a mail program does.
    path = urlsplit(url).path
    stranger = Client(enforce_csrf_checks=True)
    assert "Rita" not in stranger.get(path).content.decode()
    rita, davi = people
    assert consent_state(rita, Purpose.MARKETING, "email") is True
    for _time in range(2):
        answer = stranger.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200 and "Pronto" in answer.content.decode()
    assert consent_state(rita, Purpose.MARKETING, "email") is False
    # On this kind of channel, for marketing, and nobody else.
    assert consent_state(rita, Purpose.MARKETING, "whatsapp") is True
    assert consent_state(rita, Purpose.CARE, "email") is not False
    assert consent_state(davi, Purpose.MARKETING, "email") is True


@pytest.mark.parametrize(
    "change", [lambda key: key[:-1], lambda key: f"0{key[1:]}x", lambda _key: "x"]
)
def test_nobody_guesses_the_way_out(client: Client, change: Any):
    path = urlsplit(leave_url("01928a4e-0000-7000-8000-000000000001")).path.rstrip("/")
    start, _slash, key = path.rpartition("/")
    for method in (client.get, client.post):
        assert method(f"{start}/{change(key)}/").status_code == 404


def test_letters_without_a_subject_wait(bells: Any, clinic: Any, ana: Any, people: Any, draft: Any):
    servers = {"imap_host": "imap.x.example", "smtp_host": "smtp.x.example"}
    box = make.mail_channel(clinic, **servers)
    row = draft(channel=box, variants=[VariantDraft(None, "Olá")])
    with pytest.raises(TemplateUnfit, match="assunto"):
        variant_check(row, CampaignVariant.unscoped.get(campaign=row))
