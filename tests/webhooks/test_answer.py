"""Rings inside one process: few threads work, and no ring is lost between two looks."""

from __future__ import annotations

import threading

import pytest

from webhooks.bell import Answer

PATIENCE = 10


class Work:
    """Work that begins when told to end, and counts how often it was done."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.count = 0

    def __call__(self) -> None:
        self.begun.release()
        assert self.go_on.acquire(timeout=PATIENCE)
        self.count += 1


def ring(answer: Answer) -> threading.Thread:
    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_a_ring_that_finds_all_busy_makes_one_of_them_look_again():
    work = Work()
    answer = Answer(work, most=1)
    first = ring(answer)
    assert work.begun.acquire(timeout=PATIENCE)
    for _ in range(3):
        answer()
    assert work.count == 0
    work.go_on.release(2)
    first.join(PATIENCE)
    assert work.count == 2


def test_no_more_threads_work_than_may():
    work = Work()
    answer = Answer(work, most=2)
    threads = [ring(answer), ring(answer)]
    assert all(work.begun.acquire(timeout=PATIENCE) for _ in threads)
    answer()
    assert not work.begun.acquire(blocking=False)
    work.go_on.release(3)
    for thread in threads:
        thread.join(PATIENCE)
    assert work.count == 3


def test_work_that_fails_makes_room_for_the_next():
    def fail() -> None:
        raise ValueError

    answer = Answer(fail, most=1)
    for _ in range(2):
        with pytest.raises(ValueError):
            answer()
