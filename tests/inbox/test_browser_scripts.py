"""The parts of the page's scripts that only compute: each is called in a browser with a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from accounts.models import Membership
from tests.inbox.browser import BROWSER, Inbox

pytestmark = BROWSER
SitDown = Callable[..., Awaitable[Inbox]]

CALL = """async ([module, name, calls]) => {
  const main = document.querySelector("script[type=module][src*='/main.']").src;
  const loaded = await import(new URL(module, main));
  return calls.map((values) => loaded[name](...values));
}"""
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
TYPES = {"imagem": ["image/png", "image/jpeg"], "documento": ["application/pdf"]}
ENDINGS = {".heic": "image/heic", ".pdf": "application/pdf"}


async def called(inbox: Inbox, module: str, name: str, calls: list[list[Any]]) -> Any:
    return await inbox.page.evaluate(CALL, [module, name, calls])


async def test_spans_are_said_in_their_largest_unit(sit_down: SitDown, beto: Membership):
    inbox = await sit_down(beto)
    await inbox.open()
    table = {
        0: "0 s",
        59_999: "59 s",
        MINUTE: "1 min",
        HOUR - 1: "59 min",
        HOUR: "1 h",
        2 * DAY - 1: "47 h",
        2 * DAY: "2 d",
    }
    said = await called(inbox, "clock.js", "span", [[ms] for ms in table])
    assert dict(zip(table, said, strict=True)) == table
    waits = [["espera", 30 * SECOND], ["espera", 3 * MINUTE], ["tempo", 3 * MINUTE]]
    words = await called(inbox, "clock.js", "sinceText", waits)
    assert words == ["Chegou agora", "Espera 3 min", "3 min"]


async def test_sizes_and_types_of_files(sit_down: SitDown, beto: Membership):
    inbox = await sit_down(beto)
    await inbox.open()
    sizes = {0: "0 B", 1023: "1.023 B", 1024: "1 KB", 1_600: "1,6 KB", 20 * 1024**2: "20 MB"}
    said = await called(inbox, "pieces.js", "sizeText", [[size] for size in sizes])
    assert dict(zip(sizes, said, strict=True)) == sizes
    files = [
        ({"name": "a.PDF", "type": ""}, "application/pdf"),
        ({"name": "foto.heic", "type": "application/octet-stream"}, "image/heic"),
        ({"name": "voz.ogg", "type": "audio/ogg; codecs=opus"}, "audio/ogg"),
        ({"name": "nada", "type": ""}, ""),
    ]
    found = await called(inbox, "pieces.js", "typeOf", [[file, ENDINGS] for file, _ in files])
    assert found == [mime for _file, mime in files]
    kinds = [["image/png", TYPES], ["application/pdf", TYPES], ["text/plain", TYPES]]
    assert await called(inbox, "pieces.js", "kindOf", kinds) == ["imagem", "documento", ""]


async def test_rows_find_their_place_by_order_and_then_by_seq(sit_down: SitDown, beto: Membership):
    inbox = await sit_down(beto)
    await inbox.open()
    compare = """async (pairs) => {
      const main = document.querySelector("script[type=module][src*='/main.']").src;
      const { comesBefore } = await import(new URL("order.js", main));
      const row = (data) => {
        const made = document.createElement("li");
        for (const [name, value] of Object.entries(data)) made.setAttribute(name, value);
        return made;
      };
      return pairs.map(([a, b, descending]) => comesBefore(row(a), row(b), descending));
    }"""
    early, late = {"data-order": "9"}, {"data-order": "10"}
    first, second = ({"data-order": "9", "data-seq": str(n)} for n in (1, 2))
    day = {**second, "data-before": ""}
    table = [
        ([early, late, False], True),
        ([early, late, True], False),
        ([late, early, True], True),
        ([first, second, False], True),
        ([second, first, False], False),
        # The line of a day stands above its first message and below the one before it.
        ([day, second, False], True),
        ([first, day, False], True),
    ]
    assert await inbox.page.evaluate(compare, [pair for pair, _ in table]) == [
        answer for _pair, answer in table
    ]


async def test_a_key_is_new_each_time_with_https_and_without(sit_down: SitDown, beto: Membership):
    inbox = await sit_down(beto)
    await inbox.open()
    keys = await called(inbox, "drafts.js", "newKey", [[]] * 50)
    await inbox.page.evaluate("crypto.randomUUID = undefined")
    plain = await called(inbox, "drafts.js", "newKey", [[]] * 50)
    assert len({*keys, *plain}) == 100
    assert {len(key) for key in plain} == {32}
