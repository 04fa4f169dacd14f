"""When a company works."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned

STATES = (
    "AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO"
).split()


# Beside the zones, naming no place: a machine's own clock, which PostgreSQL does not know and the
# next machine does not have, and the placeholder of a machine that nobody set up.
NOWHERE = frozenset({"localtime", "Factory"})


def check_zone(name: str) -> None:
    """Let a time zone of the IANA database pass. Raises ValidationError."""
    if name in NOWHERE or name not in available_timezones():
        raise ValidationError(_("Escolha um fuso como America/Sao_Paulo."), code="fuso_invalido")


class BusinessCalendar(CompanyOwned):
    """Opening hours of a week with the holidays that close it. One calendar serves queues, bot and
    campaigns, so that they never disagree about what is open.
    """

    name = models.CharField(_("nome"), max_length=80)
    time_zone = models.CharField(
        _("fuso horário"), max_length=64, default="America/Sao_Paulo", validators=(check_zone,)
    )
    national_holidays = models.BooleanField(_("fecha nos feriados nacionais"), default=True)
    state = models.CharField(
        _("feriados do estado"),
        max_length=2,
        blank=True,
        choices=[(state, state) for state in STATES],
        help_text=_("Os municipais entram em Exceções."),
    )

    closes_carnival = models.BooleanField(
        _("fecha no Carnaval (segunda e terça)"), default=False, db_default=False
    )
    closes_ash_wednesday = models.BooleanField(
        _("fecha na Quarta-feira de Cinzas"), default=False, db_default=False
    )
    closes_corpus_christi = models.BooleanField(
        _("fecha em Corpus Christi"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("calendário")
        verbose_name_plural = _("calendários")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="calendar_name_once",
                violation_error_message=_("Já existe um calendário com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def opens(self) -> bool:
        """Whether it opens at all: without any hours it never does."""
        # Whoever has the calendar may know its hours.
        weekly = CalendarHours.unscoped.filter(calendar_id=self.pk).exists()
        days = CalendarException.unscoped.filter(calendar_id=self.pk, opens_at__isnull=False)
        return weekly or days.exists()


class CalendarHours(CompanyOwned):
    """One interval of a weekday; a day may have several. An end at or before the start is on the
    next day; 00:00 to 00:00 is the whole day.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Segunda-feira")
        TUESDAY = 1, _("Terça-feira")
        WEDNESDAY = 2, _("Quarta-feira")
        THURSDAY = 3, _("Quinta-feira")
        FRIDAY = 4, _("Sexta-feira")
        SATURDAY = 5, _("Sábado")
        SUNDAY = 6, _("Domingo")

    calendar = models.ForeignKey(BusinessCalendar, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("dia"), choices=Weekday)
    opens_at = models.TimeField(_("abre"))
    closes_at = models.TimeField(_("fecha"))

    class Meta:
        verbose_name = _("horário")
        verbose_name_plural = _("horários")
        ordering = ("weekday", "opens_at")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


class CalendarException(CompanyOwned):
    """An interval of one day that differs from its weekday: a municipal holiday, a bridge day, a
    Saturday with extra hours. Without times the day is closed; with several rows it has several
    intervals. It wins over holidays.
    """

    calendar = models.ForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, related_name="exceptions"
    )
    day = models.DateField(_("dia"))
    name = models.CharField(_("motivo"), max_length=80, blank=True)
    opens_at = models.TimeField(_("abre"), null=True, blank=True)
    closes_at = models.TimeField(_("fecha"), null=True, blank=True)

    class Meta:
        verbose_name = _("exceção")
        verbose_name_plural = _("exceções")
        ordering = ("day", "opens_at")
        constraints = (
            models.UniqueConstraint(
                fields=("calendar", "day", "opens_at"),
                name="calendar_exception_once",
                violation_error_message=_("Este dia já tem um intervalo que começa a esta hora."),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at=None, closes_at=None)
                | models.Q(opens_at__isnull=False, closes_at__isnull=False),
                name="calendar_exception_both_times",
                violation_error_message=_("Informe abertura e fechamento, ou nenhum dos dois."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}".strip()
