"""Web push by the standards: what is sealed opens at its browser alone, and goes nowhere else."""

from __future__ import annotations

import base64

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from providers import push
from providers.push import PushTarget, TargetInvalid, endpoint_fits, sealed
from tests.browsers import Subscriber, private_key

# RFC 8291, appendix A.
AUTHOR = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = PushTarget(
    "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
)
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)


def test_the_standard_s_own_example_comes_out_letter_by_letter():
    made = sealed(
        b"When I grow up, I want to be a watermelon",
        RECEIVER,
        own=private_key(AUTHOR),
        salt=push.decoded(SALT),
    )
    assert base64.urlsafe_b64encode(made).rstrip(b"=").decode() == BODY


def test_only_the_browser_it_is_for_opens_it():
    one, other = Subscriber(), Subscriber()
    made = sealed("olá".encode(), one.target)
    assert one.opened(made) == "olá".encode()
    with pytest.raises(Exception, match=r"^$"):
        other.opened(made)
    assert sealed(b"x", one.target) != sealed(b"x", one.target)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", RECEIVER.auth),
        ("AAAA", RECEIVER.auth),
        (RECEIVER.p256dh[:-2] + "AA", RECEIVER.auth),
        (RECEIVER.p256dh, "AAAA"),
        (RECEIVER.p256dh, "ç"),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str):
    with pytest.raises(TargetInvalid):
        sealed(b"x", PushTarget(RECEIVER.endpoint, p256dh, auth))


def test_a_message_that_is_too_long_is_not_cut():
    with pytest.raises(ValueError, match="3993"):
        sealed(b"x" * 3994, RECEIVER)
    assert len(sealed(b"x" * 3993, RECEIVER)) == 4096


@pytest.mark.parametrize(
    ("endpoint", "fits"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://wns2-par02p.notify.windows.com/w/?token=x", True),
        ("https://fcm.googleapis.com:443/x", True),
        ("http://fcm.googleapis.com/x", False),
        ("https://fcm.googleapis.com:8443/x", False),
        ("https://fcm.googleapis.com@10.0.0.1/x", False),
        ("https://10.0.0.1/fcm.googleapis.com", False),
        ("https://evilfcm.googleapis.com.example/x", False),
        ("https://notify.windows.com.evil.example/x", False),
        ("https://xnotify.windows.com/x", False),
        ("https://169.254.169.254/latest", False),
        ("http://127.0.0.1:6379/", False),
        ("https://fcm.googleapis.com:99999/x", False),
        ("https://fcm.googleapis.com\\@evil.example/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_endpoints_lead_to_known_services_only(settings: Settings, endpoint: str, fits: bool):
    settings.MEDIA_EXTRA_HOSTS = []
    assert endpoint_fits(endpoint) is fits


def test_who_sends_is_signed_for_the_service_and_half_a_day(settings: Settings):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = AUTHOR, "mailto:a@clinica.example"
    scheme, _space, rest = push.vapid("https://fcm.googleapis.com/fcm/send/x").partition(" ")
    token, key = (part.partition("=")[2] for part in rest.split(", "))
    point = push.decoded(key)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(token, public, ["ES256"], audience="https://fcm.googleapis.com")
    assert (scheme, claims["sub"]) == ("vapid", "mailto:a@clinica.example")


def test_without_a_key_there_is_no_push(settings: Settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert push.public_key() == ""
