"""(j) Campaigns: freezing an audience, sending at Meta's speed, taking receipts."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from bench import bulk, cast
from bench.report import Report, middle
from bench.stack import HOST, Stack, free_port
from campaigns import dispatch
from campaigns.models import Campaign, Recipient
from campaigns.services import campaigns as life
from campaigns.services.audiences import audience_build, audience_request
from campaigns.services.messages import token_of
from common.scoping import company_scope
from omnichannel.models import Channel, Template
from omnichannel.services.receipts import receipts_apply
from providers.choices import MessageStatus
from providers.facts import AccountRef, StatusUpdate

NUMBERS, EACH = 4, 5000
STEADY = 10_000
MANY, CHOSEN = 2_000_000, 1_000_000
BARE_SENDS, BARE_AT_ONCE = 10_000, 300
RECEIPTS, BATCH = 20_000, 200
# The same rows into the same table, as somebody would write them who asked nothing.
BARE = """
INSERT INTO campaigns_recipient (id, created_at, updated_at, company_id, campaign_id, contact_id,
    letter, status, left_out, phone, user_id, market, given, attempts, send_after, external_id,
    error_code, error_detail, reply_text)
SELECT gen_random_uuid(), now(), now(), company_id, %s, id, 'A', 'pendente', '',
    ltrim(phone, '+'), '', 'BR', NULL, 0, now(), '', '', '', ''
