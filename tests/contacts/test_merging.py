"""Two records of one person become one, nothing is lost, and it can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from accounts.models import Company, Membership
from campaigns.models import Recipient
from campaigns.services.campaigns import campaign_save
from common.scoping import company_scope
from contacts.models import (
    Consent,
    Contact,
    ContactMerge,
    DuplicatePair,
    DuplicateReason,
    DuplicateStatus,
    Purpose,
)
from contacts.services.consent import consent_record, consent_state, consents_verify
from contacts.services.contacts import DuplicatePerson, contact_save
from contacts.services.duplicates import duplicates_scan, pair_dismiss, pair_note
from contacts.services.merge_tables import name_of, staying, tables
from contacts.services.merging import (
    MergedAlready,
    OneFamily,
    SamePerson,
    TooLateToUndo,
    contacts_merge,
    merge_preview,
    merge_settle,
    merge_undo,
)
from omnichannel.models import Conversation
from queues.models import Ticket
from queues.services.queues import queue_save
from tests import make
from tests.race import errors, together

MARKETING = Purpose.MARKETING


@pytest.fixture(autouse=True)
def _silent(bells: list[Any]) -> None:
    """Nothing here reaches a broker."""


@pytest.fixture
def old(channel, clinic: Company, ana: Membership) -> Contact:
    queue_save(company=clinic, actor=None, name="Recepção", is_default=True)
    row = make.inbound(channel, person=make.person("5541999990001", "Rita")).conversation.contact
    return save(ana, contact=row, tags=["VIP", "Botox"], notes="Alérgica")


@pytest.fixture
def new(channel, ana: Membership) -> Contact:
    row = make.inbound(channel, person=make.person("5541999990002", "Rita M."))
    return save(
        ana,
        contact=row.conversation.contact,
        tags=["Botox", "Retorno"],
        email="rita@example.com",
        custom={"convenio": "Vida Mais"},
        notes="Prefere manhã",
    )


def save(actor: Membership, **values: Any) -> Contact:
    """Write a person down as a page does."""
    with company_scope(actor.company_id):
        return contact_save(actor=actor, **values)


def again(row: Any) -> Any:
    return type(row).unscoped.get(pk=row.pk)


def everything(contact: Contact) -> dict[str, set[Any]]:
    """Name every row that points at a person, by table."""
    found = {}
    for model, field in tables():
        manager = getattr(model, "unscoped", model._default_manager)
        rows = manager.filter(**{field: contact.pk})
        found[name_of(model, field)] = set(rows.values_list("pk", flat=True))
    return found


def allow(contact: Contact, granted: bool, source: str = "ficha", **ago: float) -> None:
    consent_record(
        contact=contact,
        purpose=MARKETING,
        is_granted=granted,
        source=source,
        occurred_at=timezone.now() - timedelta(**ago),
    )


def test_a_preview_tells_what_would_move_and_changes_nothing(old, new):
    found = merge_preview(kept=old, gone=new)
    assert found.fields["email"] == "rita@example.com"
    assert found.rows["conversa"] == 1
    assert found.rows["atendimento"] == 1
    assert again(new).merged_into is None


def test_everything_moves_and_empty_fields_are_filled(old, new, ana):
    before = {name: ids | everything(new)[name] for name, ids in everything(old).items()}
    contacts_merge(kept=old, gone=new, actor=ana)
    after = everything(again(old))
    tags = "contacts.contacttag"
    assert {**after, tags: 0} == {**before, tags: 0}
    kept = again(old)
    with company_scope(kept.company_id):
        assert {tag.name for tag in kept.tags.all()} == {"VIP", "Botox", "Retorno"}
    assert (kept.name, kept.email) == ("Rita", "rita@example.com")
    assert kept.custom == {"convenio": "Vida Mais"}
    assert kept.notes == "Alérgica\n\nPrefere manhã"
    assert again(new).merged_into == kept


def test_every_table_that_names_a_person_moves_or_has_a_rule():
    pointing = {
        name_of(model, field.attname)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Contact
    }
    assert {name_of(model, field) for model, field in tables()} == pointing - set(staying)
    assert {"contacts.contacttag", "omnichannel.conversation.about"} <= pointing


def test_what_campaigns_sent_moves_and_comes_back(channel, old, new, ana):
    campaign = campaign_save(actor=ana, channel=channel, name="Maio")
    row = Recipient.unscoped.create(
        company=ana.company, campaign=campaign, contact=new, phone="5541999990002"
    )
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    assert again(row).contact == old
    merge_undo(merge=merge, actor=ana)
    assert again(row).contact == new


def test_who_was_in_a_campaign_twice_stays_in_it_once(channel, old, new, ana):
    campaign = campaign_save(actor=ana, channel=channel, name="Maio")
    for contact in (old, new):
        Recipient.unscoped.create(company=ana.company, campaign=campaign, contact=contact)
    contacts_merge(kept=old, gone=new, actor=ana)
    assert Recipient.unscoped.filter(campaign=campaign, contact=old).count() == 1


# --- families -------------------------------------------------------------------------------------


def test_dependants_and_what_is_about_them_move(old, new, ana):
    child = save(ana, name="Enzo", guardian=new, relation="filho")
    talk = Conversation.unscoped.get(contact=new)
    Conversation.unscoped.filter(pk=talk.pk).update(about=new)
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    assert (again(child).guardian, again(talk).about) == (old, old)
    merge_undo(merge=merge, actor=ana)
    assert (again(child).guardian, again(talk).about) == (new, new)


def test_the_kept_record_takes_the_other_s_guardian_and_gives_it_back(clinic, old, new, ana):
    mother = Contact.unscoped.create(company=clinic, name="Mãe")
    save(ana, contact=new, guardian=mother, relation="filho")
    merge = contacts_merge(kept=old, gone=again(new), actor=ana)
    assert (again(old).guardian, again(old).relation) == (mother, "filho")
    merge_undo(merge=merge, actor=ana)
    assert (again(old).guardian, again(old).relation) == (None, "")


@pytest.mark.parametrize("is_child_kept", [True, False])
def test_a_guardian_is_not_merged_with_a_dependant(old, new, ana, is_child_kept):
    save(ana, contact=new, guardian=old)
    kept, gone = (again(new), old) if is_child_kept else (old, again(new))
    with pytest.raises(OneFamily):
        contacts_merge(kept=kept, gone=gone, actor=ana)


def test_a_merge_makes_no_chain_of_dependants(clinic, old, new, ana):
    mother = Contact.unscoped.create(company=clinic, name="Mãe")
    save(ana, contact=new, guardian=mother)
    save(ana, name="Enzo", guardian=old)
    with pytest.raises(OneFamily):
        contacts_merge(kept=old, gone=again(new), actor=ana)


def test_a_merge_from_before_there_were_dependants_can_be_undone(old, new, ana):
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    for side in (merge.before, merge.after):
        del side["guardian_id"], side["relation"]
    merge.save()
    merge_undo(merge=merge, actor=ana)
    assert again(old).email == ""


def test_a_merged_record_is_shown_to_nobody(old, new, ana):
    contacts_merge(kept=old, gone=new, actor=ana)
    shown = Contact.objects.for_company(ana.company_id).visible_to(ana)
    assert list(shown) == [old]
    # Its number is not a duplicate of the one it is part of.
    save(ana, contact=again(old), phone="+55 41 99999-0002")


def test_a_message_from_either_number_reaches_the_one_record(channel, old, new, ana):
    contacts_merge(kept=old, gone=new, actor=ana)
    for number in ("5541999990001", "5541999990002"):
        row = make.inbound(channel, person=make.person(number, "Rita"))
        assert row.conversation.contact == old


def test_undoing_gives_everything_back(old, new, ana):
    before = everything(old), everything(new)
    fields = [(row.name, row.email, row.notes, row.custom) for row in map(again, (old, new))]
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    merge_undo(merge=merge, actor=ana)
    assert (everything(old), everything(new)) == before
    after = [(row.name, row.email, row.notes, row.custom) for row in map(again, (old, new))]
    assert after == fields
    assert again(new).merged_into is None
    with pytest.raises(TooLateToUndo):
        merge_undo(merge=merge, actor=ana)


def test_undoing_keeps_what_came_since(channel, old, new, ana):
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    save(ana, contact=again(old), email="outro@example.com")
    late = make.inbound(channel, person=make.person("5541999990003", "Rita"))
    Conversation.unscoped.filter(pk=late.conversation_id).update(contact=old)
    merge_undo(merge=merge, actor=ana)
    assert again(old).email == "outro@example.com"
    assert again(late.conversation).contact == old


def test_after_thirty_days_it_stands(old, new, ana):
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    with time_machine.travel(timezone.now() + timedelta(days=31)), pytest.raises(TooLateToUndo):
        merge_undo(merge=merge, actor=ana)


def test_two_records_of_one_are_refused(old, new, ana, rival):
    with pytest.raises(SamePerson):
        contacts_merge(kept=old, gone=old, actor=ana)
    stranger = Contact.unscoped.create(company=rival, name="Rita")
    with pytest.raises(SamePerson):
        contacts_merge(kept=old, gone=stranger, actor=ana)
    contacts_merge(kept=old, gone=new, actor=ana)
    with pytest.raises(MergedAlready):
        contacts_merge(kept=old, gone=new, actor=ana)


def test_what_comes_late_to_the_old_record_moves_too(old, new, ana):
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    ticket = Ticket.unscoped.filter(contact=old).first()
    Ticket.unscoped.filter(pk=ticket.pk).update(contact=new)
    assert merge_settle(merge=merge) == 1
    assert again(ticket).contact == old
    assert merge_settle(merge=merge) == 0


# --- consents -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "gone", "merged", "undone"),
    [
        (None, (False, 1), False, False),
        ((True, 2), (False, 1), False, False),
        ((True, 1), (False, 2), True, True),
        ((False, 1), (True, 2), False, False),
        # What only the other one had allowed is not allowed any more.
        (None, (True, 1), True, False),
        ((False, 2), (True, 1), True, False),
        ((True, 2), (True, 1), True, True),
    ],
)
def test_the_newest_word_of_either_holds(old, new, ana, kept, gone, merged, undone):
    for contact, said in ((old, kept), (new, gone)):
        if said is not None:
            allow(contact, said[0], days=said[1])
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    assert consent_state(old, MARKETING) is merged
    merge_undo(merge=merge, actor=ana)
    assert consent_state(old, MARKETING) is undone
    assert consent_state(new, MARKETING) is gone[0]
    assert consents_verify(company=old.company_id).is_whole


@pytest.mark.parametrize("word_on_kept", [True, False])
@pytest.mark.parametrize("claim", ["importacao:x", "lista de campanha", "api"])
def test_a_merge_never_brings_back_what_the_person_withdrew(old, new, ana, claim, word_on_kept):
    left, other = (old, new) if word_on_kept else (new, old)
    allow(left, False, "palavra", days=2)
    # A file of long ago, written down today.
    allow(other, True, claim, days=1)
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    assert consent_state(old, MARKETING) is False
    # Told again, later, by whoever: it is still a claim against a word.
    allow(old, True, claim, hours=1)
    assert consent_state(old, MARKETING) is False
    merge_undo(merge=merge, actor=ana)
    assert consent_state(left, MARKETING) is False
    assert consents_verify(company=old.company_id).is_whole


def test_who_comes_back_by_their_own_word_is_back_after_a_merge(old, new, ana):
    allow(old, False, "palavra", days=2)
    allow(new, True, "palavra", days=1)
    contacts_merge(kept=old, gone=new, actor=ana)
    assert consent_state(old, MARKETING) is True


def test_what_was_refused_since_the_merge_holds_for_both_when_it_is_undone(old, new, ana):
    allow(new, True, "palavra", days=1)
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    allow(old, False, "palavra")
    merge_undo(merge=merge, actor=ana)
    assert consent_state(old, MARKETING) is False
    assert consent_state(new, MARKETING) is False


def test_a_word_that_reached_the_record_that_went_is_told_later(old, new, ana):
    allow(old, True, "palavra", days=1)
    merge = contacts_merge(kept=old, gone=new, actor=ana)
    allow(new, False, "palavra")
    merge_settle(merge=merge)
    assert consent_state(old, MARKETING) is False


def test_the_ledger_keeps_each_word_where_it_was_said(old, new, ana):
    allow(new, False, days=1)
    contacts_merge(kept=old, gone=new, actor=ana)
    assert Consent.unscoped.filter(contact=new, source="ficha").count() == 1
    told = Consent.unscoped.get(contact=old)
    assert (told.source, told.proof) == ("mesclagem", f"contato {new.pk}")


# --- at the same moment ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_message_at_the_same_moment_lands_on_the_record_that_stays(channel, old, new, ana):
    results = together(
        lambda: contacts_merge(kept=old, gone=new, actor=ana),
        *(
            lambda n=n: make.inbound(
                channel, person=make.person("5541999990002", "Rita"), external_id=f"wamid.{n}"
            )
            for n in range(4)
        ),
    )
    assert errors(results) == []
    merge_settle(merge=results[0])
    assert not Conversation.unscoped.filter(contact=new).exists()
    assert Conversation.unscoped.filter(contact=old).count() == 2


@pytest.mark.django_db(transaction=True)
def test_merging_both_ways_at_once_does_it_once(old, new, ana):
    results = together(
        lambda: contacts_merge(kept=old, gone=new, actor=ana),
        lambda: contacts_merge(kept=new, gone=old, actor=ana),
    )
    assert [type(error) for error in errors(results)] == [MergedAlready]
    assert ContactMerge.unscoped.count() == 1


# --- who may be one person ------------------------------------------------------------------------


def person(clinic: Company, name: str, phone: str = "", email: str = "") -> Contact:
    return Contact.unscoped.create(company=clinic, name=name, phone=phone, email=email)


def test_the_scan_finds_phones_addresses_and_names(clinic, rival):
    a = person(clinic, "Lia Dias", "+5541988887777")
    b = person(clinic, "Lia", "+5541988887777")
    c = person(clinic, "Lia Souza", email="Lia@example.com")
    d = person(clinic, "L. Souza", email="lia@EXAMPLE.com")
    e = person(clinic, "Ana Júlia Reis", "+5511977776666")
    f = person(clinic, "ana julia reis", "+5521977776666")
    person(clinic, "Outra Pessoa", "+5541911112222")
    person(rival, "Lia Dias", "+5541988887777")
    assert duplicates_scan(company=clinic) == 3
    found = {(row.first, row.second, row.reason) for row in DuplicatePair.unscoped.all()}
    assert found == {(a, b, "telefone"), (c, d, "email"), (e, f, "nome")}
    assert duplicates_scan(company=clinic) == 0


def test_a_family_shares_its_mailbox(clinic):
    mother = person(clinic, "Lia Dias", "+5541988887777", "lia@example.com")
    for name in ("Enzo", "Bia"):
        child = person(clinic, name, email="lia@example.com")
        Contact.unscoped.filter(pk=child.pk).update(guardian=mother)
    assert duplicates_scan(company=clinic) == 0


def test_a_switchboard_s_number_is_no_duplicate(clinic):
    for n in range(21):
        person(clinic, f"Pessoa {n}", "+5541933334444")
    assert duplicates_scan(company=clinic) == 0


def test_a_pair_that_staff_called_different_is_not_brought_up_again(clinic, ana):
    a, b = (person(clinic, "Lia", "+5541988887777") for _ in range(2))
    pair = pair_note(one=b, other=a, reason=DuplicateReason.BY_HAND)
    pair_dismiss(pair=pair, actor=ana)
    assert duplicates_scan(company=clinic) == 0
    assert again(pair).status == DuplicateStatus.DIFFERENT


def test_a_merge_settles_its_pair_and_drops_those_of_who_went(clinic, ana):
    a, b, c = (person(clinic, "Lia", "+5541988887777") for _ in range(3))
    duplicates_scan(company=clinic)
    other = pair_note(one=b, other=c, reason=DuplicateReason.BY_HAND)
    contacts_merge(kept=a, gone=b, actor=ana)
    assert DuplicatePair.unscoped.get(first=a, second=b).status == DuplicateStatus.MERGED
    assert not DuplicatePair.unscoped.filter(pk=other.pk).exists()


def test_the_phone_of_a_standing_record_is_still_a_duplicate(clinic, ana):
    person(clinic, "Lia", "+5541988887777")
    with pytest.raises(DuplicatePerson):
        save(ana, name="Lia", phone="(41) 98888-7777")
