"""Tags of our messages: found again anywhere, and impossible to make up."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.email.tags import message_id_for, plus_address, tag_for, tags_in

TOKENS = st.builds(
    lambda owner, pk, again: f"{owner}:{pk}:{again}" if again else f"{owner}:{pk}",
    st.sampled_from(["msg", "cmp"]),
    st.uuids(),
    st.integers(0, 20),
)


@given(TOKENS, st.sampled_from([str.upper, str.lower, str.title]))
def test_a_tag_is_found_wherever_it_stands(token, spelled):
    text = f"Final-Recipient: rfc822; x\n  In-Reply-To: {message_id_for(token, 'clinica.com.br')}"
    assert list(tags_in(spelled(text))) == [token]
    assert list(tags_in(plus_address("contato@clinica.com.br", token))) == [token]


@given(TOKENS, st.integers(0, 34), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_tag_is_nobodys(token, place, letter):
    tag = tag_for(token)
    if place < len(tag) and tag[place] != letter:
        assert token not in list(tags_in(tag[:place] + letter + tag[place + 1 :]))


@pytest.mark.parametrize("address", ["contato@clinica.com.br", f"{'a' * 40}@clinica.com.br"])
def test_no_local_part_grows_too_long(address):
    made = plus_address(address, f"msg:{uuid4()}")
    assert len(made.rpartition("@")[0]) <= 64
    assert made.endswith("@clinica.com.br")
