"""Stored values of the agenda."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AppointmentState(models.TextChoices):
    """What becomes of an appointment; what its person answered is an `AnswerMeaning`."""

    BOOKED = "marcada", _("Marcada")
    CANCELLED = "cancelada", _("Cancelada")
    DONE = "realizada", _("Realizada")
    MISSED = "faltou", _("Faltou")


class AppointmentSource(models.TextChoices):
    """Where an appointment comes from: its ids are told apart by it."""

    API = "api", _("API")
    ICAL = "ical", _("Calendário (iCalendar)")
    STAFF = "equipe", _("Equipe")
    WAITING = "espera", _("Lista de espera")


class AnswerMeaning(models.TextChoices):
    """What somebody meant about their appointment."""

    SILENT = "sem_resposta", _("Sem resposta")
    CONFIRMS = "confirmada", _("Confirmou")
    CANNOT = "nao_vai", _("Não vai")
    MOVES = "remarcar", _("Quer remarcar")
    NOT_MINE = "nao_e_minha", _("Não é desta pessoa")
    UNSURE = "duvida", _("Não ficou claro")


class AnswerWay(models.TextChoices):
    """How something was answered."""

    BUTTON = "botao", _("Botão")
    REACTION = "reacao", _("Reação")
    TEXT = "texto", _("Texto")
    STAFF = "equipe", _("Equipe")


class ReminderState(models.TextChoices):
    """What becomes of a reminder."""

    WAITING = "esperando", _("Esperando")
    SENT = "enviada", _("Enviada")
    HELD = "retida", _("Não saiu")
    SKIPPED = "dispensada", _("Dispensada")


class WaitState(models.TextChoices):
    """What becomes of somebody's place in the waiting list."""

    WAITING = "esperando", _("Esperando")
    BOOKED = "encaixada", _("Encaixada")
    LEFT = "saiu", _("Saiu da lista")


class InviteState(models.TextChoices):
    """What became of an offer of a freed slot."""

    OPEN = "aberta", _("Aberta")
    WON = "aceita", _("Aceita")
    LATE = "tarde", _("Outra pessoa aceitou antes")
    REFUSED = "recusada", _("Recusada")
    UNSENT = "nao_saiu", _("Não saiu")
