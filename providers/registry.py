"""Which adapter speaks for which kind of channel: one line a kind."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from providers.account import AccountShape
from providers.authorising import Authorising
from providers.base import (
    Adapter,
    Bulk,
    Connection,
    Door,
    Downloads,
    Drafts,
    Media,
    Profile,
    Receipts,
    Registration,
    Subscription,
    Templates,
)
from providers.choices import ChannelKind
from providers.comparing import Comparing
from providers.email.adapter import EmailAdapter
from providers.email.door import EmailDoor
from providers.enclosing import Enclosed, Files
from providers.instagram.adapter import InstagramAdapter
from providers.letters import Letters
from providers.messenger.adapter import MessengerAdapter
from providers.meta.door import MetaDoor
from providers.opening import Opening
from providers.outgoing import ContentRefused
from providers.policy import Policy, Window
from providers.sms.adapter import SmsAdapter
from providers.sms.door import SmsDoor
from providers.threads import Control
from providers.webchat.adapter import WebchatAdapter
from providers.whatsapp.adapter import WhatsAppAdapter

ADAPTERS: dict[str, Adapter] = {
    ChannelKind.WHATSAPP: WhatsAppAdapter(),
    ChannelKind.INSTAGRAM: InstagramAdapter(),
    ChannelKind.FACEBOOK: MessengerAdapter(),
    ChannelKind.SMS: SmsAdapter(),
    ChannelKind.EMAIL: EmailAdapter(),
    ChannelKind.WEBCHAT: WebchatAdapter(),
}

# By the last part of their addresses.
DOORS: dict[str, Door] = {
    name: door for door in (MetaDoor(), SmsDoor(), EmailDoor()) for name in door.names
}

# What is said where a kind lacks a face, and the input it is said at.
LACKING: dict[type, tuple[Any, str]] = {
    Bulk: (_("Este canal não envia campanhas."), "channel"),
    Connection: (_("Este canal não tem conta para validar."), "channel"),
    Subscription: (_("Este canal não tem webhooks para assinar."), "channel"),
    Registration: (_("Este canal não tem número para registrar."), "channel"),
    Downloads: (_("Este canal não recebe arquivos."), "attachment"),
    Enclosed: (_("Este canal não recebe arquivos."), "attachment"),
    Files: (_("Este canal não envia arquivos."), "attachment"),
    Media: (_("Este canal não guarda arquivos no provedor."), "attachment"),
    Letters: (_("Este canal não escreve cartas."), "channel"),
    Control: (_("Este canal não tem conversas de outros aplicativos."), "channel"),
    Receipts: (_("Este canal não mostra ao paciente que a mensagem foi lida."), "channel"),
    Authorising: (_("Este canal não se conecta por login: use as credenciais."), "channel"),
    Comparing: (_("Este canal não conta o que as pessoas escreveram."), "channel"),
    Opening: (_("Este canal não tem tela inicial."), "channel"),
    Profile: (_("Este canal não tem perfil público."), "channel"),
    Templates: (_("Este canal não envia modelos."), "template"),
    Drafts: (_("Este canal não tem modelos."), "name"),
}
Face = TypeVar("Face")


class KindWithoutAdapter(DomainError):
    """The kind of channel exists in the data, but nothing speaks for it yet."""

    code = "canal_sem_adaptador"
    message = _("Este tipo de canal ainda não envia nem recebe mensagens.")


def adapter_for(kind: str) -> Adapter:
    """Return the adapter of a kind of channel. Raises KindWithoutAdapter."""
    try:
        return ADAPTERS[kind]
    except KeyError:
        raise KindWithoutAdapter from None


def has_face(kind: str, face: type) -> bool:
    """Tell whether a kind of channel has a face of providers.base."""
    return isinstance(ADAPTERS.get(kind), face)


def face_of(kind: str, face: type[Face]) -> Face:
    """Return a kind's face. Raises KindWithoutAdapter, ContentRefused where the kind lacks it."""
    adapter = adapter_for(kind)
    if isinstance(adapter, face):
        return adapter
    sentence, field = LACKING[face]
    raise ContentRefused(sentence, fields={field: [sentence]})


def kinds_with(face: type) -> list[str]:
    """Return the kinds of channels that have a face, in the order of the table."""
    return [kind for kind in ADAPTERS if has_face(kind, face)]


def kinds_paid() -> list[str]:
    """Return the kinds of channels whose messages cost something."""
    return [kind for kind, adapter in ADAPTERS.items() if adapter.policy.price_units]


def windows() -> dict[str, Window]:
    """Return the window of each kind of channel that has one."""
    found = {kind: adapter.policy.window for kind, adapter in ADAPTERS.items()}
    return {kind: window for kind, window in found.items() if window is not None}


def shape_of(kind: str) -> AccountShape:
    """Return what a channel of a kind needs; one that nothing speaks for needs nothing."""
    adapter = ADAPTERS.get(kind)
    return adapter.account if adapter else AccountShape()


def has_door(kind: str) -> bool:
    """Tell whether the provider of a kind of channel posts to us."""
    return kind in DOORS


def has_door_key(kind: str) -> bool:
    """Tell whether each channel of a kind has a webhook address of its own."""
    door = DOORS.get(kind)
    return door is not None and door.has_key


def callback_url(kind: str, door_key: str | None) -> str:
    """Return where the provider is to post the webhooks of a channel."""
    key = f"{door_key}/" if door_key else ""
    return f"{settings.PUBLIC_URL}/webhooks/{kind}/{key}"


def policy_of(kind: str) -> Policy:
    """Return the rules of a kind of channel; a kind that nothing speaks for may do nothing."""
    adapter = ADAPTERS.get(kind)
    return adapter.policy if adapter else Policy()
