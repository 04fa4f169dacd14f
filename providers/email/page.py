"""The HTML of a foreign mail, made harmless: an allow-list, and no address that opens by itself.

What is left goes into a sandboxed frame with a policy of its own (inbox/talk/mails.py); neither is
trusted alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import nh3

from providers.letters import CleanPage, Proxy

# Measured: 5.7 MB took 2.8 s, 20,000 nested elements 9.9 s. Above these the text is shown instead.
LARGEST = 1024 * 1024
DEEPEST = 500
MOST_PICTURES = 200

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>", re.IGNORECASE)
# They hold nothing, or end by themselves.
VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "p", "li"}
    | {"td", "tr", "th", "option", "dt", "dd"}
)
TAGS = frozenset(
    "a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em"
    " font h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre q s small span strike strong sub sup"
    " table tbody td tfoot th thead tr tt u ul".split()
)
LAYOUT = {"align", "valign", "width", "height", "bgcolor", "dir", "style"}
ATTRIBUTES = {
    "*": LAYOUT,
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
}
# None of them takes an address, moves something over other things, or hides it.
STYLES = frozenset(
    "background-color border border-bottom border-collapse border-color border-left"
    " border-radius border-right border-spacing border-style border-top border-width color"
    " direction font font-family font-size font-style font-weight height letter-spacing line-height"
    " list-style-type margin margin-bottom margin-left margin-right margin-top max-width"
    " min-width padding padding-bottom padding-left padding-right padding-top table-layout"
    " text-align text-decoration text-indent text-transform vertical-align white-space width"
    " word-break word-wrap".split()
)
ADDRESS_IN_STYLE = re.compile(r"url\s*\(|expression|@import|\\", re.IGNORECASE)
SCHEMES = {"http", "https", "mailto", "tel", "cid"}
WITH_CONTENT = {"script", "style", "head", "title", "noscript", "template", "svg", "math", "object"}


def is_within(html: str) -> bool:
    """Tell whether a page is small and flat enough to be cleaned in time."""
    if len(html) > LARGEST:
        return False
    depth = 0
    # Behind the last bracket nothing ends: each beginning would look for it to the end of the page.
    for tag in TAG.finditer(html, 0, html.rfind(">") + 1):
        if tag[2].lower() in VOID or tag[3]:
            continue
        depth += -1 if tag[1] else 1
        if depth > DEEPEST:
            return False
        depth = max(depth, 0)
    return True


def page_of(
    html: str, *, inline: Mapping[str, str] | None = None, proxy: Proxy | None = None
) -> CleanPage | None:
    """Return a mail's HTML made harmless, None for one that is too large to be.

    `inline` are the addresses of pictures that came with it, by Content-ID without brackets. Remote
    ones stay away unless `proxy` is given: fetching one tells its sender that the mail was read.
    """
    if not is_within(html):
        return None
    pictures = {key.strip("<> ").casefold(): url for key, url in (inline or {}).items()}
    remote: set[str] = set()

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            return None if ADDRESS_IN_STYLE.search(value) else value
        if tag != "img" or name != "src":
            return value
        if value[:4].casefold() == "cid:":
            return pictures.get(unquote(value[4:]).strip("<> ").casefold(), "")
        if urlsplit_scheme(value) not in ("http", "https"):
            return None
        if len(remote) < MOST_PICTURES:
            remote.add(value)
        return proxy(value) if proxy and value in remote else None

    cleaned = nh3.clean(
        html.replace("\x00", ""),
        tags=set(TAGS),
        clean_content_tags=WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=SCHEMES,
        filter_style_properties=set(STYLES),
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return CleanPage(cleaned, len(remote))


def urlsplit_scheme(value: str) -> str:
    """Return the scheme of an address, "" for what is none."""
    try:
        return urlsplit(value.strip()).scheme.lower()
    except ValueError:
        return ""
