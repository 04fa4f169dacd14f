"""Imports that are killed, doubled, stopped and stuck: good rows are in once, bad ones all told."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Membership
from common.locks import lock_all, lock_key
from common.scoping import company_scope
from contacts.imports import running, writing
from contacts.imports.forgetting import imports_purge
from contacts.imports.jobs import (
    FileGone,
    NotStartable,
    import_cancel,
    import_resume,
    import_start,
)
from contacts.imports.running import ATTEMPTS, Superseded, import_run, imports_sweep
from contacts.models import Contact, ContactIdentity, ImportJob, ImportRefusal
from contacts.models.imports import KEPT, LEASE
from contacts.refs import IdentityKind
from contacts.services.contacts import contact_save
from contacts.services.privacy import contact_erase
from tests import make
from tests.contacts.importing import HEADER, csv_of, received, run
from tests.processes import given_database
from tests.race import errors, together

pytestmark = pytest.mark.usefixtures("bells")
BAD_EVERY = 20


class Killed(BaseException):
    """What a worker does not catch."""


def rows(count: int) -> Iterator[tuple[str, str, str]]:
    """Give people, every twentieth of whom has no phone that is one."""
    for number in range(count):
        phone = "123" if number % BAD_EVERY == 7 else f"(41) 9{9000_0000 + number}"
        yield f"Pessoa {number}\nSobrenome", phone, ""


def started(actor: Membership, count: int) -> ImportJob:
    """Start an import of so many rows."""
    content = csv_of([HEADER, *rows(count)], encoding="cp1252")
    return import_start(job=received(actor, content), actor=actor)


def abandon(job: ImportJob) -> None:
    """Let the lease of whoever held it be over."""
    past = timezone.now() - 2 * LEASE
    ImportJob.unscoped.filter(pk=job.pk).exclude(claimed_at=None).update(claimed_at=past)


def assert_all_in_once(job: ImportJob, count: int) -> None:
    job.refresh_from_db()
    bad = [number for number in range(count) if number % BAD_EVERY == 7]
    assert (job.status, job.total, job.line) == ("concluida", count, count)
    assert (job.created_count, job.refused_count) == (count - len(bad), len(bad))
    assert Contact.unscoped.count() == ContactIdentity.unscoped.count() == count - len(bad)
    told = ImportRefusal.unscoped.filter(job=job).order_by("line")
    # The heading is line 1.
    assert list(told.values_list("line", flat=True)) == [number + 2 for number in bad]


def test_a_worker_that_dies_twenty_times_leaves_every_row_once(ana, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    chance = random.Random(7)
    write = running._write
    deaths = 0

    def dying(*args: Any) -> Any:
        nonlocal deaths
        at = chance.choice(("before", "after", "inside", "never"))
        if deaths >= 20 or at == "never":
            return write(*args)
        deaths += 1
        if at == "before":
            raise Killed
        with monkeypatch.context() as inside:
            if at == "inside":
                inside.setattr(running, "_refusal", lambda *found: (_ for _ in ()).throw(Killed))
            write(*args)
        raise Killed

    monkeypatch.setattr(running, "_write", dying)
    job = started(ana, 400)
    while not ImportJob.unscoped.get(pk=job.pk).is_over:
        try:
            import_run(job_id=job.pk, company_id=job.company_id)
        except Killed:
            abandon(job)
            # What was counted against it is about this test's odds.
            ImportJob.unscoped.update(attempts=0)
    assert deaths == 20
    assert_all_in_once(job, 400)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_twenty_times_leaves_every_row_once(ana):
    job = started(ana, 200_000)
    environment = given_database()
    command = [sys.executable, "-m", "tests.contacts.import_worker"]
    kills, lines = 0, set()
    while not ImportJob.unscoped.get(pk=job.pk).is_over:
        worker = subprocess.Popen(
            [*command, str(job.company_id), str(job.pk)], env=environment, stderr=subprocess.DEVNULL
        )
        if kills < 20:
            began = ImportJob.unscoped.get(pk=job.pk).line
            while worker.poll() is None and ImportJob.unscoped.get(pk=job.pk).line == began:
                time.sleep(0.02)
            time.sleep(random.random() / 5)
            worker.kill()
            kills += 1
        worker.wait()
        abandon(job)
        lines.add(ImportJob.unscoped.get(pk=job.pk).line)
    assert kills == 20 and len(lines) >= 10
    assert_all_in_once(job, 200_000)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_work_on_one_job(ana, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    job = started(ana, 200)
    results = together(*[lambda: import_run(job_id=job.pk, company_id=job.company_id)] * 4)
    assert not errors(results)
    assert_all_in_once(job, 200)


def test_a_worker_that_was_given_up_writes_nothing_more(ana, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    job = started(ana, 40)
    old = running._claim(job.company_id, job.pk)
    running._prepare(old)
    assert running._claim(job.company_id, job.pk) is None
    abandon(job)
    import_run(job_id=job.pk, company_id=job.company_id)
    with pytest.raises(Superseded):
        running._work(old, time.monotonic() + 60)
    assert_all_in_once(job, 40)


def test_long_rows_come_in_smaller_chunks(ana, monkeypatch):
    monkeypatch.setattr(running, "CHUNK_BYTES", 200)
    sizes = []
    write = running._write
    monkeypatch.setattr(
        running, "_write", lambda *given: sizes.append(len(given[1])) or write(*given)
    )
    job = started(ana, 40)
    run(job)
    assert_all_in_once(job, 40)
    assert max(sizes) < 6


def test_a_stop_holds_and_what_is_in_stays(ana, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    job = started(ana, 40)
    import_run(job_id=job.pk, company_id=job.company_id, seconds=0)
    import_cancel(job=job, actor=ana)
    import_run(job_id=job.pk, company_id=job.company_id)
    job.refresh_from_db()
    assert (job.status, job.line, Contact.unscoped.count()) == ("cancelada", 10, 9)
    import_resume(job=job, actor=ana)
    run(job)
    assert_all_in_once(job, 40)
    with pytest.raises(NotStartable):
        import_resume(job=job, actor=ana)


@pytest.mark.django_db(transaction=True)
def test_after_its_turn_a_worker_rings_for_the_rest(ana, monkeypatch, bells):
    monkeypatch.setattr(running, "CHUNK", 10)
    job = started(ana, 40)
    bells.clear()
    import_run(job_id=job.pk, company_id=job.company_id, seconds=0)
    assert bells == [("contacts.tasks.import_run", (str(job.company_id), str(job.pk)))]


def test_the_sweep_rings_for_what_nobody_is_at(ana, bells):
    job = started(ana, 40)
    expected = [("contacts.tasks.import_run", (str(job.company_id), str(job.pk)))]
    imports_sweep()
    assert bells == expected
    bells.clear()
    running._claim(job.company_id, job.pk)
    imports_sweep()
    assert not bells
    abandon(job)
    imports_sweep()
    assert bells == expected


def test_rows_that_fail_again_and_again_stop_the_import_and_it_can_go_on(ana, monkeypatch):
    def broken(*args: Any) -> None:
        raise OperationalError

    job = started(ana, 40)
    with monkeypatch.context() as patched:
        patched.setattr(running, "chunk_write", broken)
        for _ in range(ATTEMPTS):
            with pytest.raises(OperationalError):
                import_run(job_id=job.pk, company_id=job.company_id)
            abandon(job)
        import_run(job_id=job.pk, company_id=job.company_id)
    job.refresh_from_db()
    assert (job.status, job.error) == ("falhou", "falha_repetida")
    import_resume(job=job, actor=ana)
    run(job)
    assert_all_in_once(job, 40)


def test_a_file_that_breaks_off_half_way_fails_with_its_reason(ana):
    job = started(ana, 40)
    with job.file.storage.open(job.file.name, "wb") as file:
        file.write(b"\xff\xfe\x00")
    ImportJob.unscoped.update(encoding="utf-16")
    assert (run(job).status, run(job).error) == ("falhou", "arquivo_recusado")


def test_a_finished_import_keeps_no_file(ana, django_capture_on_commit_callbacks):
    job = started(ana, 40)
    storage, name = job.file.storage, job.file.name
    with django_capture_on_commit_callbacks(execute=True):
        done = run(job)
    assert (done.status, str(done.file), str(done.rows_file)) == ("concluida", "", "")
    assert not storage.exists(name)


def test_an_erasure_takes_the_files_of_imports_that_rest(ana, django_capture_on_commit_callbacks):
    stopped, draft = (
        received(ana, csv_of([HEADER, (name, "41998881111", "")])) for name in ("Lia", "Rita")
    )
    ImportJob.unscoped.filter(pk=stopped.pk).update(status="cancelada")
    stored = [(job.file.storage, job.file.name) for job in (stopped, draft)]
    person = Contact.unscoped.create(company_id=ana.company_id, name="Lia")
    with django_capture_on_commit_callbacks(execute=True), company_scope(ana.company_id):
        contact_erase(contact=person, actor=ana)
    assert not any(storage.exists(name) for storage, name in stored)
    assert list(ImportJob.unscoped.values_list("pk", "file")) == [(stopped.pk, "")]


def test_files_of_a_stopped_import_are_deleted_after_a_week(
    ana, django_capture_on_commit_callbacks
):
    job, draft = started(ana, 40), received(ana, csv_of([HEADER, ("Lia", "41998881111", "")]))
    ImportJob.unscoped.filter(pk=job.pk).update(status="cancelada", ended_at=timezone.now())
    stored = [(one.file.storage, one.file.name) for one in (job, draft)]
    assert imports_purge() == 0
    past = timezone.now() - KEPT - timedelta(minutes=1)
    ImportJob.unscoped.filter(pk=job.pk).update(ended_at=past)
    ImportJob.unscoped.filter(pk=draft.pk).update(created_at=past)
    with django_capture_on_commit_callbacks(execute=True):
        assert imports_purge() == 2
    assert not any(storage.exists(name) for storage, name in stored)
    assert list(ImportJob.unscoped.values_list("pk", "file", "rows_file")) == [(job.pk, "", "")]
    ImportJob.unscoped.update(status="cancelada")
    with pytest.raises(FileGone):
        import_resume(job=job, actor=ana)


# --- at the same moment ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("nine", ["9", ""])
def test_a_first_message_and_an_import_make_one_person(ana, channel, nine):
    for number in range(6):
        content = csv_of([HEADER, (f"Joana {number}", f"41 9888-70{number:02d}", "")])
        job = import_start(job=received(ana, content), actor=ana)
        person = make.person(f"5541{nine}988870{number:02d}")
        results = together(
            lambda job=job: import_run(job_id=job.pk, company_id=job.company_id),
            lambda person=person: make.inbound(channel, person=person),
        )
        assert not errors(results)
        assert Contact.unscoped.count() == number + 1
        assert ContactIdentity.unscoped.count() == number + 1


@pytest.mark.django_db(transaction=True)
def test_a_person_saved_by_hand_meanwhile_is_the_same(ana):
    for number in range(6):
        phone = f"4199888{number:04d}"
        job = import_start(job=received(ana, csv_of([HEADER, ("Lia", phone, "")])), actor=ana)
        together(
            lambda job=job: import_run(job_id=job.pk, company_id=job.company_id),
            lambda phone=phone: contact_save(actor=ana, name="Lia", phone=phone),
        )
        assert Contact.unscoped.filter(phone=f"+55{phone}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_people_make_them_once(ana, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    people = [
        (f"P{n}", f"4199888{n:04d}" if n % 2 else "", f"p{n}@exemplo.example") for n in range(60)
    ]
    jobs = [
        import_start(job=received(ana, csv_of([HEADER, *some])), actor=ana)
        for some in (people, people[::-1])
    ]
    results = together(
        *[lambda job=job: import_run(job_id=job.pk, company_id=job.company_id) for job in jobs]
    )
    assert not errors(results)
    assert Contact.unscoped.count() == 60


def test_the_numbers_of_a_chunk_are_locked_as_messages_lock_them(ana, monkeypatch):
    taken: set[int] = set()

    def note(keys: Any) -> None:
        found = list(keys)
        taken.update(found)
        lock_all(found)

    monkeypatch.setattr(writing, "lock_all", note)
    run(import_start(job=received(ana, csv_of([HEADER, ("L", "41998881111", "")])), actor=ana))
    key = lock_key("identity", ana.company_id, IdentityKind.WA_PHONE, "", "+5541998881111")
    assert key in taken
