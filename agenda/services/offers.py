"""A freed slot is offered to the few who fit, in waves; the first yes wins, by one statement."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from agenda import bells
from agenda.answers import understand
from agenda.choices import (
    AnswerMeaning,
    AppointmentSource,
    AppointmentState,
    InviteState,
    WaitState,
)
from agenda.models import AgendaSettings, Appointment, FreedSlot, SlotInvite, WaitingPlace
from agenda.services.planning import quiet_of, reminders_plan, settings_of
from agenda.services.reminders import NowhereToRemind, talk_with
from agenda.services.slots import SOONEST, slot_free
from agenda.services.wording import PATIENTS, when_words
from common.errors import DomainError
from common.tasks import company_apart, ring
from contacts.first_names import first_name_of
from omnichannel.choices import Author
from omnichannel.models import Conversation, Message, Template
from omnichannel.services.conversations import conversation_lock, system_line
from omnichannel.services.courtesies import courtesy_send
from omnichannel.services.outbound import message_send
from omnichannel.services.spoken import spoken_to
from omnichannel.services.template_filling import template_info
from providers import registry
from providers.base import Templates
from providers.choices import MessageKind
from providers.content import Answer, Choice, Question, Section
from providers.content_json import content_of

KEY = re.compile(r"^vaga:([0-9a-f-]{36}):(sim|nao)$")
PURPOSE = "agenda_vaga"
# Nobody is asked more often than that in a week.
OFFERS_MOST, OFFERS_WITHIN = 3, timedelta(days=7)
# How long a wave waits for answers: an eighth of what is left, within these.
SHORTEST_WAVE, LONGEST_WAVE = timedelta(minutes=15), timedelta(hours=2)
WIN = """
UPDATE agenda_freedslot SET holder_id = %s, updated_at = now(), next_at = NULL
WHERE id = %s AND holder_id IS NULL RETURNING id
"""


# --- offering -------------------------------------------------------------------------------------


def slots_due() -> QuerySet[FreedSlot]:
    """Return free slots whose next wave is due, of all companies."""
    return FreedSlot.unscoped.filter(holder=None, next_at__lte=timezone.now())


def invites_late() -> QuerySet[SlotInvite]:
    """Return offers of slots that somebody else has by now and nobody told of it."""
    return SlotInvite.unscoped.filter(state=InviteState.OPEN).exclude(slot__holder=None)


def offers_sweep() -> None:
    """Offer what is due and tell who came late."""
    for pk, company_id in list(slots_due().values_list("pk", "company_id")[:100]):
        with company_apart("free slot", company_id):
            slot_offer(pk)
    for pk, company_id in list(invites_late().values_list("pk", "company_id")[:100]):
        with company_apart("late offer", company_id):
            _tell_late(pk)


@transaction.atomic
def slot_offer(slot_id: UUID) -> int:
    """Offer a slot to the next few who fit; return how many were asked."""
    slots: Any = slots_due().filter(pk=slot_id).select_for_update(skip_locked=True, of=("self",))
    slot: FreedSlot | None = slots.first()
    if slot is None:
        return 0
    settings, now = settings_of(slot.company_id), timezone.now()
    if settings is None or slot.starts_at <= now + SOONEST:
        slot.next_at = None
        slot.save(update_fields=["next_at", "updated_at"])
        return 0
    quiet = quiet_of(settings)
    if quiet.holds(now):
        slot.next_at = quiet.after(now)
        slot.save(update_fields=["next_at", "updated_at"])
        return 0
    slot.wave += 1
    places = places_for(slot, now)[: settings.offered_to]
    asked = sum(_invite(slot, place, settings) for place in places)
    wait = min(max((slot.starts_at - now) / 8, SHORTEST_WAVE), LONGEST_WAVE)
    # When nobody is left there is no further wave.
    slot.next_at = now + (wait if asked else timedelta(0)) if places else None
    slot.save(update_fields=["wave", "next_at", "updated_at"])
    return asked


def places_for(slot: FreedSlot, now: datetime) -> list[WaitingPlace]:
    """Return who fits a slot and was not asked yet: the most urgent first, then who waits long."""
    recent = Count("invites", filter=Q(invites__created_at__gte=now - OFFERS_WITHIN))
    rows: Any = (
        WaitingPlace.objects.for_company(slot.company_id)
        .filter(state=WaitState.WAITING)
        .filter(Q(professional=None) | Q(professional_id=slot.professional_id))
        .filter(Q(kind="") | Q(kind=slot.kind))
        .exclude(invites__slot=slot)
        .annotate(recent=recent)
        .filter(recent__lt=OFFERS_MOST)
        .select_related("contact__guardian", "company", "appointment")
        .order_by("-urgency", "pk")
    )
    return [place for place in rows if _fits(place, slot, now)]


def _fits(place: WaitingPlace, slot: FreedSlot, now: datetime) -> bool:
    local = slot.starts_at.astimezone(place.company.zone)
    if place.weekdays and local.weekday() not in place.weekdays:
        return False
    own = place.appointment
    is_earlier = own is None or (own.pk != slot.freed_id and slot.starts_at < own.starts_at)
    return is_earlier and slot.starts_at - now >= timedelta(hours=place.notice_hours)


def _invite(slot: FreedSlot, place: WaitingPlace, settings: AgendaSettings) -> bool:
    invite = SlotInvite(company_id=slot.company_id, slot=slot, place=place, wave=slot.wave)
    invite.save()
    try:
        with transaction.atomic():
            invite.message = _offered(invite, slot, place, settings)
    except DomainError:
        invite.message, invite.state = None, InviteState.UNSENT
    invite.save()
    return invite.state == InviteState.OPEN


def _offered(
    invite: SlotInvite, slot: FreedSlot, place: WaitingPlace, settings: AgendaSettings
) -> Message:
    if settings.channel is None:
        raise NowhereToRemind
    talk = talk_with(place.contact, settings.channel)
    when = when_words(slot, place.company.zone)
    name = first_name_of(place.contact.name)
    keys = [f"vaga:{invite.pk}:{word}" for word in ("sim", "nao")]
    has_templates = registry.has_face(talk.channel.kind, Templates)
    if has_templates and settings.offer_template is not None:
        given: dict[str, Any] = {
            "kind": MessageKind.TEMPLATE,
            "template": _filled(settings.offer_template, talk.channel.kind, keys, [name, when]),
        }
    else:
        with override(PATIENTS):
            words = _("%(name)s, abriu um horário: %(when)s. Quer ficar com ele?")
            labels = (_("Quero"), _("Não, obrigado"))
        choices = tuple(Choice(key, label) for key, label in zip(keys, labels, strict=True))
        given = {
            "kind": MessageKind.INTERACTIVE,
            "text": words % {"name": name, "when": when},
            "content": Question((Section(choices),)),
        }
    return message_send(
        conversation=talk,
        author=None,
        author_kind=Author.BOT,
        client_id=f"oferta-{invite.pk}",
        **given,
    )


def _filled(template: Template, kind: str, keys: list[str], texts: list[str]) -> dict[str, Any]:
    variables: dict[str, Any] = {}
    left = list(texts)
    for one in registry.face_of(kind, Templates).template_variables(template_info(template)):
        if one.kind == "payload":
            variables[one.key] = keys[min(one.index, 1)]
        elif one.kind == "text":
            variables[one.key] = left.pop(0) if left else texts[-1]
    return {"name": template.name, "language": template.language, "variables": variables}


# --- answering ------------------------------------------------------------------------------------


def offer_answered(talk: Conversation, message: Message) -> AnswerMeaning | None:
    """Act on what a message answers to an offer; None when it answers none."""
    found = _answer_of(talk, message)
    if found is None:
        return None
    invite, wants = found
    if not wants:
        SlotInvite.unscoped.filter(pk=invite.pk, state=InviteState.OPEN).update(
            state=InviteState.REFUSED, updated_at=timezone.now()
        )
        with override(PATIENTS):
            _say(talk, _("Tudo bem. Você continua na lista de espera."))
        return AnswerMeaning.CANNOT
    won = offer_accept(invite)
    with override(PATIENTS):
        when = {"when": when_words(invite.slot, invite.company.zone)}
        said = (
            _("Pronto! O horário de %(when)s é seu.") % when
            if won
            else _("Outra pessoa ficou com este horário antes. Você continua na lista de espera.")
        )
    _say(talk, said)
    held = conversation_lock(talk)
    held.revision += 1
    system_line(held, "agenda_vaga" if won else "agenda_vaga_tarde", None)
    held.save()
    talk.refresh_from_db()
    return AnswerMeaning.CONFIRMS


@transaction.atomic
def offer_accept(invite: SlotInvite) -> bool:
    """Give the slot to who said yes, if nobody has it; return whether it is theirs. The winner's
    appointment is made, and the one they had becomes free, in the same transaction.
    """
    slot = invite.slot
    if slot.starts_at <= timezone.now() or not _take(slot, invite.place_id):
        mine = FreedSlot.unscoped.filter(pk=slot.pk, holder=invite.place_id).exists()
        state = InviteState.WON if mine else InviteState.LATE
        SlotInvite.unscoped.filter(pk=invite.pk).update(state=state, updated_at=timezone.now())
        return mine
    SlotInvite.unscoped.filter(pk=invite.pk).update(
        state=InviteState.WON, updated_at=timezone.now()
    )
    place = WaitingPlace.unscoped.select_for_update(of=("self",)).get(pk=invite.place_id)
    _book(slot, place)
    ring(bells.OFFER, str(slot.company_id), "")
    return True


def _take(slot: FreedSlot, place_id: Any) -> bool:
    # One statement: of any number of answers at the same moment, one finds the slot without holder.
    with connection.cursor() as cursor:
        cursor.execute(WIN, [place_id, slot.pk])
        return cursor.fetchone() is not None


def _book(slot: FreedSlot, place: WaitingPlace) -> None:
    old = place.appointment
    row = Appointment.unscoped.create(
        company_id=slot.company_id,
        contact_id=place.contact_id,
        professional_id=slot.professional_id,
        kind=slot.kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        source=AppointmentSource.WAITING,
        answer=AnswerMeaning.CONFIRMS,
        answered_at=timezone.now(),
    )
    reminders_plan(row)
    place.state, place.appointment = WaitState.BOOKED, row
    place.save(update_fields=["state", "appointment", "updated_at"])
    if old is not None and old.state == AppointmentState.BOOKED:
        old.state = AppointmentState.CANCELLED
        old.save(update_fields=["state", "updated_at"])
        reminders_plan(old)
        slot_free(old, depth=slot.depth + 1)


def _answer_of(talk: Conversation, message: Message) -> tuple[SlotInvite, bool] | None:
    content = content_of(message.metadata)
    rows: Any = SlotInvite.objects.for_company(talk.company_id).select_related(
        "slot", "company", "message"
    )
    mine = rows.filter(message__conversation__contact_id=talk.contact_id)
    if isinstance(content, Answer):
        match = KEY.fullmatch(content.key)
        invite = mine.filter(pk=match[1]).first() if match else None
        return (invite, match[2] == "sim") if match and invite else None
    if message.kind != MessageKind.TEXT or not message.text:
        return None
    meaning = understand(message.text).meaning
    if meaning not in (AnswerMeaning.CONFIRMS, AnswerMeaning.CANNOT):
        return None
    recent = mine.filter(created_at__gte=message.happened_at - OFFERS_WITHIN)
    if not recent.exists():
        return None
    spoken = spoken_to(talk, answer=message)
    newest = spoken[0].external_id if spoken else ""
    asked = recent.filter(message__external_id=newest).first() if newest else None
    return (asked, meaning == AnswerMeaning.CONFIRMS) if asked else None


@transaction.atomic
def _tell_late(invite_id: UUID) -> None:
    rows: Any = invites_late().filter(pk=invite_id).select_for_update(of=("self",))
    invite: SlotInvite | None = rows.select_related("slot", "company").first()
    if invite is None:
        return
    invite.state = InviteState.LATE
    invite.save(update_fields=["state", "updated_at"])
    if invite.message is not None:
        with override(PATIENTS):
            text = _("O horário de %(when)s já foi preenchido. Você continua na lista de espera.")
        text = text % {"when": when_words(invite.slot, invite.company.zone)}
        _say(invite.message.conversation, text)


def _say(talk: Conversation, text: str) -> None:
    courtesy_send(talk, PURPOSE, text=text)
