"""Going on elsewhere: a code that a visitor sends from another channel ties both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.utils import timezone
from django.utils.translation import gettext

from omnichannel.models import Conversation
from providers.site import Site
from visitors.errors import NoWhatsApp
from visitors.models import VisitorCode, VisitorSession
from visitors.secrets import code_new, hashed
from visitors.selectors import link_elsewhere

LIVES = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code as its visitor gets it, once."""

    code: str
    url: str
    expires_at: datetime


def code_make(*, session: VisitorSession, conversation: Conversation, site: Site) -> MadeCode:
    """Make a code; those made before for the session end. Raises NoWhatsApp."""
    link = link_elsewhere(session.channel) if site.offers_whatsapp else ""
    if not link:
        raise NoWhatsApp
    now, code = timezone.now(), code_new()
    rows = VisitorCode.objects.for_company(session.company_id)
    rows.filter(session=session, used_at=None, expires_at__gt=now).update(expires_at=now)
    made = VisitorCode.unscoped.create(
        company_id=session.company_id,
        session=session,
        conversation=conversation,
        code_hash=hashed(code),
        expires_at=now + LIVES,
    )
    text = gettext("Quero continuar por aqui a conversa do site. Código: %(code)s")
    url = link.replace("{text}", quote(text % {"code": code}))
    return MadeCode(code, url, made.expires_at)
