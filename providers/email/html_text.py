"""HTML as text, and what of it is a quote by the marks that mail programs leave. Pure."""

from __future__ import annotations

import re

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, fromstring, tostring

MOST_HTML = 1024 * 1024
DEEPEST = 300
MOST_TAGS = 60_000
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})[^<>]{0,5000}?(/?)>")
VOID = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("source", "track", "wbr"),
    }
)
HIDING = "style script head title svg template".split()
HIDDEN = re.compile(rf"<(?:({'|'.join(HIDING)})\b|!--)", re.IGNORECASE)
SHOWN_AGAIN = {
    "": re.compile("-->"),
    **{name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in HIDING},
}
BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]{0,2000}>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[^<>]{0,5000}>")
# What each program puts around the mail that is answered.
QUOTES = (
    # Not the element around it: answers between the quotes stand in that one.
    "//blockquote[contains(concat(' ', normalize-space(@class), ' '), ' gmail_quote ')]",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' gmail_attr ')]",
    "//blockquote[@type='cite']",
    "//*[@id='appendonsend']/following-sibling::*",
    "//*[@id='divRplyFwdMsg']/following-sibling::*",
    "//*[@id='divRplyFwdMsg']",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' yahoo_quoted ')]",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' moz-cite-prefix ')]",
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' protonmail_quote ')]",
    "//*[contains(@class, 'OutlookMessageHeader')]/following-sibling::*",
)
FORWARDED = re.compile(r"forwarded message|mensagem encaminhada", re.IGNORECASE)
# The other profile indents what stands inside something.
CONFIG = ParserConfig(CSS_PROFILES["strict"], display_images=False, display_links=False)


def text_of(html: str) -> str:
    """Return the words of an HTML mail, in lines as they are shown. Never raises."""
    html = _unhidden(html[:MOST_HTML])
    if is_tangled(html):
        return _stripped(html)
    try:
        return tidy(get_text(html, CONFIG))
    except (etree.LxmlError, ValueError, RecursionError, AssertionError, KeyError, IndexError):
        return _stripped(html)


def without_quotes(html: str) -> str | None:
    """Return an HTML mail without what its program marked as quoted; None where nothing is marked
    so, where nothing else would be left, or where it cannot be told.
    """
    html = _unhidden(html[:MOST_HTML])
    if is_tangled(html) or not html.strip():
        return None
    try:
        root = fromstring(html, parser=HTMLParser(encoding="utf-8"), base_url=None)
        quotes = [one for path in QUOTES for one in root.xpath(path)]
        quotes = [one for one in quotes if not _is_forwarded(one)]
        for one in quotes:
            _drop(one)
        left = str(tostring(root, encoding="unicode")) if quotes else None
    except (etree.LxmlError, ValueError, RecursionError, AssertionError, TypeError):
        return None
    return left


def is_tangled(html: str) -> bool:
    """Tell whether HTML has more tags or levels than any that a mail program wrote."""
    depth = count = 0
    for found in TAG.finditer(html):
        count += 1
        if count > MOST_TAGS:
            return True
        if found[2].lower() in VOID or found[3]:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False


def tidy(text: str) -> str:
    """Return text without spaces at the ends of lines and with at most one empty line in a row."""
    lines = [line.replace("\xa0", " ").rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _unhidden(html: str) -> str:
    """Return HTML without what is never shown. What never ends is searched for its end once, so
    that a page of nothing but beginnings costs one pass.
    """
    shown: list[str] = []
    endless: set[str] = set()
    at = 0
    while (begin := HIDDEN.search(html, at)) is not None:
        name = (begin[1] or "").lower()
        end = None if name in endless else SHOWN_AGAIN[name].search(html, begin.end())
        if end is None:
            endless.add(name)
            shown.append(html[at : begin.end()])
            at = begin.end()
        else:
            shown += (html[at : begin.start()], " ")
            at = end.end()
    return "".join((*shown, html[at:]))


def _stripped(html: str) -> str:
    text = ANY_TAG.sub(" ", BREAKS.sub("\n", html))
    for name, sign in (("nbsp", " "), ("lt", "<"), ("gt", ">"), ("quot", '"'), ("amp", "&")):
        text = text.replace(f"&{name};", sign)
    return tidy(re.sub(r"[ \t]+", " ", text))


def _is_forwarded(element: HtmlElement) -> bool:
    """Whether what looks like a quote is a forwarded mail: it is what the person wants to show."""
    return FORWARDED.search(str(element.text_content())[:400]) is not None


def _drop(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()
