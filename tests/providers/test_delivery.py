"""What a request of a provider can be read as, and what nobody should have to read."""

from __future__ import annotations

import pytest

from providers.delivery import MOST_FIELDS, Delivery, Unreadable


@pytest.mark.parametrize(
    ("address", "key", "query"),
    [
        ("/webhooks/sms/abc/", "abc", ""),
        ("/webhooks/sms/abc", "abc", ""),
        ("/api/v1/webhooks/sms/abc/?a=/b/?c", "abc", "a=/b/?c"),
        ("/webhooks/sms/abc?", "abc", ""),
        ("/webhooks/sms/", "", ""),
        ("/webhooks/sms/?k=/webhooks/sms/abc/", "", "k=/webhooks/sms/abc/"),
        ("/webhooks/sms/a/b/", "", ""),
        ("", "", ""),
    ],
)
def test_key_and_query_are_read_from_the_address(address, key, query):
    delivery = Delivery(address=address)
    assert (delivery.key, delivery.query) == (key, query)


@pytest.mark.parametrize(
    ("header", "media_type"),
    [
        ("Application/JSON; charset=UTF-8", "application/json"),
        (" text/xml ", "text/xml"),
        ("", ""),
        (";;;", ""),
    ],
)
def test_the_media_type_is_without_parameters(header, media_type):
    assert Delivery(headers={"content-type": header}).media_type == media_type


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"<html>", b"a=1", b"[" * 100_000])
def test_what_is_no_json_is_said_without_repeating_it(body):
    with pytest.raises(Unreadable) as refused:
        Delivery(body=body).json_object()
    assert len(str(refused.value)) < 60


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
def test_json_that_is_no_object_is_refused_where_one_is_wanted(body):
    with pytest.raises(Unreadable):
        Delivery(body=body).json_object()


def test_a_form_keeps_empty_fields_and_the_last_of_two():
    body = b"Body=ol%C3%A1+voc%C3%AA&From=%2B5511990000301&Empty=&From=2"
    assert Delivery(body=body).form() == {"Body": "olá você", "From": "2", "Empty": ""}


def test_bytes_that_are_no_text_do_not_cost_the_form():
    assert Delivery(body=b"Body=%FF%FE\xff&n=1").form()["n"] == "1"


def test_a_form_of_ten_thousand_fields_is_refused():
    body = "&".join(f"f{n}={n}" for n in range(10_000)).encode()
    with pytest.raises(Unreadable):
        Delivery(body=body).form()
    with pytest.raises(Unreadable):
        Delivery(address=f"/webhooks/sms/k/?{body.decode()}").parameters()
    few = "&".join(f"f{n}={n}" for n in range(MOST_FIELDS)).encode()
    assert len(Delivery(body=few).form()) == MOST_FIELDS
