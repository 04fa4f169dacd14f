"""Who is asking: the bearer token decides which numbers a call may touch."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest

from simulator.whatsapp.graph.errors import GraphError, missing_object
from simulator.whatsapp.models import SimNumber


def token_of(request: HttpRequest) -> str:
    """Read the access token of a call, and check its `appsecret_proof` when one came along.

    Raises GraphError 190 without a token, 100 when the proof is wrong.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in ("bearer", "oauth"):
        token = request.GET.get("access_token", "")
    if not token.strip():
        raise GraphError(
            190,
            message="An access token is required to request this resource.",
            subcode=0,
        )
    token = token.strip()
    proof = request.GET.get("appsecret_proof")
    if proof is not None and not _proof_is_good(token, proof):
        raise GraphError(100, message="Invalid appsecret_proof provided in the API argument")
    return token


def _proof_is_good(token: str, proof: str) -> bool:
    return any(
        hmac.compare_digest(
            hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest().encode(),
            proof.encode(),
        )
        for secret in settings.META_APP_SECRETS
    )


def refuse_token() -> GraphError:
    """Say that nobody has this token."""
    return GraphError(
        190,
        message="Invalid OAuth access token - Cannot parse access token",
        subcode=0,
    )


def token_must_exist(token: str) -> None:
    """Refuse a token that no number has."""
    if not SimNumber.objects.filter(access_token=token).exists():
        raise refuse_token()


def number_for(phone_number_id: str, token: str) -> SimNumber:
    """Find the number of a call. Raises GraphError 190 (bad token) or 100/33 (not its number)."""
    number = SimNumber.objects.filter(phone_number_id=phone_number_id).first()
    if number is None or not hmac.compare_digest(number.access_token.encode(), token.encode()):
        token_must_exist(token)
        raise missing_object(phone_number_id)
    return number


def waba_for(waba_id: str, token: str) -> list[SimNumber]:
    """List the numbers of an account that this token may see; errors as in `number_for`."""
    numbers = list(SimNumber.objects.filter(waba_id=waba_id, access_token=token))
    if not numbers:
        token_must_exist(token)
        raise missing_object(waba_id)
    return numbers
