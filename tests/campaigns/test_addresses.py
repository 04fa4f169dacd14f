"""Where a campaign's message goes: where somebody chose, as long as it is that person's."""

from __future__ import annotations

import pytest

from campaigns.choices import LeftOut, RecipientStatus
from campaigns.models import Recipient
from campaigns.services.addresses import address_to
from campaigns.services.campaigns import VariantDraft
from campaigns.services.lists import Line, list_put
from contacts.models import Contact, ContactIdentity
from contacts.refs import IdentityKind, IdentityRef
from contacts.services.contacts import contact_save
from contacts.services.identities import identity_move, people_resolve
from contacts.services.merging import contacts_merge
from contacts.services.privacy import contact_erase
from providers.outgoing import Destination as Address
from tests import kinds, make

A, B = "5541988110001", "5541988110002"
USER_A, USER_B = "BR.1", "BR.2"


def writes(channel, phone: str, user: str = "") -> Contact:
    person = make.person(phone, user_id=user)
    account = channel.waba_id
    rows = people_resolve(company=channel.company_id, people=[person], account=account)
    return rows[0].contact


def allowed(contact: Contact | None, actor, **values) -> Contact:
    return contact_save(actor=actor, contact=contact, marketing_opt_in=True, **values)


def test_the_number_on_the_record_is_written_to_not_the_newest_that_ever_wrote(channel, ana, ready):
    kept = allowed(writes(channel, A), ana)
    contacts_merge(kept=kept, gone=writes(channel, B), actor=ana)
    ready()
    assert Recipient.unscoped.get().phone == A


def test_it_is_written_as_whatsapp_knows_it(channel, ana, ready):
    allowed(writes(channel, "554188110001"), ana)
    ready()
    assert Recipient.unscoped.get().phone == "554188110001"


def test_a_number_that_staff_edit_is_the_one(channel, ana, ready):
    allowed(writes(channel, A, USER_A), ana, phone="41988110029")
    ready()
    assert Recipient.unscoped.get().phone == "5541988110029"


def test_who_has_no_number_any_more_stops_no_audience(channel, ana, ready):
    contact_erase(contact=writes(channel, A, USER_A), actor=ana)
    contact_erase(contact=writes(channel, "", USER_B), actor=ana)
    writes(channel, "1" * 25)
    allowed(writes(channel, B), ana)
    assert ready().audience_state == "pronto"
    rows = Recipient.unscoped.order_by("phone").values_list("phone", "user_id", "left_out")
    assert list(rows) == [*3 * [("", "", LeftOut.NO_ADDRESS)], (B, "", "")]


def test_a_number_on_a_list_was_chosen(channel, ana, draft):
    from campaigns.services.audiences import audience_build, audience_request

    kept = allowed(writes(channel, A), ana)
    contacts_merge(kept=kept, gone=writes(channel, B), actor=ana)
    row = draft(filters={})
    list_put(campaign=row, actor=ana, lines=[Line(1, "(41) 98811-0002", {})], proof="ficha")
    audience_build(campaign=audience_request(campaign=row, actor=ana))
    assert Recipient.unscoped.get().phone == B


@pytest.mark.parametrize("status", [RecipientStatus.PENDING, RecipientStatus.FAILED])
def test_a_frozen_list_follows_who_changes_number(channel, ana, ready, status):
    allowed(writes(channel, A), ana)
    ready()
    Recipient.unscoped.update(status=status)
    old, new = (IdentityRef(IdentityKind.WA_PHONE, value) for value in (A, B))
    identity_move(company=channel.company_id, old=old, new=new)
    row = Recipient.unscoped.get()
    assert (row.phone, row.status) == (B, status)


def test_the_new_owner_of_a_number_gets_nothing_that_was_frozen_for_the_old_one(
    channel, ana, ready
):
    allowed(writes(channel, A, USER_A), ana)
    ready()
    assert Recipient.unscoped.get().phone == A
    writes(channel, A, USER_B)
    row = Recipient.unscoped.get()
    assert (row.phone, row.user_id) == ("", USER_A)


def test_who_left_their_only_address_is_left_out(channel, ana, ready):
    person = allowed(writes(channel, A, USER_A), ana)
    ready()
    ContactIdentity.unscoped.filter(contact=person, kind=IdentityKind.WA_BSUID).delete()
    writes(channel, A, USER_B)
    row = Recipient.unscoped.get()
    assert (row.status, row.left_out) == (RecipientStatus.SKIPPED, LeftOut.NO_ADDRESS)


def test_a_number_that_was_left_is_on_no_new_list(channel, ana, ready):
    allowed(writes(channel, A, USER_A), ana)
    allowed(writes(channel, A, USER_B), ana)
    ready()
    rows = Recipient.unscoped.order_by("contact_id").values_list("phone", "user_id")
    assert list(rows) == [("", USER_A), (A, "")]


# --- another kind of channel ---------------------------------------------------------------------


@pytest.fixture
def texts(clinic, monkeypatch):
    return kinds.channel_of(clinic, kinds.numbers(monkeypatch))


def phrase() -> list[VariantDraft]:
    return [VariantDraft(None, "Olá", {})]


def test_a_kind_with_numbers_reaches_the_record_however_the_number_came(channel, texts, ana, ready):
    """Typed by staff, told by WhatsApp, or the form in which the kind itself knows it."""
    typed = allowed(None, ana, name="Rita", phone="41988110001")
    allowed(writes(channel, B, USER_B), ana)
    allowed(kinds.writes(texts, kinds.by_number("554188110003", "Lia")).conversation.contact, ana)
    ready(channel=texts, variants=phrase())
    rows = dict(Recipient.unscoped.values_list("phone", "user_id"))
    assert rows == {A: "", B: "", "554188110003": ""}
    assert address_to(texts.kind, A) == Address(address=A)
    assert Recipient.unscoped.get(phone=A).contact_id == typed.pk


def test_who_has_only_a_user_id_of_another_kind_is_left_out(channel, texts, ana, ready):
    allowed(writes(channel, "", USER_A), ana)
    ready(channel=texts, variants=phrase())
    row = Recipient.unscoped.get()
    assert (row.phone, row.user_id, row.left_out) == ("", "", LeftOut.NO_ADDRESS)


def test_a_number_left_on_whatsapp_gets_nothing_by_another_kind(channel, texts, ana, ready):
    allowed(writes(channel, A, USER_A), ana)
    ready(channel=texts, variants=phrase())
    old, new = (IdentityRef(IdentityKind.WA_PHONE, value) for value in (A, B))
    identity_move(company=channel.company_id, old=old, new=new)
    row = Recipient.unscoped.get()
    assert (row.phone, row.status, row.left_out) == (
        "",
        RecipientStatus.SKIPPED,
        LeftOut.NO_ADDRESS,
    )