FROM contacts_contact WHERE company_id = %s AND status = 'cliente'
"""


@dataclass(frozen=True)
class Place:
    """A clinic with its template."""

    clinic: cast.Clinic
    template: Template


def measure(stack: Stack, report: Report) -> None:
    """Send through a provider that answers after 80 ms, beside the bare client."""
    port = free_port()
    stack.start("graph", [sys.executable, "-m", "bench.quick_graph", str(port)])
    settings.META_GRAPH_URL = f"http://{HOST}:{port}"
    time.sleep(1)
    *places, large = [place_of(clinic) for clinic in cast.clinics(NUMBERS + 1)]
    for number, place in enumerate(places):
        bulk.people(place.clinic.company.pk, first=number * EACH, count=EACH)
        allow(place.clinic.company.pk)
    _sending(stack, places, report)
    _steady(places[0], report)
    _receipts(places[0], report)
    _audience(large, report)


def place_of(clinic: cast.Clinic) -> Place:
    """Give a clinic a fast number and a template."""
    Channel.unscoped.filter(pk=clinic.channel.pk).update(health={"throughput": "HIGH"})
    template = Template.unscoped.create(
        company=clinic.company,
        waba_id=clinic.channel.waba_id,
        name="oferta",
        language="pt_BR",
        category="MARKETING",
        status="APPROVED",
        components=[{"type": "BODY", "text": "Olá {{1}}, venha nos visitar."}],
    )
    return Place(clinic, template)


def allow(company_id: Any) -> None:
    """Let everybody of a company be written to."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO contacts_consentstate (id, created_at, updated_at, company_id, contact_id,
                purpose, channel, is_granted, since)
            SELECT gen_random_uuid(), now(), now(), company_id, id, 'marketing', '', true, now()
            FROM contacts_contact c WHERE company_id = %s
            AND NOT EXISTS (SELECT FROM contacts_consentstate s WHERE s.contact_id = c.id);
            ANALYZE contacts_contact; ANALYZE contacts_consentstate;
            """,
            [company_id],
        )


def _campaign(place: Place, **values: Any) -> Campaign:
    given: dict[str, Any] = {
        "name": "Medida",
        "channel": place.clinic.channel,
        "filters": {"conditions": [{"field": "telefone", "operator": "preenchido"}]},
        "variants": [life.VariantDraft(place.template, "", {"1": "{primeiro_nome|paciente}"})],
        **{"quiet_from": "00:00", "quiet_until": "00:00", "frequency_days": 0, "rate": 1000},
    }
    with company_scope(place.clinic.company):
        return life.campaign_save(actor=place.clinic.attendant, **{**given, **values})


def ready(place: Place, **values: Any) -> Campaign:
    """Make a campaign for everybody of a clinic and freeze its list."""
    with company_scope(place.clinic.company):
        row = audience_request(campaign=_campaign(place, **values), actor=place.clinic.attendant)
        audience_build(campaign=row)
        row.refresh_from_db()
        return row


def send(campaigns: list[Campaign]) -> float:
    """Start campaigns and send until all is written back; give the seconds."""
    for row in campaigns:
        life.campaign_start(campaign=row)
    began = time.perf_counter()
    while dispatch.send_slice(60):
        if not Campaign.unscoped.running().exists():
            break
    return time.perf_counter() - began


def _span(campaigns: list[Campaign]) -> float:
    """Give the seconds from the first claim to the last answer, as the rows say."""
    rows = Recipient.unscoped.filter(campaign__in=[row.pk for row in campaigns])
    told = rows.aggregate(first=Min("claimed_at"), last=Max("sent_at"))
    return float((told["last"] - told["first"]).total_seconds())


def _sending(stack: Stack, places: list[Place], report: Report) -> None:
    floor = asyncio.run(_bare(settings.META_GRAPH_URL))
    campaigns = [ready(place) for place in places]
    before, servers = time.process_time(), stack.postgres_cpu_seconds()
    send(campaigns)
    count = Recipient.unscoped.filter(sent_at__isnull=False).count()
    assert count == NUMBERS * EACH, f"{count} of {NUMBERS * EACH} were sent"
    cpu = time.process_time() - before
    own = stack.postgres_cpu_seconds() - servers
    report.add(
        "campaigns.sends_per_second",
        count / _span(campaigns),
        "/s",
        floor=floor,
        goal="value >= 1500",
        note=f"{NUMBERS} numbers; floor: the bare client; CPU per 1,000 sends:"
        f" sender {cpu * 1000 / count:.2f} s, PostgreSQL {own * 1000 / count:.2f} s",
    )


async def _bare(url: str) -> float:
    """Post the same body with nothing around it; give the rate."""
    body = orjson.dumps(
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+5541990000000",
            "type": "template",
            "template": {"name": "oferta", "language": {"code": "pt_BR"}},
        }
    )
    room = asyncio.Semaphore(BARE_AT_ONCE)
    connector = aiohttp.TCPConnector(limit=BARE_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one() -> None:
            async with room, session.post(f"{url}/v26.0/1/messages", data=body) as answer:
                await answer.read()

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(BARE_SENDS)))
        return BARE_SENDS / (time.perf_counter() - began)


def _steady(place: Place, report: Report) -> None:
    bulk.people(place.clinic.company.pk, first=NUMBERS * EACH, count=STEADY - EACH)
    allow(place.clinic.company.pk)
    row = ready(place)
    send([row])
    report.add(
        "campaigns.one_number_per_second",
        Recipient.unscoped.filter(campaign=row, sent_at__isnull=False).count() / _span([row]),
        "/s",
        goal="value >= 950",
        note="one number, bucket of 1,000/s (Meta's own cap)",
    )


def _receipts(place: Place, report: Report) -> None:
    """Apply receipts while a campaign is being sent."""
    channel = place.clinic.channel
    known = list(
        Recipient.unscoped.filter(campaign__channel=channel, sent_at__isnull=False).values_list(
            "pk", "external_id"
        )[: RECEIPTS // 2]
    )
    row = ready(place)

    def work() -> None:
        try:
            send([row])
        finally:
            connection.close()

    sending = threading.Thread(target=work, daemon=True)
    sending.start()
    time.sleep(1)
    updates = [
        StatusUpdate(
            account=AccountRef(channel.account_id),
            external_id=external_id,
            status=MessageStatus(status),
            happened_at=timezone.now(),
            token=token_of(pk),
            recipient="5541990000000",
        )
        for status in ("entregue", "lida")
        for pk, external_id in known
    ]
    began = time.perf_counter()
    with company_scope(channel.company_id):
        for start in range(0, len(updates), BATCH):
            receipts_apply(channel=channel, updates=updates[start : start + BATCH])
    rate = len(updates) / (time.perf_counter() - began)
    is_sending = sending.is_alive()
    sending.join()
    report.add(
        "campaigns.receipts_per_second_while_sending",
        rate,
        "/s",
        goal="value >= 1000",
        note="sending went on" if is_sending else "sending had ended before",
    )


def _audience(place: Place, report: Report) -> None:
    clinic = place.clinic
    company_id = clinic.company.pk
    bulk.people(company_id, first=200_000, count=MANY)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE contacts_contact SET status = 'cliente' WHERE company_id = %s AND id IN"
            " (SELECT id FROM contacts_contact WHERE company_id = %s ORDER BY id LIMIT %s)",
            [company_id, company_id, CHOSEN],
        )
    allow(company_id)
    filters = {"conditions": [{"field": "situacao", "operator": "e", "value": "cliente"}]}
    row = _campaign(place, filters=filters)
    seconds, floors = [], []
    for _ in range(2):
        Recipient.unscoped.filter(campaign=row)._raw_delete("default")  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(BARE, [row.pk, company_id])
            floors.append(time.perf_counter() - began)
            assert cursor.rowcount == CHOSEN
        Recipient.unscoped.filter(campaign=row)._raw_delete("default")  # type: ignore[attr-defined]
        with company_scope(clinic.company):
            audience_request(campaign=row, actor=clinic.attendant)
            began = time.perf_counter()
            assert audience_build(campaign=row) == CHOSEN
            seconds.append(time.perf_counter() - began)
    report.add(
        "campaigns.audience_of_1000000",
        middle(seconds),
        "s",
        floor=middle(floors),
        goal="ratio <= 2",
        note="of 2,000,000; floor: the same rows by a bare INSERT ... SELECT",
    )
