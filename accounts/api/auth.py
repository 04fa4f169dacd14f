"""Who calls: `Authorization: Token ...`, or the session of the pages."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.exceptions import AuthenticationFailed

TOKEN = re.compile(rb"[!-~]{1,256}")


class TokenAuthentication(KnoxAuthentication):
    """Knox's tokens, with one answer for every token that does not work."""

    def authenticate_credentials(self, token: bytes) -> Any:
        """Return the user and the token. Raises AuthenticationFailed."""
        refusal = AuthenticationFailed(_("Token inválido ou vencido. Entre de novo."))
        # Other bytes would reach the database as text that it cannot hold.
        if not TOKEN.fullmatch(token):
            raise refusal
        try:
            return super().authenticate_credentials(token)
        except AuthenticationFailed as exc:
            raise refusal from exc

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Tell whether the token has ended; Knox would also read all of the person's others."""
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the token in the OpenAPI document."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Any:
        """Name the header and its prefix."""
        return build_bearer_security_scheme_object("Authorization", "Token")
