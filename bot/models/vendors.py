"""A company's ways to language models, and what it allows of them."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.crypto import EncryptedJSONField
from common.money import check_currency
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class AiProviderQuerySet(CompanyQuerySet["AiProvider"]):
    """Named filters of providers."""

    def usable(self) -> AiProviderQuerySet:
        """Keep those that are on."""
        return self.filter(is_active=True)

    def transcribing(self) -> AiProviderQuerySet:
        """Keep those that can write down what is heard."""
        return self.exclude(kind=AiProvider.Kind.LOCAL).exclude(transcription_model="")

    def answering(self) -> AiProviderQuerySet:
        """Keep those that have a language model."""
        return self.exclude(kind__in=(AiProvider.Kind.LOCAL, AiProvider.Kind.SPEECH))


class AiProvider(CompanyOwned):
    """One account at a vendor of language models or of transcription. The key is sealed.

    `model` is what calls name (at Azure the deployment), `priced_as` the model whose prices and end
    dates hold. `capabilities` are what the probe saw: tools, schema, usage, milliseconds. While
    `breaker_until` is ahead nothing is asked: five failures within a minute set it.
    """

    class Kind(models.TextChoices):
        LOCAL = "local", _("Somente o conhecimento da clínica")
        OPENAI = "openai", "OpenAI"
        AZURE = "azure", "Azure OpenAI"
        COMPATIBLE = "compativel", _("Servidor compatível com OpenAI")
        SPEECH = "azure_fala", _("Azure Speech (transcrição)")

    name = models.CharField(_("nome"), max_length=80)
    kind = models.CharField(_("tipo"), max_length=12, choices=Kind)
    base_url = models.URLField(
        _("endereço da API"),
        max_length=200,
        blank=True,
        help_text=_("Vazio na OpenAI. No Azure, o endereço do recurso; termina em /openai/v1/."),
    )
    credentials = EncryptedJSONField(_("credenciais"), default=dict, blank=True)
    model = models.CharField(
        pgettext_lazy("IA", "modelo"),
        max_length=100,
        blank=True,
        help_text=_("Como a chamada o nomeia. No Azure, o nome da implantação."),
    )
    priced_as = models.CharField(
        _("cobrado como"),
        max_length=100,
        blank=True,
        help_text=_("Modelo da tabela de preços; vazio quando é o mesmo nome."),
    )
    transcription_model = models.CharField(_("modelo de transcrição"), max_length=100, blank=True)
    effort = models.CharField(
        _("esforço de raciocínio"),
        max_length=10,
        blank=True,
        default="",
        choices=[("none", _("nenhum")), ("low", _("baixo")), ("medium", _("médio"))],
        help_text=_("Vazio não é enviado. Para atendimento, nenhum ou baixo: conta a rapidez."),
    )
    is_abroad = models.BooleanField(
        _("trata dados fora do Brasil"),
        default=True,
        help_text=_("Se sim, só é usado quando a empresa permite o envio ao exterior."),
    )
    region_note = models.CharField(_("onde os dados são tratados"), max_length=200, blank=True)
    is_active = models.BooleanField(_("ligado"), default=True)
    status_detail = models.CharField(_("situação"), max_length=300, blank=True, editable=False)
    capabilities = models.JSONField(_("o que o teste viu"), default=dict, editable=False)
    probed_at = models.DateTimeField(_("testado em"), null=True, editable=False)
    breaker_until = models.DateTimeField(_("pausado até"), null=True, editable=False)
    failures = models.JSONField(default=list, editable=False)

    objects = CompanyManager.from_queryset(AiProviderQuerySet)()
    unscoped = models.Manager.from_queryset(AiProviderQuerySet)()

    class Meta:
        verbose_name = _("provedor de IA")
        verbose_name_plural = _("provedores de IA")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("company", "name"),
                name="ai_provider_name",
                violation_error_message=_("Já existe um provedor com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def price_name(self) -> str:
        """The model whose prices hold."""
        return self.priced_as or self.model

    @property
    def has_tools(self) -> bool:
        """Whether the probe saw a tool called; until it was probed, the kind's word counts."""
        known = self.capabilities.get("tools")
        return self.kind != self.Kind.COMPATIBLE if known is None else bool(known)

    @property
    def is_resting(self) -> bool:
        """Whether too many calls failed a moment ago."""
        return self.breaker_until is not None and self.breaker_until > timezone.now()


class AiPolicy(CompanyOwned):
    """What a company allows of AI beside its assistants: one row a company.

    Sums are in `currency`; empty budgets set no limit. `kept_days` is how long the log of what left
    is kept.
    """

    may_go_abroad = models.BooleanField(
        _("permite enviar conversas para fora do Brasil"),
        default=False,
        help_text=_(
            "Conversas podem falar de saúde (LGPD, arts. 11 e 33 a 36). Dados pessoais são"
            " trocados por códigos antes do envio; o assunto não pode ser escondido."
        ),
    )
    writer = models.ForeignKey(
        AiProvider,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("provedor para os atendentes"),
        help_text=_("Redige, reescreve e resume quando o atendente pede."),
    )
    transcriber = models.ForeignKey(
        AiProvider,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("provedor para transcrever áudios"),
    )
    is_transcribing = models.BooleanField(_("transcreve áudios de pacientes"), default=False)
    transcription_minutes_a_day = models.PositiveIntegerField(
        _("minutos de áudio por dia"), default=120
    )
    keywords = models.TextField(
        _("palavras da clínica"),
        blank=True,
        help_text=_("Nomes de médicos, exames e remédios, um por linha: ajudam a transcrição."),
    )
    currency = models.CharField(
        _("moeda"), max_length=3, default="USD", validators=[check_currency]
    )
    monthly_budget = models.DecimalField(
        _("orçamento do mês"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    daily_budget = models.DecimalField(
        _("orçamento do dia"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    calls_a_day = models.PositiveIntegerField(_("chamadas por dia"), default=5_000)
    calls_at_once = models.PositiveSmallIntegerField(_("chamadas ao mesmo tempo"), default=8)
    kept_days = models.PositiveSmallIntegerField(
        _("dias que o registro do que saiu é guardado"), default=90
    )
    # The month (2026-11) in which it was told that most of its budget is used.
    warned_on = models.CharField(max_length=20, blank=True, editable=False)

    class Meta:
        verbose_name = _("regra de uso da IA")
        verbose_name_plural = _("regras de uso da IA")
        constraints = (
            models.UniqueConstraint(
                fields=("company",),
                name="ai_policy_once",
                violation_error_message=_("A empresa já tem regras de uso da IA. Edite-as."),
            ),
        )

    def __str__(self) -> str:
        return str(_("Uso da IA"))
