"""What an account needs, where both kinds need the same."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.account import Field
from providers.meta.account import IDENT, VISIBLE_ASCII

ID_LENGTH = 64
HUMAN_AGENT = "has_human_agent"


def access_token(help_text: object) -> Field:
    """Return the field of an access token."""
    return Field(
        "access_token",
        label=_("Token de acesso"),
        help=help_text,
        is_secret=True,
        is_required=True,
        input="password",
        pattern=VISIBLE_ASCII,
        max_length=1024,
        example="EAAB...",
    )


LATE_ANSWERS = Field(
    HUMAN_AGENT,
    label=_("Responder até 7 dias depois"),
    help=_(
        "Marque só se o app tem a permissão Human Agent da Meta. Então um atendente responde até 7"
        " dias depois da última mensagem; robôs e avisos automáticos, só em 24 horas."
    ),
    input="flag",
    default=False,
)


def account_id(label: object, help_text: object) -> Field:
    """Return the field of the account's id."""
    return Field(
        "account_id",
        label=label,
        help=help_text,
        is_required=True,
        pattern=IDENT,
        max_length=ID_LENGTH,
        example="17841400000000001",
        column="account_id",
        names_account=True,
    )
