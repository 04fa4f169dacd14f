"""Fills an empty installation with the demo clinic. All of it or nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Company, Membership, User
from accounts.services.memberships import member_create
from common.scoping import company_scope
from config.demo import people as cast
from config.demo.ai import ai_follow, ai_make
from config.demo.assistant import assistant_make
from config.demo.directs import directs_follow, directs_make
from config.demo.letters import letters_follow, letters_make, mailbox_make
from config.demo.lines import lines_make
from config.demo.oneperson import one_person_make
from config.demo.phone import Phone
from config.demo.player import Player, moments_set
from config.demo.sites import sites_follow, sites_make
from config.demo.steps import DemoPatient, Story
from config.demo.stories import STORIES
from config.demo.texts import texts_follow, texts_make
from contacts.models import Consent, Contact, Tag
from contacts.services.consent import consent_record
from omnichannel.models import Channel, Conversation, Message, Template
from omnichannel.services.channels import channel_save, webhook_seen
from omnichannel.services.proving import channel_prove
from omnichannel.services.rates import sample_import
from omnichannel.services.templates import template_apply
from providers.choices import ChannelKind
from providers.facts import AccountRef, TemplateUpdate
from providers.outgoing import AccountHealth
from simulator.models import SimNumber, SimPerson
from simulator.whatsapp.services import number_ensure, people_ensure, templates_ensure

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
    with ThreadPoolExecutor(1) as thread, company_scope(company):
        # Slow on purpose, so it is made beside the rest, and once: they share it.
        hashed = thread.submit(make_password, password)
        staff = _staff(company, email)
        say(f"company {company.name}, {len(staff)} people")
        channel, number = _channel(company)
        say(f"channel {channel.name}, {_templates(channel)} templates")
        sample_import(company=company, actor=None)
        ai_make(company)
        now = timezone.now()
        # The oldest first, so that ids sort as the conversations began.
        stories = sorted(STORIES, key=_length, reverse=True)
        people, tags = _people(stories), _tags(company)
        for story in stories:
            phone = Phone(number, people[story.person.wa_id])
            conversation = Player(story, channel, staff, phone, now).play()
            _describe(conversation.contact, story.person, now, tags)
        moments_set(channel)
        say(f"channel {texts_make(company, staff['bianca']).name}")
        for made in directs_make(company, staff["bianca"]):
            say(f"channel {made.name}")
        say(f"channel {sites_make(company, staff['bianca']).name}")
        say(f"channel {letters_make(company).name}")
        one_person_make(company, staff["bianca"])
        if mailbox := mailbox_make(company):
            say(f"channel {mailbox.name}")
        queues = lines_make(company, channel, staff)
        say(f"{len(queues)} queues")
        bot = assistant_make(company, channel, queues, staff[cast.ADMINISTRATOR[0]])
        say(f"assistant {bot.name}")
        users = [member.user_id for member in staff.values()]
        User.objects.filter(pk__in=users).update(password=hashed.result())
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
    texts_follow()
    directs_follow()
    sites_follow()
    letters_follow()
    ai_follow()
    # The demo's own channel, known by its invented account id; there is no scope to ask.
    return bool(moved.update(graph_url=settings.SIMULATOR_URL, updated_at=timezone.now()))


def _length(story: Story) -> float:
    return story.ends + sum(step.gap for step in story.steps[1:])


def _staff(company: Company, email: str) -> dict[str, Membership]:
    domain = email.rpartition("@")[2]
    key, name, role = cast.ADMINISTRATOR
    staff = {
        key: member_create(
            company=company, email=email, name=name, password=None, role=role, is_superuser=True
        )
    }
    for key, name, role in cast.STAFF:
        staff[key] = member_create(
            company=company, email=f"{key}@{domain}", name=name, password=None, role=role
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
        account_id=cast.PHONE_NUMBER_ID,
        waba_id=cast.WABA_ID,
        is_default=True,
        graph_url=settings.SIMULATOR_URL,
        credentials={"access_token": token},
    )
    # What validating it at the simulator answers: the number and its token were made above.
    answer = AccountHealth(
        account_id=cast.PHONE_NUMBER_ID,
        phone_number=cast.CLINIC_PHONE,
        verified_name=cast.COMPANY,
        quality=number.quality,
        messaging_limit=number.messaging_limit,
        throughput=number.throughput,
        waba_id=cast.WABA_ID,
        is_waba_read=True,
        currency=cast.CURRENCY,
        time_zone=settings.TIME_ZONE,
        subscription="ok",
    )
    channel_prove(channel=channel, answer=answer)
    webhook_seen(channel, timezone.now() - timedelta(minutes=2))
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


def _people(stories: list[Story]) -> dict[str, SimPerson]:
    """Make the patients' phones; some patients have more than one story."""
    people = {
        person.wa_id: SimPerson(
            name=person.name,
            wa_id=person.wa_id,
            username=person.username,
            is_phone_hidden=person.is_phone_hidden,
            is_online=person.is_online,
            is_on_whatsapp=person.is_on_whatsapp,
        )
        for person in (story.person for story in stories)
    }
    fields = ("name", "username", "is_phone_hidden", "is_online", "is_on_whatsapp")
    return dict(zip(people, people_ensure(list(people.values()), fields=fields), strict=True))


def _tags(company: Company) -> dict[str, Tag]:
    tags = [Tag(company=company, name=name, colour=colour) for name, colour in cast.TAGS.items()]
    return {tag.name: tag for tag in Tag.objects.bulk_create(tags)}


def _describe(contact: Contact, person: DemoPatient, now: datetime, tags: dict[str, Tag]) -> None:
    """Add what staff would have written on the person's card."""
    contact.email, contact.status, contact.notes = person.email, person.status, person.notes
    contact.save(update_fields=["email", "status", "notes", "updated_at"])
    if person.tags:
        contact.tags.add(*(tags[name] for name in person.tags))
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
