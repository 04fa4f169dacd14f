"""Whose an account is: the channels of the facts that a group of events holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from common.rows import columns, load, run
from omnichannel.models import Channel
from providers.facts import AccountRef, Parsed
from webhooks.door_keys import DoorKeys
from webhooks.reading import Reading
from webhooks.retention import number_forms

Key = tuple[str, AccountRef]

ACCOUNT_COLUMNS = ("account_id", "waba_id", "phone_number")
# A claim that nobody proved is no route; a WABA that somebody typed is none either.
CHANNELS = {
    column: f"SELECT {columns(Channel, 'c')} FROM omnichannel_channel c"  # noqa: S608
    f" WHERE c.kind = %s::text AND c.{column} = ANY(%s::text[]) AND c.proven_at IS NOT NULL"
    f"{' AND c.is_waba_proven' if column == 'waba_id' else ''} ORDER BY c.id"
    for column in ACCOUNT_COLUMNS
}
# However a number was written down.
CHANNELS["phone_number"] = CHANNELS["phone_number"].replace(
    "c.phone_number = ANY", "regexp_replace(c.phone_number, '\\D', '', 'g') = ANY"
)


class Routes:
    """Which channels each account of a group means. Only our own table says whose a number is."""

    def __init__(self, readings: Sequence[Reading], keys: DoorKeys) -> None:
        self.channels = self._find(
            {
                (r.event.source, fact.account)
                for r in readings
                for fact in r.facts
                if fact.account.by != "door_key"
            }
        )
        self._keys = keys

    def _find(self, keys: Iterable[Key]) -> dict[Key, list[Channel]]:
        # The payload's account decides the company, so there is no scope yet. A source is named as
        # the kind of channel it serves.
        found: dict[Key, list[Channel]] = {key: [] for key in keys}
        by_column: dict[tuple[str, str], dict[str, Key]] = defaultdict(dict)
        for source, account in found:
            for value in _values_of(account):
                by_column[source, account.by][value] = (source, account)
        for (source, column), wanted in by_column.items():
            for row in run(CHANNELS[column], source, list(wanted)):
                channel = load(Channel, row)
                found[wanted[_written(channel, column)]].append(channel)
        self._find_by_waba(found)
        return found

    def _find_by_waba(self, found: dict[Key, list[Channel]]) -> None:
        """Give news of a number nobody has to the one channel of its account that has no number."""
        lost = [key for key, own in found.items() if not own and key[1].waba_id]
        for source, account in lost:
            rows = run(CHANNELS["waba_id"], source, [account.waba_id])
            nameless = [one for row in rows if not (one := load(Channel, row)).phone_number]
            found[source, account] = nameless if len(nameless) == 1 else []

    def of(self, reading: Reading, fact: Parsed) -> list[Channel]:
        """Return the channels a fact is for; none when nobody connected its account. What came to a
        channel's key is for that channel or for nobody: whoever knows the key and its secret may
        not speak for another account.
        """
        own, account = reading.channel, fact.account
        if account.by == "door_key":
            return [own] if own is not None and _is_named(own, account.value) else []
        found = self.channels[reading.event.source, account]
        return found if own is None else [one for one in found if one.pk == own.pk]

    def missed(self, readings: Sequence[Reading]) -> list[Any]:
        """Return the ids of events that had no channel when we looked, and have one by now."""
        missing = [key for key, found in self.channels.items() if not found]
        known = {key for key, found in self._find(missing).items() if found}
        late = [
            reading.event.pk
            for reading in readings
            if any((reading.event.source, fact.account) in known for fact in reading.facts)
        ]
        return late + self._keys.missed()


def _is_named(channel: Channel, value: str) -> bool:
    """Whether the account that a body names, if any, is the channel's."""
    return value in ("", channel.account_id) or (
        value.lstrip("+").isdigit()
        and not set(number_forms(value)).isdisjoint(number_forms(channel.phone_number))
    )


def _values_of(account: AccountRef) -> list[str]:
    """Return how an account may be written in our own table."""
    if account.by != "phone_number":
        return [account.value] if account.value else []
    return number_forms(account.value)


def _written(channel: Channel, column: str) -> str:
    value = str(getattr(channel, column))
    return "".join(filter(str.isdigit, value)) if column == "phone_number" else value
