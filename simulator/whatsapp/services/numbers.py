"""Clinic numbers and people, made once and found again by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from simulator.whatsapp.ids import digits, number_variants
from simulator.whatsapp.models import SimChat, SimNumber, SimPerson

PERSON_FIELDS = ("name", "username", "is_phone_hidden")


def number_ensure(
    *,
    phone_number_id: str,
    waba_id: str,
    display_phone: str,
    verified_name: str,
    access_token: str,
    **options: Any,
) -> SimNumber:
    """Make a clinic number or bring the existing one with this id up to date.

    `options` are further fields of SimNumber (webhook_url, quality, webhook_batch, ...).
    """
    number, _created = SimNumber.objects.update_or_create(
        phone_number_id=phone_number_id,
        defaults={
            "waba_id": waba_id,
            "display_phone": display_phone,
            "verified_name": verified_name,
            "access_token": access_token,
            **options,
        },
    )
    return number


def person_ensure(
    *,
    name: str,
    wa_id: str,
    username: str = "",
    is_phone_hidden: bool = False,
    **options: Any,
) -> SimPerson:
    """Make an invented person or bring the one with this number up to date.

    `wa_id` is what WhatsApp calls them, exactly: 13 digits, or 12 for a Brazilian account from
    before the ninth digit. Raises DomainError when the same phone exists in the other form.
    """
    person = SimPerson(
        wa_id=wa_id, name=name, username=username, is_phone_hidden=is_phone_hidden, **options
    )
    return people_ensure([person], fields=(*PERSON_FIELDS, *options))[0]


def people_ensure(
    people: Sequence[SimPerson], *, fields: Iterable[str] = PERSON_FIELDS
) -> list[SimPerson]:
    """Do what `person_ensure` does for several people, each number once, in three statements.

    Of people who are there already `fields` are brought up to date. Returns them in their order.
    """
    for person in people:
        person.wa_id = digits(person.wa_id)
        person.username = person.username.removeprefix("@")
        if not 8 <= len(person.wa_id) <= 15:
            raise DomainError(
                _("Informe o número com código do país, só com dígitos."), code="numero_invalido"
            )
        if person.is_phone_hidden and not person.username:
            raise DomainError(
                _("Só quem tem nome de usuário pode ocultar o número."), code="usuario_obrigatorio"
            )
    numbers = {person.wa_id for person in people}
    others = {form for number in numbers for form in number_variants(number) if form != number}
    if others & numbers or SimPerson.objects.filter(wa_id__in=others).exists():
        raise DomainError(
            _("Este número já existe na outra forma (com ou sem o nono dígito)."),
            code="numero_repetido",
            status=409,
        )
    SimPerson.objects.bulk_create(
        people,
        update_conflicts=True,
        unique_fields=("wa_id",),
        update_fields=(*fields, "updated_at"),
    )
    # Who was there keeps the id that was there.
    known = {person.wa_id: person for person in SimPerson.objects.filter(wa_id__in=numbers)}
    return [known[person.wa_id] for person in people]


def person_by_phone(value: str) -> SimPerson | None:
    """Find a person by a phone in either Brazilian form."""
    return SimPerson.objects.filter(wa_id__in=number_variants(value)).first()


def chat_touch(*, number: SimNumber, person: SimPerson, **changes: Any) -> None:
    """Note that a chat changed, so that the phone page draws it again. Makes the chat when new."""
    chats = SimChat.objects.filter(number=number, person=person)
    if chats.update(revision=F("revision") + 1, updated_at=timezone.now(), **changes):
        return
    # Whoever made it at the same moment counted one change, and this is another.
    SimChat.objects.bulk_create([SimChat(number=number, person=person)], ignore_conflicts=True)
    chats.update(revision=F("revision") + 1, **changes)
