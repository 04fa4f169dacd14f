"""The tables of this package that touch a person."""

from __future__ import annotations

from campaigns.models import ListedPerson, Recipient
from contacts.holdings import Holding

# To whom and what goes, that something was sent stays for the numbers and costs.
HOLDINGS = (
    Holding(
        Recipient,
        "contact",
        blanks={
            **dict.fromkeys(("phone", "user_id", "reply_text", "error_detail"), ""),
            **dict.fromkeys(("given", "values"), None),
            "external_id": "",
        },
    ),
    Holding(ListedPerson, "contact", is_deleted=True),
)
