"""What people see before they write to a channel. It lives at the provider alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from omnichannel.models import Channel
from omnichannel.services.accounts import account_open
from omnichannel.services.proving import proof_check
from providers import registry
from providers.opening import Opening, StartScreen
from providers.outgoing import SendError


class StartScreenDiffers(Conflict):
    """The provider said yes and shows something else."""

    code = "tela_inicial_diferente"
    message = _(
        "O provedor aceitou, mas mostra outra coisa. Abra a tela inicial de novo e confira."
    )


def start_screen_read(*, channel: Channel) -> StartScreen:
    """Return what people see now. Raises NotProven, CredentialsUnreadable, and DomainError when the
    provider refuses.
    """
    proof_check(channel)
    try:
        return registry.face_of(channel.kind, Opening).start_screen(account_open(channel))
    except SendError as refused:
        raise DomainError(refused.detail, code=refused.code) from refused


def start_screen_set(
    *, channel: Channel, actor: Membership | None, screen: StartScreen
) -> StartScreen:
    """Replace what people see and return what the provider shows afterwards. Raises NotProven,
    CredentialsUnreadable, ContentRefused, and DomainError when the provider refuses or shows
    something else than it took.
    """
    proof_check(channel)
    face = registry.face_of(channel.kind, Opening)
    face.start_limits.check(screen)
    account = account_open(channel)
    try:
        face.start_screen_write(account, screen)
        shown = face.start_screen(account)
    except SendError as refused:
        raise DomainError(refused.detail, code=refused.code) from refused
    audit_record(
        company=channel.company_id,
        actor=actor.user if actor else None,
        action="canal.tela_inicial_alterada",
        target=channel,
        detail={"perguntas": len(screen.questions), "menu": len(screen.menu)},
    )
    if shown != screen:
        raise StartScreenDiffers
    return shown
