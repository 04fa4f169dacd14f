"""A foreign mail's HTML: what is left of it does nothing by itself."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.email.page import ATTRIBUTES, LARGEST, TAGS, page_of
from providers.email.pictures import NoPicture, picture_fetch

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">a</a>',
        '<a href="data:text/html,x">a</a>',
        "<svg><script>alert(1)</script></svg>",
        "<form action=//mal.example><input name=senha></form>",
        "<base href=//mal.example>",
        "<meta http-equiv=refresh content='0;url=//mal.example'>",
        "<link rel=stylesheet href=//mal.example/x.css>",
        "<style>@import '//mal.example'</style>",
        '<div style="background-image:url(//mal.example/x)">a</div>',
        '<div style="background:url(//mal.example/x)">a</div>',
        '<div style="position:fixed;top:0">a</div>',
        "<iframe src=//mal.example></iframe><object data=//mal.example></object>",
        "<img src=//mal.example/x.png><img src='https://mal.example/x.png'>",
        "<math><mtext><img src=x onerror=alert(1)></mtext></math>",
        "<table background='https://mal.example/x.png'><tr><td>a</table>",
        "<img srcset='https://mal.example/x.png 2x'>",
        "<picture><source srcset=//mal.example></picture>",
    ],
)
def test_nothing_foreign_is_opened_and_nothing_runs(html):
    cleaned = page_of(html).html
    for word in ("alert", "mal.example", "position", "javascript", "url(", "senha"):
        assert word not in cleaned


TAGGED = st.lists(
    st.sampled_from(
        "<div ;<img src=;';\";onload=;javascript:;>;</div>;<svg>;cid:a;http://a.example/x;<a href="
        ";style=;url(x);\x00;<!--;-->;<table>".split(";")
    ),
    max_size=40,
).map("".join)


@given(TAGGED)
def test_only_what_is_listed_is_left(html):
    for tag, given_attributes in Seen(page_of(html).html).found:
        assert tag in TAGS
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | {"rel", "target"}
        assert given_attributes.keys() <= allowed
        assert not (given_attributes.get("src") or "").startswith("http")


def test_pictures_stand_where_they_were_and_remote_ones_wait():
    html = '<p>Oi <img src="cid:Foto%40mail"> <img src="http://a.example/x.png"></p>'
    inline = {"<foto@MAIL>": "data:image/png;base64,AA=="}
    page = page_of(html, inline=inline)
    assert 'src="data:image/png;base64,AA=="' in page.html
    assert "a.example" not in page.html and page.remote == 1
    shown = page_of(html, inline=inline, proxy=lambda url: "https://nos.example/x/")
    assert "https://nos.example/x/" in shown.html


def test_links_open_elsewhere_and_tell_nothing():
    (_tag, given_attributes) = Seen(page_of('<a href="https://a.example">a</a>').html).found[0]
    assert given_attributes["target"] == "_blank"
    assert "noreferrer" in str(given_attributes["rel"])


@pytest.mark.parametrize("html", ["<p>a" * LARGEST, "<div>" * 20_000, "<b><div>" * 600])
def test_what_would_take_long_is_left_alone_at_once(html):
    began = time.monotonic()
    assert page_of(html) is None
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("body", "status", "shown"),
    [
        (PNG, 200, True),
        (b"<html>nada</html>", 200, False),
        (b"<svg xmlns='x'></svg>", 200, False),
        (PNG, 404, False),
        (PNG + b"\0" * (5 * 1024 * 1024), 200, False),
    ],
)
def test_a_remote_picture_is_a_picture_or_nothing(httpserver, settings, body, status, shown):
    url = httpserver.url_for("/x.png")
    settings.MEDIA_EXTRA_HOSTS = (urlsplit(url).netloc,)
    httpserver.expect_request("/x.png").respond_with_data(
        body, status, {"Set-Cookie": "quem=voce", "Content-Type": "image/png"}
    )
    for _time in range(2):
        if shown:
            assert picture_fetch(url) == ("image/png", body)
        else:
            with pytest.raises(NoPicture):
                picture_fetch(url)
    assert not any("Cookie" in request.headers for request, _response in httpserver.log)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x.png", "https://10.1.2.3/x", "file:///etc/passwd", "https://[::1]/x"]
)
def test_no_picture_is_fetched_inside(url):
    with pytest.raises(NoPicture):
        picture_fetch(url)


@pytest.mark.parametrize("opening", ["<a ", "<td ", "<", '<a href="'])
def test_a_page_of_beginnings_without_an_end_costs_one_pass(opening):
    began = time.process_time()
    page_of(opening * (300_000 // len(opening)))
    assert time.process_time() - began < 2.0


def test_how_a_letter_is_laid_out_stays():
    style = "text-align:center;border-radius:4px;min-width:10px;word-break:break-all"
    assert page_of(f'<p style="{style}">a</p>').html == f'<p style="{style}">a</p>'
