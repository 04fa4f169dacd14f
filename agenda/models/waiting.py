"""Who waits for an earlier appointment, and the slots that became free."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agenda.choices import InviteState, WaitState
from agenda.models.appointment import Appointment, Professional
from common.scoping import CompanyOwned


class WaitingPlace(CompanyOwned):
    """Somebody's place in the list. Empty `professional`, `kind` and `weekdays` fit any;
    `appointment` is the one they have and would give up. `notice_hours` is how long before they
    must know.
    """

    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("paciente"),
    )
    professional = models.ForeignKey(
        Professional,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("profissional"),
    )
    kind = models.CharField(_("tipo"), max_length=80, blank=True)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        size=7,
        verbose_name=_("dias da semana"),
        help_text=_("0 é segunda-feira; vazio serve qualquer dia."),
    )
    notice_hours = models.PositiveSmallIntegerField(_("aviso mínimo em horas"), default=2)
    urgency = models.PositiveSmallIntegerField(_("urgência"), default=0)
    state = models.CharField(
        _("situação"), max_length=10, choices=WaitState, default=WaitState.WAITING
    )
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("compromisso atual"),
    )

    class Meta:
        verbose_name = _("lugar na lista de espera")
        verbose_name_plural = _("lista de espera")
        indexes = (
            models.Index(
                fields=("company", "-urgency", "id"),
                condition=Q(state="esperando"),
                name="waiting_in_order",
            ),
        )

    def __str__(self) -> str:
        return self.get_state_display()


class FreedSlot(CompanyOwned):
    """A time that became free. `holder` is the place that won it: one statement sets it, once."""

    freed = models.ForeignKey(Appointment, on_delete=models.SET_NULL, null=True, related_name="+")
    professional = models.ForeignKey(
        Professional, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    kind = models.CharField(_("tipo"), max_length=80, blank=True)
    starts_at = models.DateTimeField(_("começa"))
    ends_at = models.DateTimeField(_("termina"))
    # How often a slot begot the next: whoever wins frees their own, and so on once more.
    depth = models.PositiveSmallIntegerField(default=0)
    wave = models.PositiveSmallIntegerField(_("rodada"), default=0)
    next_at = models.DateTimeField(_("próxima rodada"), null=True)
    holder = models.ForeignKey(
        WaitingPlace,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("quem ficou com o horário"),
    )

    class Meta:
        verbose_name = _("horário livre")
        verbose_name_plural = _("horários livres")
        constraints = (
            models.UniqueConstraint(
                fields=("freed",), condition=Q(holder=None), name="slot_freed_once"
            ),
        )
        indexes = (
            models.Index(fields=("next_at",), condition=Q(holder=None), name="slot_next_wave"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class SlotInvite(CompanyOwned):
    """A slot offered to one place of the list."""

    slot = models.ForeignKey(FreedSlot, on_delete=models.CASCADE, related_name="invites")
    place = models.ForeignKey(WaitingPlace, on_delete=models.CASCADE, related_name="invites")
    wave = models.PositiveSmallIntegerField(_("rodada"))
    state = models.CharField(
        _("situação"), max_length=10, choices=InviteState, default=InviteState.OPEN
    )
    message = models.ForeignKey(
        "omnichannel.Message", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("oferta de horário")
        verbose_name_plural = _("ofertas de horário")
        constraints = (models.UniqueConstraint(fields=("slot", "place"), name="slot_offered_once"),)

    def __str__(self) -> str:
        return self.get_state_display()
