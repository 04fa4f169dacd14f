"""What e-mail carries: anything, at any time, in threads with a subject."""

from __future__ import annotations

from contacts.refs import IdentityKind
from providers.choices import MessageKind
from providers.email.limits import FILES, FILES_COUNT, GOES, LARGEST_TEXT, LETTERS
from providers.policy import Policy

POLICY = Policy(
    icon="mail",
    kinds=frozenset({MessageKind.TEXT, *FILES}),
    is_always_open=True,
    text_limit=LARGEST_TEXT,
    caption_limit=LARGEST_TEXT,
    files=FILES,
    files_goes=GOES,
    files_per_message=FILES_COUNT,
    letters=LETTERS,
    has_threads=True,
    has_subject=True,
    starts_with=(IdentityKind.EMAIL,),
)
