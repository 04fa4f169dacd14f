"""What a block may see of a person and their conversation, read from the database."""

from __future__ import annotations

from contextlib import suppress

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from common.hours import ALWAYS, Schedule
from contacts.first_names import first_name_of
from contacts.models import Tag
from contacts.optout import plain
from flows.engine import Scene
from flows.models import FlowRun
from leadscoring.models import LeadScore
from omnichannel.models import Channel, Conversation
from queues.services.opening import queue_for, schedule_of


def scene_of(run: FlowRun, talk: Conversation) -> Scene:
    """Return what a run's blocks may see now."""
    contact = talk.contact
    tags = Tag.objects.for_company(talk.company_id).filter(contacts=contact)
    score = 0
    with suppress(ObjectDoesNotExist):
        score = LeadScore.unscoped.only("total").get(contact=contact).total
    return Scene(
        key=run_key(run),
        now=timezone.now().astimezone(talk.company.zone),
        is_open=lambda: is_open(talk.channel),
        person={
            "nome": contact.name,
            "primeiro_nome": first_name_of(contact.name),
            "email": contact.email,
            "telefone": contact.phone,
            "empresa": talk.company.name,
        },
        tags=frozenset(plain(name) for name in tags.values_list("name", flat=True)),
        score=score,
        channel=talk.channel.kind,
        variables=run.variables,
        tries=run.tries,
    )


def run_key(run: FlowRun) -> str:
    """Return how a run is named in the keys of its choices."""
    return run.pk.hex[-12:]


def is_open(channel: Channel) -> bool:
    """Whether people answer on a channel at this moment, by the calendar of its queue."""
    now = timezone.now()
    return _schedule(channel).is_open(now)


def _schedule(channel: Channel) -> Schedule:
    queue = queue_for(channel)
    return ALWAYS if queue is None else schedule_of(queue, timezone.now())
