"""In a real browser: notices with the tab closed, switched on by a person, shown by the worker."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

from accounts.models import Membership, PushDevice
from config.envfile import vapid_key
from omnichannel.models import Conversation
from tests.browsers import Subscriber
from tests.inbox.browser import BROWSER, Inbox, behind

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]
# Chromium would ask its maker's service on the Internet for an address.
SUBSCRIBED = """
    const subscription = {
        toJSON: () => (%s),
        unsubscribe: async () => { window.ended = true; return true; },
    };
    subscription.endpoint = subscription.toJSON().endpoint;
    let known = null;
    PushManager.prototype.subscribe = async (options) => {
        window.asked = [options.userVisibleOnly, options.applicationServerKey.length];
        return (known = subscription);
    };
    PushManager.prototype.getSubscription = async () => known;
"""


@pytest.fixture(autouse=True)
def _key(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = vapid_key()


async def open_preferences(page: Any) -> Any:
    await page.locator(".standing > summary").click()
    await page.get_by_role("button", name="Preferências").click()
    return page.get_by_role("dialog", name="Preferências", exact=True)


async def sit_with_push(sit_down: SitDown, beto: Membership, **options: Any) -> Inbox:
    inbox = await sit_down(beto, permissions=["notifications"], **options)
    form = Subscriber().form()
    keys = {"p256dh": form["p256dh"], "auth": form["auth"]}
    known = json.dumps({"endpoint": form["endpoint"], "keys": keys})
    await inbox.page.add_init_script(SUBSCRIBED % known)
    return inbox


@pytest.mark.parametrize(
    "viewport",
    [
        pytest.param({"width": 1366, "height": 768}, id="1366"),
        pytest.param({"width": 360, "height": 740}, id="360"),
    ],
)
async def test_a_person_switches_it_on_and_off_for_this_browser(
    sit_down: SitDown, beto: Membership, conversation: Conversation, viewport: Any
):
    inbox = await sit_with_push(sit_down, beto, viewport=viewport)
    page = inbox.page
    await inbox.open()
    dialog = await open_preferences(page)
    switch = dialog.get_by_label("Avisos com a aba fechada")
    async with page.expect_response("**/atendimento/avisos/") as told:
        await switch.check()
    assert (await told.value).status == 204
    assert await page.evaluate("window.asked") == [True, 65]
    assert await behind(PushDevice.unscoped.count) == 1
    # The next page says again that it is subscribed: the session may be a new one.
    async with page.expect_response("**/atendimento/avisos/"):
        await inbox.open()
    dialog = await open_preferences(page)
    await expect(switch).to_be_checked()
    async with page.expect_response("**/atendimento/avisos/"):
        await switch.uncheck()
    assert await behind(PushDevice.unscoped.count) == 0


async def test_the_worker_shows_what_is_told_and_leads_there(
    sit_down: SitDown, beto: Membership, conversation: Conversation
):
    inbox = await sit_with_push(sit_down, beto)
    page = inbox.page
    await inbox.open()
    dialog = await open_preferences(page)
    async with page.expect_response("**/atendimento/avisos/"):
        await dialog.get_by_label("Avisos com a aba fechada").check()
    await dialog.get_by_role("button", name="Pronto").click()
    developer = await page.context.new_cdp_session(page)
    found: list[str] = []
    developer.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    await developer.send("ServiceWorker.enable")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(50):
        if found:
            break
        await page.wait_for_timeout(100)
    where = f"{inbox.address}/atendimento/conversas/{conversation.pk}/"
    message = {
        "web_push": 8030,
        "notification": {
            "title": "Nova mensagem",
            "body": "Recepção",
            "tag": str(conversation.pk),
            "navigate": where,
            "lang": "pt-br",
        },
        "app_badge": 1,
    }
    # Nobody looks at a page: another tab of nothing stands before it.
    await page.goto("about:blank")
    await developer.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": inbox.address, "registrationId": found[-1], "data": json.dumps(message)},
    )
    await inbox.open()
    shown = """async () => {
        const registration = await navigator.serviceWorker.ready;
        const found = await registration.getNotifications();
        return found.map((one) => [one.title, one.body, one.tag, one.data.navigate]);
    }"""
    for _ in range(50):
        told = await page.evaluate(shown)
        if told:
            break
        await page.wait_for_timeout(100)
    assert told == [["Nova mensagem", "Recepção", str(conversation.pk), where]]
    (worker,) = page.context.service_workers
    # Pressed, it leads the page to the conversation.
    await worker.evaluate(
        """async () => {
            const [notification] = await self.registration.getNotifications();
            self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
        }"""
    )
    await expect(page).to_have_url(where)
