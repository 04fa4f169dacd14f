"""What Meta charges: dated prices a person can edit, and what each delivered message cost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.money import check_currency, check_market
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from providers.choices import PriceCategory

# The market of every country that has no row of its own.
ANY_MARKET = "*"


class Rate(CompanyOwned):
    """The price of one delivered message to a country, from a day on and from so many in a month.

    The newest `valid_from` that is not in the future holds, with the tiers of that very day.
    `tier_from` 0 is the list price; 100,000 prices the hundred-thousand-and-first message of the
    month and those after it.
    """

    market = models.CharField(
        _("país"),
        max_length=2,
        validators=[check_market],
        help_text=_("Sigla de duas letras, por exemplo BR. Um asterisco vale para os demais."),
    )
    category = models.CharField(_("categoria"), max_length=32, choices=PriceCategory)
    currency = models.CharField(
        _("moeda"),
        max_length=3,
        validators=[check_currency],
        help_text=_("Por exemplo BRL ou USD."),
    )
    valid_from = models.DateField(_("vale desde"))
    tier_from = models.PositiveIntegerField(
        _("a partir de quantas no mês"),
        default=0,
        help_text=_("Zero é o preço de tabela; outros são faixas de volume."),
    )
    price = models.DecimalField(
        _("preço"),
        max_digits=12,
        decimal_places=6,
        help_text=_("De uma mensagem; onde se paga por parte, de cada parte."),
    )
    is_confirmed = models.BooleanField(
        _("conferida"),
        default=False,
        help_text=_("Marque depois de comparar com a tabela do provedor."),
    )
    source = models.CharField(_("origem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tarifa")
        verbose_name_plural = _("tarifas")
        ordering = ("-valid_from", "market", "category", "tier_from")
        constraints = (
            # Also the look-up: what holds for a company's currency, category and country.
            models.UniqueConstraint(
                fields=("company", "currency", "category", "market", "tier_from", "valid_from"),
                name="rate_once",
                violation_error_message=_("Já existe uma tarifa com esta data. Edite a outra."),
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0),
                name="rate_not_negative",
                violation_error_message=_("O preço não pode ser negativo."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.market} {self.get_category_display()} {self.currency} {self.price}"


class MessageCostQuerySet(CompanyQuerySet["MessageCost"]):
    """Named filters of costs."""

    def charged(self) -> MessageCostQuerySet:
        """Keep what Meta charges for, whether or not we know the price."""
        return self.filter(pricing_type=REGULAR)


# Meta, pricing object, `type`: every other value is free.
REGULAR = "regular"


class MessageCost(CompanyOwned):
    """What one delivered message cost: Meta's word on whether, our rate on how much.

    `id` is that of what was sent (a message, or the recipient of a campaign), so a receipt that
    comes twice meets the primary key. `price` is the list price of all its `units` valid when it
    was delivered, zero for a free one, empty when no rate was known; volume tiers are taken off
    the month's sum.
    `month` is the first day of the account's month, in its time zone.
    """

    # No index of their own: the one below begins with the channel.
    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    channel = models.ForeignKey(
        "omnichannel.Channel",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("canal"),
    )
    month = models.DateField(_("mês"))
    market = models.CharField(_("país"), max_length=2, blank=True)
    category = models.CharField(_("categoria"), max_length=32)
    pricing_type = models.CharField(_("cobrança"), max_length=40)
    currency = models.CharField(_("moeda"), max_length=3)
    # How many parts are paid; Meta's messages are one.
    units = models.PositiveSmallIntegerField(_("partes"), default=1, db_default=1)
    price = models.DecimalField(_("preço"), max_digits=12, decimal_places=6, null=True)
    delivered_at = models.DateTimeField(_("entregue em"))

    objects = CompanyManager.from_queryset(MessageCostQuerySet)()
    unscoped = models.Manager.from_queryset(MessageCostQuerySet)()

    class Meta:
        verbose_name = _("custo de mensagem")
        verbose_name_plural = _("custos de mensagens")
        ordering = ("-delivered_at",)
        indexes = (
            # A month's sums and the thousand free replies, read without touching the rows.
            models.Index(
                fields=("channel", "month", "category"),
                include=("market", "pricing_type", "currency", "price"),
                name="cost_of_month",
            ),
        )

    def __str__(self) -> str:
        return f"{self.category} {self.currency} {self.price}"
