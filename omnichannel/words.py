"""What a message says, as the search box and its index read it."""

from __future__ import annotations

from django.db.models import Func, TextField

from common.folding import Fold


class Said(Func):
    """The text, and what else the bubble shows: answers to a form, a place, cards, an advert."""

    function = "central_said"
    output_field = TextField()


SAID = Fold(Said("text", "metadata"))
NAMED = Fold("filename")
HEARD = Fold("transcription")
ABOUT = Fold("subject")
