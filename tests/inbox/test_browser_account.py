"""In a real browser: an invitation accepted, one's own page, and the second step of logging in."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core import mail
from playwright.async_api import expect

from accounts.models import Membership
from accounts.services.invitations import member_invite
from accounts.services.mails import mails_send
from accounts.services.memberships import member_create
from tests import make
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
WIDTHS = [
    pytest.param({"width": 1366, "height": 768}, id="1366"),
    pytest.param({"width": 360, "height": 740}, id="360"),
]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def invited(by: Membership) -> str:
    member_invite(
        company=by.company, actor=by.user, email="nova@clinica.example", name="", role="atendente"
    )
    mails_send()
    found = re.search(r"/atendimento/convite/\S+", mail.outbox[-1].body)
    assert found is not None
    return found[0]


async def fits(page: Any) -> bool:
    return bool(await page.evaluate(WIDER) <= 0)


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_somebody_new_comes_in_by_the_link_of_their_mail(
    sit_down: SitDown, ana: Membership, settings: Any, bells: Any, viewport: dict[str, int]
):
    settings.MAIL_IS_ON = True
    inbox = await sit_down(viewport=viewport)
    page = inbox.page
    await page.goto(inbox.address + await behind(lambda: invited(ana)))
    await expect(page.get_by_text("Ana Prado convida você")).to_be_visible()
    assert "/convite/" in page.url and page.url.endswith("/convite/")
    assert await fits(page)
    await page.get_by_label("Seu nome").fill("Nova Lima")
    await page.get_by_label("Nova senha", exact=True).fill(make.PASSWORD)
    await page.get_by_label(re.compile("Confirmação|Confirme")).fill(make.PASSWORD)
    await page.get_by_role("button", name="Aceitar e entrar").click()
    await expect(page).to_have_url(re.compile("/atendimento/$"))


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_whoever_works_for_two_switches_on_their_own_page(
    sit_down: SitDown, beto: Membership, rival: Any, viewport: dict[str, int]
):
    await behind(
        lambda: member_create(company=rival, email=beto.user.email, name="", password=None)
    )
    inbox = await sit_down(beto, viewport=viewport)
    page = inbox.page
    await page.goto(inbox.address + "/atendimento/conta/")
    await expect(page.get_by_text("Este navegador", exact=True)).to_be_visible()
    assert await fits(page)
    await page.get_by_role("button", name="Trabalhar aqui").click()
    await expect(page).to_have_url(re.compile("/atendimento/$"))
    await page.goto(inbox.address + "/atendimento/conta/")
    here = page.locator("li", has_text="Clínica Rival")
    await expect(here.get_by_text("Aqui", exact=True)).to_be_visible()


@pytest.mark.parametrize("viewport", WIDTHS)
async def test_the_second_factor_is_turned_on_and_asked_for(
    sit_down: SitDown, beto: Membership, viewport: dict[str, int]
):
    inbox = await sit_down(beto, viewport=viewport)
    page = inbox.page
    await page.goto(inbox.address + "/atendimento/conta/segundo-fator/")
    key = base64.b32decode((await page.locator(".key").inner_text()).replace(" ", ""))
    assert await fits(page)
    # A step ago, so that the present code is left for the login.
    code = TOTP(key, 6, SHA1(), 30).generate(int(time.time()) - 30).decode()
    await page.get_by_label("Código").fill(code)
    await page.get_by_role("button", name="Ligar", exact=True).click()
    await expect(page.locator(".codes li")).to_have_count(10)
    assert await fits(page)
    spare = await page.locator(".codes li").first.inner_text()
    await page.context.clear_cookies()
    await page.goto(inbox.address + "/atendimento/entrar/")
    await page.get_by_label("E-mail").fill(beto.user.email)
    await page.get_by_label("Senha").fill(make.PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await expect(page.get_by_label("Código")).to_be_focused()
    assert await fits(page)
    await page.get_by_label("Código").fill(spare)
    await page.get_by_role("button", name="Entrar").click()
    await expect(page).to_have_url(re.compile("/atendimento/$"))
