"""How far an error reaches, and what it stops: one class of error, one action, whoever sent the
message and whether an answer or a receipt tells it.

message    nothing else
recipient  campaigns to that person, for a while, when the provider cannot reach them at all
country    the channel's campaigns to that country, for a day
template   campaigns that send this template
number     campaigns of the number, for seconds
campaigns  all campaigns of the number; replies go on
channel    everything, until a person has repaired it
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from common.rows import run
from common.slots import Slot
from omnichannel.models import Channel, SendingStop
from omnichannel.services.channels import channel_fault, channel_stop
from providers import registry
from providers.facts import ProviderFault
from providers.outgoing import Scope, SendError

# The adapters' codes for a person who cannot be reached there, and how long they are left alone.
UNREACHABLE = dict.fromkeys(
    ("nao_entregavel", "numero_invalido", "numero_fixo"), timedelta(days=90)
)
# Nobody tells when a country may be written to again: after a day one message finds out.
COUNTRY_RESTS = timedelta(days=1)
UNREADABLE = "credencial_ilegivel"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose message an error was about, as far as it matters to others: its person, the country it
    went to, its template (name and language), and when it was claimed.
    """

    contact_id: Any = None
    market: str = ""
    template: tuple[str, str] | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as it concerns others than its message. `happened_at` and `whose.claimed_at` are
    those of a receipt; an answer is of now. `retry_after` are seconds the provider named.
    """

    scope: Scope
    code: str
    sentence: str
    fault: ProviderFault
    whose: Whose
    happened_at: datetime | None = None
    retry_after: float = 0.0

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two of them one: they stop the same thing."""
        match self.scope:
            case "recipient":
                return (self.scope, self.code, self.whose.contact_id)
            case "country":
                return (self.scope, self.whose.market)
            case "template":
                return (self.scope, self.whose.template)
        return (self.scope, self.code)


# Packages above that send hear what was stopped, after commit.
Stopper = Callable[[Channel, Sequence[Trouble]], None]
stoppers: Slot[Stopper] = Slot()


def trouble_of(error: SendError, whose: Whose) -> Trouble:
    """Return what an answer's error means for others."""
    return Trouble(
        error.scope,
        error.code,
        str(error.detail),
        ProviderFault(error.provider or error.code, detail=error.said),
        # An answer is of now, whenever its message was claimed.
        replace(whose, claimed_at=None),
        retry_after=error.retry_after or 0.0,
    )


def trouble_told(
    channel: Channel, fault: ProviderFault, happened_at: datetime | None, whose: Whose
) -> Trouble:
    """Return what an error that a receipt tells means for others."""
    adapter = registry.adapter_for(channel.kind)
    code, sentence = adapter.fault_words(fault)
    return Trouble(adapter.fault_scope(fault), code, str(sentence), fault, whose, happened_at)


def troubles_take(channel: Channel, troubles: Iterable[Trouble]) -> None:
    """Stop what errors of one channel's messages ask to stop. Told twice, it is stopped once."""
    distinct = {one.key: one for one in troubles if one.scope != "message"}
    found = [one for one in distinct.values() if one.scope != "channel" or _holds(channel, one)]
    _stops_keep(channel, found)
    _tell(channel, found)


def credentials_unreadable(channel: Channel) -> None:
    """Stop a channel whose credentials cannot be opened, for replies and campaigns."""
    sentence = _("As credenciais do canal não podem ser lidas. Informe-as de novo.")
    channel_stop(channel=channel, detail=sentence)
    fault = ProviderFault(UNREADABLE)
    _tell(channel, [Trouble("channel", UNREADABLE, sentence, fault, Whose())])


def _holds(channel: Channel, one: Trouble) -> bool:
    return channel_fault(
        channel=channel,
        fault=one.fault,
        detail=one.sentence,
        happened_at=one.happened_at,
        claimed_at=one.whose.claimed_at,
    )


def _tell(channel: Channel, found: Sequence[Trouble]) -> None:
    # After commit: stopping takes campaigns' rows, which claims hold before people's.
    for stopper in stoppers if found else ():
        transaction.on_commit(partial(stopper, channel, found), robust=True)


# --- people and countries -------------------------------------------------------------------------

KEEP = """
INSERT INTO omnichannel_sendingstop (id, created_at, updated_at, company_id, channel_id, contact_id,
    market, code, until)
SELECT v.id, now(), now(), %s::uuid, %s::uuid, v.contact_id, v.market, v.code, v.until
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
    AS v(id, contact_id, market, code, until)
ON CONFLICT (channel_id, {}) DO UPDATE SET updated_at = now(), code = excluded.code,
    until = greatest(omnichannel_sendingstop.until, excluded.until)
"""
KEEP_PERSON, KEEP_COUNTRY = KEEP.format("contact_id"), KEEP.format("market")


def stops_over() -> QuerySet[SendingStop]:
    """Return people and countries that may be written to again, of all companies."""
    return SendingStop.unscoped.filter(until__lte=timezone.now())


def _stops_keep(channel: Channel, found: Sequence[Trouble]) -> None:
    now = timezone.now()
    people: dict[Any, tuple[str, datetime]] = {}
    markets: dict[str, tuple[str, datetime]] = {}
    for one in found:
        at = one.happened_at or now
        whose = one.whose
        if one.scope == "recipient" and one.code in UNREACHABLE and whose.contact_id:
            people[whose.contact_id] = (one.code, at + UNREACHABLE[one.code])
        elif one.scope == "country" and whose.market:
            markets[whose.market] = (one.code, at + COUNTRY_RESTS)
    # Sorted, so that two batches about the same people never wait for each other in a ring.
    if people:
        ids = sorted(people)
        _keep(KEEP_PERSON, channel, ids, [None] * len(ids), [people[key] for key in ids])
    if markets:
        names = sorted(markets)
        _keep(KEEP_COUNTRY, channel, [None] * len(names), names, [markets[key] for key in names])


def _keep(
    statement: str,
    channel: Channel,
    contacts: Sequence[Any],
    markets: Sequence[str | None],
    told: Sequence[tuple[str, datetime]],
) -> None:
    run(
        statement,
        channel.company_id,
        channel.pk,
        [uuid7() for _one in told],
        list(contacts),
        list(markets),
        [code for code, _until in told],
        [until for _code, until in told],
    )
