"""Which adapter speaks for which kind of channel."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from omnichannel.adapters.base import Adapter
from omnichannel.adapters.meta import backoff as backoff
from omnichannel.adapters.meta import retry_delay as retry_delay
from omnichannel.adapters.whatsapp.adapter import WhatsAppAdapter
from omnichannel.choices import ChannelKind

ADAPTERS: dict[str, Adapter] = {
    ChannelKind.WHATSAPP: WhatsAppAdapter(),
}


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
