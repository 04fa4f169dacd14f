"""What somebody is called who gave no name."""

from __future__ import annotations

import pytest

from contacts.masking import CLEAR, Lens
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from inbox.shell.presenters import name_of
from tests import make

MASKED = Lens(is_clear=False)


@pytest.fixture(autouse=True)
def _silent(bells) -> None:
    """Nothing here reaches a broker."""


@pytest.mark.parametrize(
    ("number", "clear", "masked"),
    [
        # A service's short code is no phone of anybody's.
        ("27900", "27900", "27900"),
        ("041988001198", "041988001198", "Sem nome"),
        ("5541998887777", "(41) 99888-7777", "(41) *****-7777"),
    ],
)
def test_who_gave_no_name_is_known_by_the_number_that_wrote(clinic, number, clear, masked):
    person = PersonRef((IdentityRef(IdentityKind.PHONE, number),))
    talk = make.inbound(make.sms_channel(clinic), person=person).conversation
    assert (name_of(talk, CLEAR), name_of(talk, MASKED)) == (clear, masked)
