"""Campaigns in a browser: the picture beside the words, numbers that move by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.async_api import expect

from accounts.models import Membership
from campaigns import events
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.audiences import audience_build, audience_request
from common.realtime import send
from omnichannel.models import Channel
from tests.campaigns.conftest import patient, template_for
from tests.inbox.browser import BROWSER_AT_LENGTH, Inbox, behind

pytestmark = BROWSER_AT_LENGTH
SitDown = Callable[..., Awaitable[Inbox]]


@pytest.fixture
def campaign(ana: Membership, channel: Channel, bells: Any) -> Campaign:
    """Give a draft for one person."""
    patient(ana, "Lia Prado")
    return life.campaign_save(
        actor=ana,
        name="Retorno",
        channel=channel,
        filters={"conditions": [{"field": "nome", "operator": "preenchido"}]},
        variants=[life.VariantDraft(template_for(channel), "", {"1": "{primeiro_nome}"})],
        quiet_from="00:00",
        quiet_until="00:00",
    )


async def test_the_phone_shows_what_is_written_while_it_is_written(
    sit_down: SitDown, ana: Membership, campaign: Campaign
):
    inbox = await sit_down(ana)
    await inbox.open(f"/atendimento/campanhas/{campaign.pk}/mensagem/")
    page = inbox.page
    await expect(page.locator("#celular-A")).to_contain_text("Olá Maria, venha nos visitar.")
    await page.locator("input[data-looks]").fill("prezada {primeiro_nome}")
    await expect(page.locator("#celular-A")).to_contain_text("Olá prezada Maria")
    await page.locator("input[data-looks]").fill("{sobrenome|querida}")
    await expect(page.locator("#celular-A")).to_contain_text("Olá querida")
    await page.locator("select[data-looks]").select_option("")
    await expect(page.locator("textarea[data-looks]")).to_be_visible()


async def test_results_move_without_a_reload(
    sit_down: SitDown, ana: Membership, campaign: Campaign
):
    def start() -> None:
        audience_build(campaign=audience_request(campaign=campaign, actor=ana))
        life.campaign_start(campaign=campaign, actor=ana)

    await behind(start)
    inbox = await sit_down(ana)
    await inbox.open(f"/atendimento/campanhas/{campaign.pk}/")
    await expect(inbox.page.locator("#vivo")).to_contain_text("Em execução")
    await expect(inbox.page.locator("#ao-vivo")).to_have_text("Ao vivo")

    def deliver() -> None:
        now = timezone.now()
        Recipient.unscoped.update(status="lido", sent_at=now, delivered_at=now, read_at=now)
        life.campaign_finish(campaign=campaign)
        send([events.changed(campaign)])

    await behind(deliver)
    await expect(inbox.page.locator("#vivo")).to_contain_text("Concluída")
    await expect(inbox.page.locator(".numbers li", has_text="lidas").locator("b")).to_have_text("1")


async def test_a_condition_offers_what_its_field_takes_and_more_come_at_a_click(
    sit_down: SitDown, ana: Membership, channel: Channel
):
    inbox = await sit_down(ana)
    await inbox.open("/atendimento/campanhas/nova/")
    page = inbox.page
    rows = page.locator(".condition").filter(visible=True)
    await expect(rows).to_have_count(1)
    await page.get_by_label("Campo da condição 1").select_option("canal")
    comparison = page.get_by_label("Comparação da condição 1")
    allowed = comparison.locator("option:not([disabled])")
    await expect(allowed).to_have_text(["é", "não é"])
    await page.get_by_label("Valor da condição 1").select_option(label="WhatsApp")
    await page.get_by_role("button", name="Adicionar condição").click()
    await expect(page.get_by_label("Campo da condição 2")).to_be_focused()
    await page.get_by_label("Campo da condição 2").select_option("nome")
    await page.get_by_label("Comparação da condição 2").select_option("preenchido")
    await expect(page.get_by_label("Valor da condição 2")).not_to_be_visible()
    await page.get_by_label("Nome da campanha").fill("Retorno")
    await page.get_by_role("button", name="Continuar").click()
    await expect(page.locator("#mensagem")).to_be_visible()
    row = await behind(lambda: Campaign.unscoped.get())
    assert [one["value"] for one in row.filters["conditions"]] == ["whatsapp", ""]
