"""What the agenda refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError


class AppointmentRefused(DomainError):
    """What was given makes no appointment."""

    code = "compromisso_invalido"
    message = _("Confira os dados do compromisso.")


class AppointmentOver(Conflict):
    """It was cancelled, or has taken place."""

    code = "compromisso_encerrado"
    message = _("Este compromisso já foi cancelado ou já passou.")


class FeedRefused(DomainError):
    """The address is no calendar that may be read."""

    code = "calendario_invalido"
    message = _("Informe um endereço https público de um calendário iCalendar (.ics).")


class SlotTaken(Conflict):
    """Somebody else said yes first."""

    code = "horario_preenchido"
    message = _("Outra pessoa já ficou com este horário.")
