"""The people of one clinic while its campaign runs: they start it, pause it, and take withdrawals.

Reads orders as JSON lines, answers each with one. `python -m tests.chaos.campaign_office COUNT`
makes the clinic and so many people first.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import django


def main(count: int) -> None:
    """Make everything, then do as told."""
    django.setup()
    from django.utils import timezone

    from bench import bodies, cast
    from campaigns.models import Campaign, Recipient
    from campaigns.selectors import totals_of
    from campaigns.services import campaigns as life
    from campaigns.services.audiences import audience_build, audience_request
    from contacts.models import Contact, ContactIdentity, Purpose
    from contacts.services.consent import ConsentWord, consents_record
    from omnichannel.models import Channel, Template

    (clinic,) = cast.clinics(1)
    Channel.unscoped.filter(pk=clinic.channel.pk).update(health={"throughput": "HIGH"})
    company = clinic.company
    people = Contact.unscoped.bulk_create(
        Contact(company=company, name=f"Pessoa {n}", phone=f"+{bodies.patient(n)}")
        for n in range(count)
    )
    ContactIdentity.unscoped.bulk_create(
        ContactIdentity(
            company=company, contact=one, kind="wa_phone", value=one.phone.removeprefix("+")
        )
        for one in people
    )

    def allow(ids: list[Any], is_granted: bool) -> None:
        consents_record(
            company=company,
            facts=[
                ConsentWord(
                    contact_id=pk,
                    purpose=Purpose.MARKETING,
                    is_granted=is_granted,
                    source="laboratorio",
                    occurred_at=timezone.now(),
                )
                for pk in ids
            ],
        )

    allow([one.pk for one in people], True)
    template = Template.unscoped.create(
        company=company,
        waba_id=clinic.channel.waba_id,
        name="oferta",
        language="pt_BR",
        category="MARKETING",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Olá {{1}}!"}],
    )
    row = life.campaign_save(
        actor=clinic.attendant,
        name="Laboratório",
        channel=clinic.channel,
        filters={"conditions": [{"field": "nome", "operator": "preenchido"}]},
        variants=[life.VariantDraft(template, "", {"1": "{primeiro_nome}"})],
        quiet_from="00:00",
        quiet_until="00:00",
        frequency_days=0,
        failure_limit=100,
        rate=400,
    )
    audience_build(campaign=audience_request(campaign=row, actor=clinic.attendant))
    leaving = iter(people)
    answers: dict[str, Any] = {}
    for line in sys.stdin:
        order = json.loads(line)
        row = Campaign.unscoped.get(pk=row.pk)
        match order["do"]:
            case "start":
                life.campaign_start(campaign=row, actor=clinic.attendant)
            case "pause" if row.status == "em_execucao":
                life.campaign_pause(campaign=row, actor=clinic.attendant)
            case "resume" if row.status == "pausada":
                life.campaign_resume(campaign=row, actor=clinic.attendant)
            case "leave":
                # Of those who have nothing yet, a few a time.
                for _turn in range(order["count"]):
                    one = next(leaving, None)
                    if one is None:
                        break
                    allow([one.pk], False)
                    answers[str(one.pk)] = time.time()
        totals = totals_of([row])[row.pk]
        row.refresh_from_db()
        pending = Recipient.unscoped.filter(
            campaign=row, status__in=("pendente", "enviando")
        ).count()
        told = {
            "status": row.status,
            "reason": row.pause_reason,
            "pending": pending,
            "left": answers,
            "sent": totals.sent,
            "delivered": totals.delivered,
            "read": totals.read,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
