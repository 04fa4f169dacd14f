"""The people of some clinics: one who sees everything, and attendants who see what is theirs and
what nobody has taken.

`python -m tests.chaos.crew CLINICS ATTENDANTS` makes them on the empty database of its environment
and prints a JSON line with their seats. Then it reads a number from each line of stdin, does so
many things that people do with tickets, and prints how many of each were not refused.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings
from django.db import connection, transaction

# Nobody types a password here, and the real hash takes most of a second for every person made.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()

from accounts.models import Company, Membership, Presence  # noqa: E402  (needs the app registry)
from accounts.services.memberships import member_create  # noqa: E402
from accounts.services.presence import presence_choose  # noqa: E402
from bench import cast  # noqa: E402
from common.errors import DomainError, NotFound  # noqa: E402
from common.scoping import company_scope  # noqa: E402
from inbox.selectors import conversations_of  # noqa: E402
from omnichannel.services.outbound import note_add  # noqa: E402
from queues.models import Queue, Ticket  # noqa: E402
from queues.services.queues import members_set, queue_save  # noqa: E402
from queues.services.tickets import (  # noqa: E402
    ticket_assign,
    ticket_finish,
    ticket_next,
    ticket_return,
    ticket_take,
    ticket_transfer,
)

WAITING, SERVING = "aguardando", "em_atendimento"
NAMES = ("Beto Reis", "Carla Nunes", "Dora Pires", "Elis Matos")


def main(clinics: int, attendants: int) -> None:
    """Make the clinics, then work as told."""
    work = Work(random.Random(clinics), clinics, attendants)
    print(json.dumps(list(work.seats())), flush=True)
    for line in sys.stdin:
        print(json.dumps(work.do(int(line))), flush=True)


class Work:
    """Everybody who works, and what they do."""

    def __init__(self, chance: random.Random, clinics: int, attendants: int) -> None:
        self.chance = chance
        self.teams = [
            (clinic.attendant, self._hire(clinic.company, number, attendants))
            for number, clinic in enumerate(cast.clinics(clinics))
        ]

    @transaction.atomic
    def _hire(self, company: Company, number: int, attendants: int) -> list[Membership]:
        company.attendants_see_all = False
        company.save()
        people = [
            member_create(
                company=company,
                email=f"{name.split()[0].lower()}@clinica{number}.example",
                name=name,
                password=cast.PASSWORD,
            )
            for name in NAMES[:attendants]
        ]
        for person in people:
            presence_choose(membership=person, state=Presence.State.ONLINE)
        for name, is_default in (("Recepção", True), ("Exames", False)):
            queue = queue_save(company=company, actor=None, name=name, is_default=is_default)
            members = [{"membership": person} for person in people]
            members_set(queue=queue, actor=None, members=members)
        return people

    def seats(self) -> Iterator[dict[str, Any]]:
        """Give, for each person, what their browser holds and what their list is read with."""
        for boss, people in self.teams:
            for person in (boss, *people):
                with company_scope(person.company_id):
                    rows = conversations_of(person, "todas").filter(last_message_at__isnull=False)
                    listed = rows.order_by().values_list("id", "revision")
                    statement = connection.ops.compose_sql(*listed.query.sql_with_params())
                yield {
                    "company": str(person.company_id),
                    "cookie": cast.session_cookie(person),
                    "list": statement,
                    "is_boss": person is boss,
                }

    def do(self, count: int) -> dict[str, int]:
        """Do so many things; what is refused is not counted."""
        done: Counter[str] = Counter()
        acts = (self.take, self.next, self.assign, self.give_back, self.transfer, self.finish)
        for _ in range(count):
            act = self.chance.choice((*acts, self.note, self.finish))
            boss, people = self.chance.choice(self.teams)
            try:
                with company_scope(boss.company_id):
                    act(boss, self.chance.choice(people))
            except DomainError:
                continue
            done[act.__name__] += 1
        return dict(done)

    def _ticket(self, *states: str) -> Ticket:
        rows = list(Ticket.objects.filter(status__in=states).select_related("queue")[:30])
        if not rows:
            raise NotFound
        return self.chance.choice(rows)

    def take(self, boss: Membership, person: Membership) -> None:
        """Take a waiting ticket."""
        ticket_take(ticket=self._ticket(WAITING), attendant=person)

    def next(self, boss: Membership, person: Membership) -> None:
        """Take the most urgent one."""
        ticket_next(membership=person)

    def assign(self, boss: Membership, person: Membership) -> None:
        """Give an open ticket to somebody else."""
        ticket = self._ticket(WAITING, SERVING)
        ticket_assign(ticket=ticket, attendant=person, actor=boss)

    def give_back(self, boss: Membership, person: Membership) -> None:
        """Let a served ticket wait again."""
        ticket_return(ticket=self._ticket(SERVING), actor=boss, reason="x")

    def transfer(self, boss: Membership, person: Membership) -> None:
        """Move a ticket to a queue, sometimes into somebody's hands."""
        ticket_transfer(
            ticket=self._ticket(WAITING, SERVING),
            actor=boss,
            reason="x",
            queue=self.chance.choice(list(Queue.objects.all())),
            attendant=self.chance.choice((None, person)),
        )

    def finish(self, boss: Membership, person: Membership) -> None:
        """End a served ticket."""
        ticket_finish(ticket=self._ticket(SERVING), actor=boss, reason="x")

    def note(self, boss: Membership, person: Membership) -> None:
        """Write an internal note."""
        talk = self._ticket(WAITING, SERVING).conversation
        note_add(conversation=talk, author=boss, text="nota")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
