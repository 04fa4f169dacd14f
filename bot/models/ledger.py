"""What AI costs: dated prices, what was used, what a call may still cost, and what left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bot.vendors.base import AiUse, VendorTrouble
from common.money import check_currency
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet

USES = [
    (AiUse.TURN.value, _("resposta do robô")),
    (AiUse.CONSOLE.value, _("teste no console")),
    (AiUse.SUGGESTION.value, _("texto para o atendente")),
    (AiUse.REWRITE.value, _("texto reescrito")),
    (AiUse.SUMMARY.value, _("resumo")),
    (AiUse.CLASSIFICATION.value, _("classificação")),
    (AiUse.TRANSCRIPTION.value, _("transcrição")),
    (AiUse.PROBE.value, _("teste de conexão")),
]


def _price(label: Any, help_text: Any = "") -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(
        label, max_digits=12, decimal_places=6, default=Decimal(0), help_text=help_text
    )


class AiRate(CompanyOwned):
    """What a model costs from a day on, and until when it exists. The newest `valid_from` that is
    not in the future holds.
    """

    model = models.CharField(pgettext_lazy("IA", "modelo"), max_length=100)
    valid_from = models.DateField(_("vale desde"))
    currency = models.CharField(
        _("moeda"), max_length=3, default="USD", validators=[check_currency]
    )
    given_price = _price(_("entrada"), _("Por milhão de tokens."))
    cached_price = _price(_("entrada em cache"), _("Por milhão de tokens."))
    written_price = _price(_("escrita no cache"), _("Por milhão de tokens, além da entrada."))
    made_price = _price(_("saída"), _("Por milhão de tokens."))
    minute_price = _price(_("minuto de áudio"))
    ends_on = models.DateField(
        _("desligado pelo provedor em"),
        null=True,
        blank=True,
        help_text=_("A partir desse dia o modelo não responde mais."),
    )
    is_confirmed = models.BooleanField(_("conferida"), default=False)
    source = models.CharField(_("origem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tarifa de IA")
        verbose_name_plural = _("tarifas de IA")
        ordering = ("model", "-valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "model", "valid_from"),
                name="ai_rate_once",
                violation_error_message=_("Já existe uma tarifa com esta data. Edite a outra."),
            ),
            models.CheckConstraint(
                condition=models.Q(given_price__gte=0, made_price__gte=0, minute_price__gte=0)
                & models.Q(cached_price__gte=0, written_price__gte=0),
                name="ai_rate_not_negative",
                violation_error_message=_("O preço não pode ser negativo."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} {self.valid_from:%d/%m/%Y}"


class AiUsageQuerySet(CompanyQuerySet["AiUsage"]):
    """Named filters of what was used."""

    def of_days(self, first: object, last: object) -> AiUsageQuerySet:
        """Keep days of the company's calendar, both included."""
        return self.filter(day__gte=first, day__lte=last)


class AiUsage(CompanyOwned):
    """One call that was paid for, or tried. The database refuses to change or remove a line.

    `day` is the company's; `cost` is empty where no price was known. No word of anybody is here.
    """

    provider = models.ForeignKey(
        "bot.AiProvider",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("provedor"),
    )
    use = models.CharField(_("para quê"), max_length=16, choices=USES)
    model = models.CharField(pgettext_lazy("IA", "modelo"), max_length=100, blank=True)
    day = models.DateField(_("dia"))
    channel = models.ForeignKey(
        "omnichannel.Channel",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("canal"),
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("conversa"),
    )
    call_id = models.UUIDField(null=True)
    request_id = models.CharField(_("número do pedido no provedor"), max_length=100, blank=True)
    given = models.PositiveIntegerField(_("tokens de entrada"), default=0)
    cached = models.PositiveIntegerField(_("tokens em cache"), default=0)
    made = models.PositiveIntegerField(_("tokens de saída"), default=0)
    seconds = models.PositiveIntegerField(_("segundos de áudio"), default=0)
    cost = models.DecimalField(_("custo"), max_digits=14, decimal_places=8, null=True)
    currency = models.CharField(_("moeda"), max_length=3, default="USD")
    ms = models.PositiveIntegerField(_("milissegundos"), default=0)
    trouble = models.CharField(
        _("falha"),
        max_length=24,
        blank=True,
        choices=[(one.value, one.value) for one in VendorTrouble if one],
    )

    objects = CompanyManager.from_queryset(AiUsageQuerySet)()
    unscoped = models.Manager.from_queryset(AiUsageQuerySet)()

    class Meta:
        verbose_name = _("uso da IA")
        verbose_name_plural = _("usos da IA")
        ordering = ("-created_at",)
        indexes = (
            models.Index(
                fields=("company", "day", "use"),
                include=("cost", "currency", "seconds"),
                name="ai_usage_of_day",
            ),
            models.Index(fields=("conversation",), name="ai_usage_of_talk"),
        )

    def __str__(self) -> str:
        return f"{self.use} {self.model} {self.cost if self.cost is not None else ''}"


class AiClaim(CompanyOwned):
    """What a call that is under way may cost at most: taken off the budget before the call, and
    gone after it. One whose time is over belonged to a process that died.
    """

    use = models.CharField(max_length=16)
    most = models.DecimalField(max_digits=14, decimal_places=8, default=Decimal(0))
    seconds = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reserva de custo da IA")
        verbose_name_plural = _("reservas de custo da IA")
        indexes = (models.Index(fields=("company", "expires_at"), name="ai_claim_open"),)

    def __str__(self) -> str:
        return f"{self.use} {self.most}"


class AiDeparture(CompanyOwned):
    """What left for a vendor, masked, and what came back: for whoever must be able to say so.

    Administrators read it in the back-office, and that they did is written down.
    """

    provider = models.ForeignKey(
        "bot.AiProvider", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("conversa"),
    )
    use = models.CharField(_("para quê"), max_length=16, choices=USES)
    call_id = models.UUIDField(null=True)
    vendor_host = models.CharField(_("para onde"), max_length=200, blank=True)
    sent = models.TextField(_("o que saiu"), blank=True)
    answered = models.TextField(_("o que voltou"), blank=True)
    masked_count = models.PositiveSmallIntegerField(_("dados trocados por códigos"), default=0)
    trouble = models.CharField(_("falha"), max_length=24, blank=True)

    class Meta:
        verbose_name = _("registro do que saiu")
        verbose_name_plural = _("registros do que saiu")
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=("company", "-created_at"), name="ai_departure_recent"),
            models.Index(fields=("conversation",), name="ai_departure_of_talk"),
        )

    def __str__(self) -> str:
        return f"{self.use} {self.created_at:%d/%m/%Y %H:%M}"
