"""What SMS carries, and when a clinic may write there."""

from __future__ import annotations

from datetime import time

from contacts.refs import IdentityKind
from providers.choices import MessageKind
from providers.policy import Hours, Policy

# Ten parts: Twilio takes 1,600 characters, and carriers put no more together reliably.
LARGEST_PARTS = 10
LARGEST_SEPTETS = 1530

# Carriers and providers disagree; these hours suit all (Twilio 9 to 22, Salesforce 8 to 18).
WEEKDAY = (time(9), time(18))
SATURDAY = (time(9), time(13))

POLICY = Policy(
    icon="smartphone",
    kinds=frozenset({MessageKind.TEXT}),
    is_always_open=True,
    text_limit=LARGEST_SEPTETS,
    text_unit="septets",
    starts_with=(IdentityKind.PHONE,),
    price_units="segment",
    proves_sender=True,
    marketing_hours=Hours((*(WEEKDAY,) * 5, SATURDAY, None)),
    stops_with_wish=True,
)
