"""What e-mail carries: anything, at any time, in threads with a subject."""

from __future__ import annotations

from contacts.refs import IdentityKind
from providers.choices import MessageKind
from providers.policy import Policy

# More is a document, and belongs into a file.
LARGEST_TEXT = 100_000

POLICY = Policy(
    icon="mail",
    kinds=frozenset({MessageKind.TEXT}),
    is_always_open=True,
    text_limit=LARGEST_TEXT,
    has_threads=True,
    has_subject=True,
    starts_with=(IdentityKind.EMAIL,),
)
