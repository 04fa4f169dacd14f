"""Clinic numbers and people, made once and found again by their ids."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from simulator.ids import digits, number_variants
from simulator.models import SimChat, SimNumber, SimPerson


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
    wa_id = digits(wa_id)
    if not 8 <= len(wa_id) <= 15:
        raise DomainError(
            _("Informe o número com código do país, só com dígitos."), code="numero_invalido"
        )
    if is_phone_hidden and not username:
        raise DomainError(
            _("Só quem tem nome de usuário pode ocultar o número."), code="usuario_obrigatorio"
        )
    others = SimPerson.objects.filter(wa_id__in=number_variants(wa_id)).exclude(wa_id=wa_id)
    if others.exists():
        raise DomainError(
            _("Este número já existe na outra forma (com ou sem o nono dígito)."),
            code="numero_repetido",
            status=409,
        )
    person, _created = SimPerson.objects.update_or_create(
        wa_id=wa_id,
        defaults={
            "name": name,
            "username": username.removeprefix("@"),
            "is_phone_hidden": is_phone_hidden,
            **options,
        },
    )
    return person


def person_by_phone(value: str) -> SimPerson | None:
    """Find a person by a phone in either Brazilian form."""
    return SimPerson.objects.filter(wa_id__in=number_variants(value)).first()


def chat_touch(*, number: SimNumber, person: SimPerson, **changes: Any) -> None:
    """Note that a chat changed, so that the phone page draws it again. Makes the chat when new."""
    chats = SimChat.objects.filter(number=number, person=person)
    if chats.update(revision=F("revision") + 1, updated_at=timezone.now(), **changes):
        return
    with transaction.atomic():
        SimChat.objects.get_or_create(number=number, person=person)
        chats.update(revision=F("revision") + 1, **changes)
