"""Counting after a run: what the oracle says must be there, beside what is."""

from __future__ import annotations

from dataclasses import dataclass, fields

from tests.chaos.laboratory import Laboratory
from tests.chaos.traffic import STORED, Expected

MESSAGES = """
SELECT m.external_id, ch.account_id, m.company_id = ch.company_id
    AND c.company_id = ch.company_id AND ct.company_id = ch.company_id AND c.channel_id = ch.id
FROM omnichannel_message m
JOIN omnichannel_channel ch ON ch.id = m.channel_id
JOIN omnichannel_conversation c ON c.id = m.conversation_id
JOIN contacts_contact ct ON ct.id = c.contact_id
WHERE m.direction = 'entrada' AND m.external_id NOT LIKE 'wamid.first.%%'
"""
# Of Instagram and Messenger: what the clinic said there, by whatever hand.
ECHOES = """
SELECT m.external_id, ch.account_id, m.company_id = ch.company_id AND m.author_kind = 'celular'
FROM omnichannel_message m JOIN omnichannel_channel ch ON ch.id = m.channel_id
WHERE m.direction = 'saida' AND ch.kind IN ('instagram', 'facebook')
    AND m.kind <> 'sistema'
"""
COUNTERS = """
SELECT count(*) FROM omnichannel_conversation c
JOIN LATERAL (
    SELECT count(*) AS n, max(seq) AS top, count(*) FILTER (WHERE kind <> 'sistema') AS said
    FROM omnichannel_message m WHERE m.conversation_id = c.id
) m ON true
WHERE m.n <> m.top OR c.message_seq <> m.n OR c.message_count <> m.said
"""
TWICE_OPEN = """
SELECT count(*) FROM (
    SELECT 1 FROM omnichannel_conversation WHERE stage <> 'encerrada'
    GROUP BY channel_id, contact_id HAVING count(*) > 1
) t
"""
TWICE_KNOWN = """
SELECT count(*) FROM (
    SELECT 1 FROM contacts_contact WHERE phone <> '' GROUP BY company_id, phone HAVING count(*) > 1
) t
"""


@dataclass
class Verdict:
    """What was found wrong; all of it must be zero."""

    lost: int = 0
    doubled: int = 0
    wrong_company: int = 0
    unasked: int = 0
    bodies_not_in_ledger: int = 0
    malformed_not_quarantined: int = 0
    good_quarantined: int = 0
    unrouted_not_kept: int = 0
    wrong_status: int = 0
    wrong_counters: int = 0
    conversations_twice_open: int = 0
    people_twice: int = 0
    echoes_lost: int = 0
    echoes_wrong: int = 0

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return all(getattr(self, field.name) == 0 for field in fields(self))


def judge(laboratory: Laboratory, expected: Expected) -> Verdict:
    """Compare the database with the oracle."""
    verdict = Verdict()
    _judge_messages(laboratory, expected, verdict)
    _judge_ledger(laboratory, expected, verdict)
    _judge_echoes(laboratory, expected, verdict)
    ((verdict.wrong_counters,),) = laboratory.rows(COUNTERS)
    ((verdict.conversations_twice_open,),) = laboratory.rows(TWICE_OPEN)
    ((verdict.people_twice,),) = laboratory.rows(TWICE_KNOWN)
    statuses = dict(
        laboratory.rows(
            "SELECT external_id, status FROM omnichannel_message WHERE direction = 'saida'"
        )
    )
    verdict.wrong_status = sum(
        statuses.get(external_id) != STORED[kind] for external_id, kind in expected.statuses.items()
    )
    return verdict


def _judge_messages(laboratory: Laboratory, expected: Expected, verdict: Verdict) -> None:
    found: dict[str, int] = {}
    for external_id, account_id, is_whole in laboratory.rows(MESSAGES):
        found[external_id] = found.get(external_id, 0) + 1
        if external_id not in expected.messages:
            verdict.unasked += 1
        elif expected.messages[external_id] != account_id or not is_whole:
            verdict.wrong_company += 1
    verdict.lost = len(expected.messages.keys() - found.keys())
    verdict.doubled = sum(count - 1 for count in found.values())


def _judge_echoes(laboratory: Laboratory, expected: Expected, verdict: Verdict) -> None:
    """What staff wrote stands once, with its account; what we sent is never shown a second time."""
    found = laboratory.rows(ECHOES)
    verdict.echoes_lost = len(expected.echoes.keys() - {row[0] for row in found})
    seen: set[str] = set()
    for external_id, account_id, is_whole in found:
        is_right = expected.echoes.get(external_id) == account_id and is_whole
        verdict.echoes_wrong += not is_right or external_id in seen
        seen.add(external_id)


def _judge_ledger(laboratory: Laboratory, expected: Expected, verdict: Verdict) -> None:
    rows = laboratory.rows("SELECT dedupe, state FROM webhooks_inboundevent")
    states = {bytes(dedupe): state for dedupe, state in rows}
    quarantined = {key for key, state in states.items() if state == "quarentena"}
    verdict.bodies_not_in_ledger = len(expected.bodies - states.keys())
    verdict.malformed_not_quarantined = len(expected.malformed - quarantined)
    verdict.good_quarantined = len(quarantined - expected.malformed)
    noted = dict(
        laboratory.rows(
            "SELECT e.dedupe, count(*) FROM webhooks_inboundissue i"
            " JOIN webhooks_inboundevent e ON e.id = i.event_id"
            " WHERE i.reason = 'sem_rota' GROUP BY 1"
        )
    )
    kept = {bytes(key): count for key, count in noted.items()}
    verdict.unrouted_not_kept = sum(
        abs(count - kept.get(key, 0)) for key, count in expected.unrouted.items()
    ) + len(kept.keys() - expected.unrouted.keys())
