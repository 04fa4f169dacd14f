"""Who takes part: companies, their numbers, people who work there, patients who have written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Company, Membership
from accounts.services.memberships import member_create
from bench import bodies
from bench.directs import direct_account
from common.scoping import company_scope
from omnichannel.models import Channel
from omnichannel.services.channels import channel_save
from omnichannel.services.proving import channel_prove
from providers.choices import ChannelKind
from providers.outgoing import AccountHealth

PASSWORD = "correta-cavalo-grampo"


@dataclass(frozen=True)
class Clinic:
    """One company with one number and one person who sees everything."""

    company: Company
    channel: Channel
    attendant: Membership


def clinics(count: int) -> list[Clinic]:
    """Make companies 0 .. count-1, each with the bodies.account of its number."""
    return [_clinic(number) for number in range(count)]


@transaction.atomic
def _clinic(number: int) -> Clinic:
    company = Company.objects.create(name=f"Clínica {number}")
    attendant = member_create(
        company=company,
        email=f"atendente@clinica{number}.example",
        name="Ana Prado",
        password=PASSWORD,
        role=Membership.Role.ADMINISTRATOR,
    )
    return Clinic(company, _number(company, number), attendant)


@transaction.atomic
def numbers(clinic: Clinic, *, first: int, count: int) -> None:
    """Give a clinic more numbers: bodies.account(first) and those after it."""
    for number in range(first, first + count):
        _number(clinic.company, number)


def _number(company: Company, number: int) -> Channel:
    account = bodies.account(number)
    with company_scope(company):
        channel = channel_save(
            company=company,
            actor=None,
            kind=ChannelKind.WHATSAPP,
            name=f"WhatsApp da recepção {number}",
            account_id=account.account_id,
            waba_id=account.waba_id,
            credentials={"access_token": "token-de-medida"},
        )
        answer = AccountHealth(
            account.account_id,
            phone_number=f"+{account.phone}",
            waba_id=account.waba_id,
            is_waba_read=True,
        )
        channel_prove(channel=channel, answer=answer)
    return channel


def directs(clinic: Clinic, number: int) -> None:
    """Give a clinic an Instagram account and a Page: the number-th of bench.directs."""
    for kind, obj in ((ChannelKind.INSTAGRAM, "instagram"), (ChannelKind.FACEBOOK, "page")):
        account_id = direct_account(number, obj).account_id
        login = {"login": "instagram"} if obj == "instagram" else {}
        with company_scope(clinic.company):
            channel = channel_save(
                company=clinic.company,
                actor=None,
                kind=kind,
                name=f"{kind.label} {number}",
                account_id=account_id,
                settings=login,
                credentials={"access_token": "token-de-medida"},
            )
            channel_prove(channel=channel, answer=AccountHealth(account_id))


def session_cookie(attendant: Membership) -> str:
    """Log a person in and return the Cookie header of their browser."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(attendant.user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = attendant.user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def empty_ledger() -> None:
    """Forget every event, so that a round begins as the first one did."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE webhooks_inboundevent CASCADE")


def first_bodies(count: int, patients: int) -> Iterator[bytes]:
    """Give one text of every patient, each to one of `count` clinics."""
    made = bodies.mixed("first", accounts=count, patients=patients, statuses=0)
    return islice(made, patients)


def answer_everyone() -> None:
    """Give every conversation 40 sent messages of ours, named as bodies.ours names them."""
    with connection.cursor() as cursor:
        cursor.execute(OURS)


# What a clinic has sent before, so that receipts have something to be about.
OURS = """
INSERT INTO omnichannel_message
    (id, created_at, updated_at, company_id, conversation_id, channel_id, seq, revision, direction,
     author_kind, is_internal, kind, text, metadata, reply_to_external_id, status, error_code,
     error_detail, external_id, attempts, happened_at, sent_at)
SELECT gen_random_uuid(), now(), now(), c.company_id, c.id, c.channel_id, n + 1, 1, 'saida',
       'sistema', false, 'texto', 'Sua consulta está confirmada.', '{}', '', 'enviada', '', '',
       'wamid.ours.' || i.value || '.' || n, 1, now(), now()
FROM omnichannel_conversation c
JOIN contacts_contactidentity i ON i.id = c.identity_id
CROSS JOIN generate_series(1, 40) n;
UPDATE omnichannel_conversation SET message_seq = 41, message_count = 41;
"""
