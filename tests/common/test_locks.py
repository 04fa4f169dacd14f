"""Locks by name."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from common.locks import lock_all, lock_key


def test_a_key_is_stable_and_fits_the_database():
    assert lock_key("identity", 1, "x") == lock_key("identity", 1, "x")
    assert lock_key("a", "bc") != lock_key("ab", "c")
    assert all(-(2**63) <= lock_key(n) < 2**63 for n in range(1000))


@pytest.mark.django_db
def test_no_keys_need_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        lock_all([])


@pytest.mark.django_db(transaction=True)
def test_a_lock_excludes_the_second_until_the_first_commits():
    order: list[str] = []
    held, key = threading.Event(), lock_key("um")

    def second():
        held.wait(5)
        try:
            with transaction.atomic():
                lock_all([key])
                order.append("second")
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        lock_all([key])
        held.set()
        _wait_for_waiter(key)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_do_not_deadlock():
    keys = [lock_key("k", n) for n in range(40)]
    barrier, errors = threading.Barrier(2), []

    def take(order):
        try:
            barrier.wait(5)
            for _ in range(30):
                with transaction.atomic():
                    lock_all(order)
        except Exception as exc:
            errors.append(exc)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(order,)) for order in (keys, keys[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert errors == []


def _wait_for_waiter(key: int) -> None:
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype='advisory' AND NOT granted"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
