"""The pages of rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Company, Membership
from common.scoping import company_scope
from omnichannel.models import Channel
from queues.models import Rule
from queues.services.rule_running import company_rules_run
from tests import make

Enter = Callable[[Membership], Client]
FORM = {
    "nome": "Cancelamento",
    "quando": "mensagem",
    "valem": "todas",
    "ordem": "10",
    "campo_0": "palavras",
    "palavra_0": "<i>cancelar</i>, desmarcar",
    "acao_0": "etiquetar",
    "etiqueta_0": "Cancelou",
}
pytestmark = pytest.mark.usefixtures("bells")


def test_a_rule_is_written_tried_switched_on_told_and_deleted(
    enter: Enter, ana: Membership, clinic: Company, channel: Channel
):
    client = enter(ana)
    make.inbound(channel, text="Quero desmarcar")
    saved = client.post(reverse("inbox:rule-new"), FORM, follow=True)
    rule = Rule.unscoped.get()
    page = saved.content.decode()
    assert saved.redirect_chain[-1][0] == reverse("inbox:rule-try", args=[rule.pk])
    assert "Valeria para 1 de 1 conversa" in page and "<i>cancelar" not in page
    assert not rule.is_on
    client.post(reverse("inbox:rule-switch", args=[rule.pk]), {"ligada": "1"})
    make.inbound(channel, text="desmarcar")
    with company_scope(clinic):
        company_rules_run(company_id=clinic.pk)
    log = client.get(reverse("inbox:rule", args=[rule.pk])).content.decode()
    assert "O que ela fez" in log and 'data-met="sim"' in log and 'data-state="feito"' in log
    assert "Cancelamento" in client.get(reverse("inbox:rules")).content.decode()
    client.post(reverse("inbox:rule", args=[rule.pk]), {**FORM, "campo_0": "", "parar": "on"})
    rule.refresh_from_db()
    assert (rule.conditions, rule.is_last) == ([], True)
    client.post(reverse("inbox:rule-delete", args=[rule.pk]))
    assert not Rule.unscoped.exists()


@pytest.mark.parametrize("wrong", [{"nome": ""}, {"palavra_0": ""}, {"acao_0": ""}, {"ordem": "0"}])
def test_what_is_wrong_is_said(enter: Enter, ana: Membership, wrong: dict[str, str]):
    page = enter(ana).post(reverse("inbox:rule-new"), {**FORM, **wrong})
    assert page.status_code == 422 and 'role="alert"' in page.content.decode()
    assert not Rule.unscoped.exists()


def test_attendants_write_no_rules(enter: Enter, beto: Membership):
    client = enter(beto)
    assert client.get(reverse("inbox:rules")).status_code == 403
    assert client.post(reverse("inbox:rule-new"), FORM).status_code == 403
    assert "Regras" not in client.get(reverse("inbox:macros")).content.decode()
