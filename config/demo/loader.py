"""Fills an empty installation with the demo clinic. All of it or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Company, Membership
from accounts.services.memberships import member_create
from common.scoping import company_scope
from config.demo import people as cast
from config.demo.lines import lines_make
from config.demo.phone import Phone
from config.demo.player import Player
from config.demo.steps import Person, Story
from config.demo.stories import STORIES
from contacts.models import Consent, Contact, Tag
from contacts.services.consent import consent_record
from omnichannel.adapters.facts import AccountRef, TemplateUpdate
from omnichannel.choices import ChannelKind, ChannelStatus
from omnichannel.models import Channel, Conversation, Message, Template
from omnichannel.services.channels import channel_save
from omnichannel.services.rates import sample_import
from omnichannel.services.templates import template_apply
from simulator.models import SimNumber, SimPerson
from simulator.services import number_ensure, person_ensure, templates_ensure

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the load made, for the line that reports it."""

    company: Company
    conversations: int
    messages: int


@transaction.atomic
def demo_load(*, email: str, password: str, say: Say) -> Loaded:
    """Make the demo clinic: people, a channel at the simulator, templates, conversations.

    `email` and `password` are the administrator's; colleagues get the same password at the same
    mail domain. Rings no provider. Raises DomainError when the demo's number is connected already.
    """
    company = Company.objects.create(name=cast.COMPANY)
    with company_scope(company):
        staff = _staff(company, email, password)
        say(f"company {company.name}, {len(staff)} people")
        channel, number = _channel(company)
        say(f"channel {channel.name}, {_templates(channel)} templates")
        sample_import(company=company, actor=None)
        now = timezone.now()
        # The oldest first, so that ids sort as the conversations began.
        stories = sorted(STORIES, key=_length, reverse=True)
        for story in stories:
            phone = Phone(number, _person(story.person))
            conversation = Player(story, channel, staff, phone, now).play()
            _describe(conversation.contact, story.person, now)
        queues = lines_make(company, channel, staff)
        say(f"{len(queues)} queues")
        mine = Message.objects.for_company(company)
        loaded = Loaded(company, Conversation.objects.for_company(company).count(), mine.count())
    say(f"{loaded.conversations} conversations, {loaded.messages} messages")
    return loaded


def demo_follow() -> bool:
    """Point an existing demo channel at where the simulator is now; return whether it moved.

    `make run PORT=...` moves the simulator; the channel must find it again.
    """
    moved = Channel.unscoped.filter(
        kind=ChannelKind.WHATSAPP, account_id=cast.PHONE_NUMBER_ID
    ).exclude(graph_url=settings.SIMULATOR_URL)
    # The demo's own channel, known by its invented account id; there is no scope to ask.
    return bool(moved.update(graph_url=settings.SIMULATOR_URL, updated_at=timezone.now()))


def _length(story: Story) -> float:
    return story.ends + sum(step.gap for step in story.steps[1:])


def _staff(company: Company, email: str, password: str) -> dict[str, Membership]:
    domain = email.rpartition("@")[2]
    key, name, role = cast.ADMINISTRATOR
    staff = {
        key: member_create(
            company=company,
            email=email,
            name=name,
            password=password,
            role=role,
            is_superuser=True,
        )
    }
    for key, name, role in cast.STAFF:
        staff[key] = member_create(
            company=company,
            email=f"{key}@{domain}",
            name=name,
            password=password,
            role=role,
        )
    return staff


def _channel(company: Company) -> tuple[Channel, SimNumber]:
    token = secrets.token_urlsafe(48)
    number = number_ensure(
        phone_number_id=cast.PHONE_NUMBER_ID,
        waba_id=cast.WABA_ID,
        display_phone=cast.CLINIC_PHONE,
        verified_name=cast.COMPANY,
        access_token=token,
    )
    channel = channel_save(
        company=company,
        actor=None,
        kind=ChannelKind.WHATSAPP,
        name="WhatsApp da recepção",
        status=ChannelStatus.ACTIVE,
        account_id=cast.PHONE_NUMBER_ID,
        waba_id=cast.WABA_ID,
        phone_number=cast.CLINIC_PHONE,
        is_default=True,
        graph_url=settings.SIMULATOR_URL,
        credentials={"access_token": token},
        # What validating it at the simulator answers.
        health={
            "verified_name": cast.COMPANY,
            "phone_number": cast.CLINIC_PHONE,
            "quality": number.quality,
            "messaging_limit": number.messaging_limit,
            "throughput": number.throughput,
        },
        checked_at=timezone.now(),
        last_webhook_at=timezone.now() - timedelta(minutes=2),
    )
    return channel, number


def _templates(channel: Channel) -> int:
    """Copy the simulator's templates as a synchronisation would, without asking over the net."""
    rows = templates_ensure(channel.waba_id)
    now = timezone.now()
    for row in rows:
        template_apply(
            channel=channel,
            update=TemplateUpdate(
                account=AccountRef(channel.waba_id, "waba_id"),
                external_id=row.graph_id,
                name=row.name,
                language=row.language,
                happened_at=now,
                status=row.status,
                reason="" if row.rejected_reason == "NONE" else row.rejected_reason,
                quality=row.quality,
                category=row.category,
                components=row.components,
            ),
        )
        Template.objects.filter(waba_id=row.waba_id, name=row.name).update(
            parameter_format=row.parameter_format, synced_at=now
        )
    return len(rows)


def _person(person: Person) -> SimPerson:
    return person_ensure(
        name=person.name,
        wa_id=person.wa_id,
        username=person.username,
        is_phone_hidden=person.is_phone_hidden,
        is_online=person.is_online,
        is_on_whatsapp=person.is_on_whatsapp,
    )


def _describe(contact: Contact, person: Person, now: datetime) -> None:
    """Add what staff would have written on the person's card."""
    contact.email, contact.status, contact.notes = person.email, person.status, person.notes
    contact.save(update_fields=["email", "status", "notes", "updated_at"])
    for name in person.tags:
        tag, _made = Tag.objects.get_or_create(
            company_id=contact.company_id, name=name, defaults={"colour": cast.TAGS[name]}
        )
        contact.tags.add(tag)
    answers: list[tuple[bool, timedelta, str]] = []
    if person.marketing is not None:
        answers.append((True, timedelta(days=60), "Ficha de cadastro"))
    if person.marketing is False:
        answers.append((False, timedelta(days=3), "Respondeu PARAR"))
    for is_granted, ago, proof in answers:
        kept: dict[str, Any] = {"is_granted": is_granted, "proof": proof}
        consent_record(
            contact=contact,
            purpose=Consent.Purpose.MARKETING,
            source="atendimento",
            occurred_at=now - ago,
            **kept,
        )
