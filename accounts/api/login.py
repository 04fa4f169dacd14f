"""Getting a token for e-mail and password, and giving it back."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import TokenAuthentication
from accounts.api.base import ApiView
from accounts.services.memberships import membership_of
from accounts.services.tokens import token_issue
from accounts.services.two_factor import two_factor_check
from common.api.fields import Email, NoInput, StrictSerializer, Text
from common.errors import DomainError


class Locked(DomainError):
    """Too many wrong passwords for this e-mail from this address."""

    code = "muitas_tentativas"
    status = 429
    message = _("Muitas tentativas. Aguarde alguns minutos e tente de novo.")


class PasswordToChange(DomainError):
    """Somebody else typed this password: the person chooses their own on the pages first."""

    code = "troque_a_senha"
    status = 403
    message = _("Esta senha é provisória. Entre na central e troque-a antes.")


class CodeNeeded(DomainError):
    """The person has a second factor: the call carries a code of it, too."""

    code = "codigo_necessario"
    status = 403
    message = _("Envie também o código do segundo fator em `code`.")


class Credentials(StrictSerializer):
    """E-mail and password, and a code where the person has a second factor."""

    email = Email(max_length=254, write_only=True)
    password = Text(max_length=256, trim_whitespace=False, write_only=True)
    code = Text(max_length=20, required=False, write_only=True)


class Token(serializers.Serializer[Any]):
    """A token, shown this once, and when it ends."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class TokenView(ApiView):
    """Entrar."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_scope = "login"
    serializer_class = Credentials

    def get_authenticate_header(self, request: Request) -> str:
        """Say which kind of token the API takes."""
        return "Token"

    @extend_schema(
        tags=["auth"],
        operation_id="auth_token",
        request=Credentials,
        responses={200: Token},
        auth=[],
        examples=[
            OpenApiExample(
                "Entrar",
                value={"email": "ana@clinica.example", "password": "uma senha longa"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Troca e-mail e senha por um token, usado como `Authorization: Token ...`."""
        given = self.read(Credentials)
        raw: Any = request._request
        user = authenticate(raw, username=given["email"].lower(), password=given["password"])
        if getattr(raw, "axes_locked_out", False):
            # The middleware would answer with its own page.
            raw.axes_locked_out = False
            raise Locked
        if user is not None and user.must_change_password:
            raise PasswordToChange
        # Whoever has no clinic gets the answer of a wrong password: it tells a stranger nothing.
        if user is None or membership_of(user) is None:
            raise AuthenticationFailed(_("E-mail ou senha incorretos."))
        if user.has_two_factor:
            if not given.get("code"):
                raise CodeNeeded
            two_factor_check(user=user, code=given["code"])
        # Ends the count of failures and notes the moment, as on the login page.
        user_logged_in.send(sender=type(user), request=raw, user=user)
        token, expires_at = token_issue(user=user)
        return Response(Token({"token": token, "expires_at": expires_at}).data)


class LogoutView(ApiView):
    """Sair."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)
    serializer_class = NoInput

    @extend_schema(tags=["auth"], operation_id="auth_logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Encerra o token usado nesta chamada."""
        self.read(NoInput)
        request.auth.delete()
        return Response(status=204)
