"""What stands on the page that asks before a person's data are erased."""

from __future__ import annotations

from django.utils.translation import gettext

from contacts.models import Contact
from contacts.services.privacy import erasure_weigh


def erasure_words(contact: Contact) -> list[str]:
    """Say whose data it is about, how much that is, and what would refuse it after the click."""
    weighed = erasure_weigh(contact)
    words = [
        gettext("Pessoa: %(name)s.") % {"name": contact},
        gettext("Registros que são dela: %(count)d.") % {"count": weighed.rows},
    ]
    if weighed.is_held:
        words.append(gettext("Há uma guarda legal em vigor: a eliminação será recusada."))
    if weighed.is_talking:
        words.append(gettext("Há algo em andamento com ela: a eliminação será recusada."))
    return words
