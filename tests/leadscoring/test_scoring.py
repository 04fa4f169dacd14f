"""From a message to a score with its reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import TestCase

from contacts.models import Contact
from contacts.segments import Asked, people
from contacts.services.contacts import contact_save
from contacts.services.merging import contacts_merge, merge_undo
from leadscoring import bells as names
from leadscoring import tasks
from leadscoring.choices import Action
from leadscoring.models import ContactFacts, LeadScore, LeadScoreHistory, TalkFacts
from leadscoring.rules import facts_of, score
from leadscoring.selectors import told
from leadscoring.services.counting import company_recount, conversations_count
from leadscoring.services.scoring import (
    contacts_score,
    score_recalculate,
    scores_age,
    scores_recalculate,
)
from omnichannel.models import Conversation
from tests import make, race
from tests.leadscoring.conftest import NOW, answer, hear


def again(row):
    return type(row).unscoped.get(pk=row.pk)


def test_a_question_for_the_price_is_scored_and_explained(say, clinic):
    contact = say("Oi! Quanto custa o botox?").conversation.contact
    row = hear(contact)
    assert (row.intent, row.purchase_intent, row.signals) == (35, True, ["quanto custa"])
    assert row.temperature >= 70
    sentences = [text for part in told(row, clinic) for _reason, text in part.reasons]
    assert "Falou em preço hoje (+35)." in sentences
    assert "Enviou 1 mensagem (+12)." in sentences


def test_the_stored_score_is_what_the_rules_say_of_the_stored_facts(say, ana):
    first = say("Quero agendar, é urgente. Tem desconto?")
    answer(first.conversation, ana)
    row = hear(first.conversation.contact)
    made = score(facts_of(row.facts))
    assert (row.total, row.temperature, row.recommended_action) == (
        made.total,
        made.temperature,
        made.recommended_action,
    )
    assert row.total == score(row.facts_on(row.calculated_on)).total


def test_a_recalculation_without_new_facts_changes_nothing_and_writes_no_history(say):
    contact = say("preço").conversation.contact
    row = hear(contact)
    after = score_recalculate(contact=contact)
    assert (after.total, after.facts) == (row.total, row.facts)
    assert LeadScoreHistory.unscoped.filter(contact=contact).count() == 1


def test_a_change_is_kept_with_its_reason_and_details(say):
    contact = say("oi").conversation.contact
    before = hear(contact)
    say("quanto custa?")
    after = hear(contact)
    newest, first = LeadScoreHistory.unscoped.filter(contact=contact)
    assert (first.previous, first.current) == (None, before.total)
    assert (newest.previous, newest.current, newest.reason) == (
        before.total,
        after.total,
        "mensagem",
    )
    assert newest.details["antes"][3] == 0 and newest.details["depois"][3] == 35
    assert newest.score_id == after.pk


def test_the_same_bell_many_times_counts_a_message_once(say):
    contact = say("preço").conversation.contact
    hear(contact)
    counts = ContactFacts.unscoped.values().get()
    scored = LeadScore.unscoped.values().get()
    for _ in range(3):
        tasks._hear(str(contact.company_id), [Conversation.unscoped.get().pk])
    assert ContactFacts.unscoped.values().get() == counts
    assert LeadScore.unscoped.values().get() == scored
    assert counts["inbound_count"] == 1


def test_counting_as_it_comes_and_counting_anew_are_the_same(say, ana, clock, clinic):
    texts = ["oi", "quanto custa?", "tem vaga?", "não tenho interesse", "quero agendar"]
    for at, text in enumerate(texts):
        clock.move_to(NOW + timedelta(hours=7 * at), tick=False)
        message = make.inbound(say.__closure__[0].cell_contents, text=text)
        hear(message.conversation.contact)
        clock.shift(90)
        answer(message.conversation, ana)
        hear(message.conversation.contact)
    row = TalkFacts.unscoped.values().get()
    assert company_recount(company_id=clinic.pk) == 1
    anew = TalkFacts.unscoped.values().get()
    assert {**anew, "updated_at": 0} == {**row, "updated_at": 0}
    assert (row["inbound_count"], row["outbound_count"], row["reply_count"]) == (5, 5, 4)


def test_a_note_of_staff_is_nobodys_behaviour(say, ana, clinic):
    from omnichannel.services.outbound import note_add

    message = say("oi")
    contact = message.conversation.contact
    hear(contact)
    talk = Conversation.unscoped.get()
    note_add(conversation=talk, author=ana, text="quanto custa? preço")
    row = hear(contact)
    assert row.intent == 0
    assert TalkFacts.unscoped.get().counted_seq == Conversation.unscoped.get().message_seq


def test_time_cools_a_person_and_only_on_its_day(say, clinic, clock):
    contact = say("quanto custa?").conversation.contact
    before = hear(contact)
    assert scores_age(company_id=clinic.pk).written == 0
    clock.shift(timedelta(days=1))
    assert scores_age(company_id=clinic.pk).changed == 1
    cooler = again(before)
    assert cooler.temperature < before.temperature
    assert scores_age(company_id=clinic.pk).written == 0
    clock.shift(timedelta(days=40))
    scores_age(company_id=clinic.pk)
    cold = again(before)
    assert (cold.intent, cold.recommended_action) == (0, Action.REENGAGE)
    assert LeadScoreHistory.unscoped.filter(contact=contact).first().reason == "tempo"


def test_a_sentence_ages_with_the_day_although_the_score_stands(say, clinic, clock):
    row = hear(say("quanto custa?").conversation.contact)
    clock.shift(timedelta(days=2))
    scores_age(company_id=clinic.pk)
    clock.shift(timedelta(days=1))
    row = again(row)
    assert str(row.calculated_on) == "2026-11-27"
    said = [text for part in told(row, clinic) for _reason, text in part.reasons]
    assert "Falou em preço há 3 dias (+30)." in said
    assert row.explained((NOW + timedelta(days=300)).date()).total == row.total


def test_a_change_of_the_record_is_found_without_a_bell(say, clinic, ana, clock):
    contact = say("oi").conversation.contact
    row = hear(contact)
    assert scores_recalculate(company_id=clinic.pk).written == 0
    clock.shift(5)
    contact_save(actor=ana, contact=contact, email="joana@exemplo.example")
    assert scores_recalculate(company_id=clinic.pk).changed == 1
    assert again(row).profile == row.profile + 25


def test_people_who_never_wrote_are_scored_too(clinic, ana):
    contact_save(actor=ana, name="Lia Prado", phone="(41) 99888-1111")
    assert scores_recalculate(company_id=clinic.pk).written == 1
    row = LeadScore.unscoped.get()
    assert (row.profile, row.temperature, row.recommended_action) == (55, 0, "qualificar")
    assert row.next_on is None


def test_a_change_rings_and_a_message_does_not(bells, say, ana, clinic):
    with TestCase.captureOnCommitCallbacks(execute=True):
        contact = say("oi").conversation.contact
    assert not [name for name, _args in bells if name.startswith("leadscoring.")]
    with TestCase.captureOnCommitCallbacks(execute=True):
        contact_save(actor=ana, contact=contact, name="Joana")
    assert (names.CONTACTS, (str(clinic.pk), [str(contact.pk)])) in bells


def test_the_tick_counts_what_no_look_found(say, clinic):
    contact = say("quanto custa?").conversation.contact
    # The tick looks at the last days by the database's clock, which nobody turned back.
    Conversation.unscoped.update(last_message_at=Now())
    tasks.tick()
    assert LeadScore.unscoped.get(contact=contact).intent == 35
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "_hear", None)
        tasks.tick()


def test_conversations_that_change_hands_are_counted_for_the_new_person(say, clinic, ana):
    contact = say("quanto custa?").conversation.contact
    hear(contact)
    other = contact_save(actor=ana, name="Lia")
    Conversation.unscoped.update(contact=other)
    tasks.contacts_heard(str(clinic.pk), [str(contact.pk), str(other.pk)])
    assert LeadScore.unscoped.get(contact=other).intent == 35
    assert LeadScore.unscoped.get(contact=contact).intent == 0


def test_a_merge_leaves_one_score_of_everything_and_its_undoing_two(
    say, channel, clinic, ana, bells, django_capture_on_commit_callbacks
):
    contact = say("quanto custa?").conversation.contact
    hear(contact)
    other = make.inbound(channel, text="tem vaga?", person=make.person("5541990001111", "Lia"))
    gone = other.conversation.contact
    hear(gone)

    def ring() -> None:
        (args,) = [args for name, args in bells if name == names.CONTACTS]
        bells.clear()
        tasks.contacts_heard(*args)

    with django_capture_on_commit_callbacks(execute=True):
        bells.clear()
        merge = contacts_merge(kept=contact, gone=gone, actor=ana)
    ring()
    (row,) = LeadScore.unscoped.all()
    assert (row.contact, row.intent, facts_of(row.facts).talks) == (contact, 75, 2)
    assert LeadScoreHistory.unscoped.filter(contact=contact).count() == 3
    with django_capture_on_commit_callbacks(execute=True):
        merge_undo(merge=merge, actor=ana)
    ring()
    found = dict(LeadScore.unscoped.values_list("contact", "intent"))
    assert found == {contact.pk: 35, gone.pk: 40}


def test_segments_ask_for_scores(say, channel, clinic):
    contact = say("quanto custa?").conversation.contact
    hear(contact)
    cold = make.inbound(channel, person=make.person("5541990001111", "Lia")).conversation.contact
    hear(cold)

    def found(field: str, operator: str, value: str) -> list[Contact]:
        everyone = Contact.unscoped.filter(company=clinic)
        return list(people(everyone, [Asked(field, operator, value)]))

    assert found("temperatura", "minimo", "70") == [contact]
    assert found("temperatura", "maximo", "69") == [cold]
    # Whoever was imported and never wrote counts as low: a reactivation must not lose them.
    never = Contact.unscoped.create(company=clinic, name="Nunca")
    assert found("score", "maximo", "0") == [never]
    assert set(found("score", "maximo", "100")) == {contact, cold, never}
    assert set(found("score", "minimo", "0")) == {contact, cold, never}
    assert set(found("temperatura", "maximo", "69")) == {cold, never}
    assert set(found("acao", "nao_e", "Ligar agora")) == {contact, cold, never}


def test_words_that_change_are_looked_for_in_old_messages(say, clinic):
    from leadscoring.services.words import word_save

    contact = say("vocês fazem harmonização?").conversation.contact
    assert hear(contact).intent == 0
    word_save(company_id=clinic.pk, kind="compra", text="harmonização")
    tasks.recount(str(clinic.pk))
    row = LeadScore.unscoped.get(contact=contact)
    assert (row.intent, row.signals) == (35, ["harmonizacao"])
    assert LeadScoreHistory.unscoped.filter(contact=contact).first().reason == "palavras"


def test_the_command_counts_and_scores_everybody(say, clinic, capsys):
    contact = say("quanto custa?").conversation.contact
    hear(contact)
    ContactFacts.unscoped.update(price_on=None, inbound_count=900)
    TalkFacts.unscoped.update(price_on=None, inbound_count=900)
    call_command("scores_rebuild", empresa=str(clinic.pk))
    assert "1 conversas, 1 scores" in capsys.readouterr().out
    row = LeadScore.unscoped.get()
    assert (row.intent, facts_of(row.facts).messages) == (35, 1)


def test_one_companys_scoring_touches_no_other(say, rival_channel, clinic, rival):
    hear(say("preço").conversation.contact)
    theirs = make.inbound(rival_channel, text="preço").conversation.contact
    scores_recalculate(company_id=clinic.pk, everyone=True)
    assert not LeadScore.unscoped.filter(contact=theirs).exists()
    contacts_score(company_id=clinic.pk, contact_ids=[theirs.pk], reason="pedido")
    assert not LeadScore.unscoped.filter(contact=theirs).exists()


@pytest.mark.django_db(transaction=True)
def test_many_who_score_the_same_person_write_one_history(say, clinic):
    contact = say("quanto custa?").conversation.contact
    talk = Conversation.unscoped.get()

    def act():
        conversations_count(company_id=clinic.pk, conversation_ids=[talk.pk])
        return score_recalculate(contact=contact)

    assert not race.errors(race.together(*[act] * 8))
    assert ContactFacts.unscoped.get().inbound_count == 1
    assert LeadScore.unscoped.count() == 1
    assert LeadScoreHistory.unscoped.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_conversations_of_a_person_counted_at_once_are_both_in_the_sum(channel, clinic, rival):
    other = make.channel(clinic, account_id="300000000000002", waba_id="300000000000001")
    talks = [make.inbound(one, text="preço").conversation for one in (channel, other)]
    contact = Contact.unscoped.get()
    acts = [
        lambda talk=talk: conversations_count(company_id=clinic.pk, conversation_ids=[talk.pk])
        for talk in talks
    ]
    assert not race.errors(race.together(*acts))
    row = ContactFacts.unscoped.get(contact=contact)
    assert (row.inbound_count, row.talk_count) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_scoring_all_and_scoring_some_at_once_never_wait_for_each_other_for_ever(channel, clinic):
    people = [
        make.inbound(channel, person=make.person(f"55419000{n:05}", "X")).conversation.contact_id
        for n in range(40)
    ]
    talks = Conversation.unscoped.values_list("pk", flat=True)
    conversations_count(company_id=clinic.pk, conversation_ids=list(talks))
    ids = [people, people[::-1]]
    acts = [
        *(lambda: scores_recalculate(company_id=clinic.pk, everyone=True),) * 3,
        *(
            lambda some=some: contacts_score(
                company_id=clinic.pk, contact_ids=some, reason="mensagem"
            )
            for some in ids * 3
        ),
        *(
            lambda pk=pk: score_recalculate(contact=Contact.unscoped.get(pk=pk))
            for pk in people[:4]
        ),
    ]
    assert not race.errors(race.together(*acts))
    assert LeadScoreHistory.unscoped.count() == len(people)
