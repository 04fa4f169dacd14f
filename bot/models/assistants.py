"""Assistants: who answers on which channels, when, and within which limits."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from bot.choices import AssistantMode
from common.models import Link
from common.scoping import CompanyOwned


class Assistant(CompanyOwned):
    """What answers before people do, on some channels of a company."""

    name = models.CharField(
        _("nome"), max_length=60, help_text=_("Só a equipe vê; o paciente lê o nome da clínica.")
    )
    mode = models.CharField(
        _("quando responde"), max_length=20, choices=AssistantMode, default=AssistantMode.SHADOW
    )
    greeting = models.CharField(
        _("saudação"),
        max_length=200,
        default="Olá! Como posso ajudar?",
        help_text=_("Abre a primeira resposta a quem só cumprimenta."),
    )
    channels = models.ManyToManyField(
        "omnichannel.Channel",
        through="bot.AssistantChannel",
        blank=True,
        related_name="assistants",
        verbose_name=_("canais"),
    )
    calendar = models.ForeignKey(
        "accounts.BusinessCalendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("calendário"),
        help_text=_("Diz quando a clínica está aberta. Sem calendário, está sempre aberta."),
    )
    queue = models.ForeignKey(
        "queues.Queue",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fila de quem é passado"),
        help_text=_("Vazia, vale a fila do canal; a categoria da dúvida pode ter a sua."),
    )
    emergency_words = models.TextField(
        _("outras palavras de emergência"),
        blank=True,
        help_text=_("Uma por linha, além das que o sistema já conhece."),
    )
    session_turns = models.PositiveSmallIntegerField(
        _("respostas por conversa"),
        default=12,
        validators=(MinValueValidator(2), MaxValueValidator(50)),
    )
    person_daily = models.PositiveSmallIntegerField(
        _("respostas por pessoa em 24 h"),
        default=30,
        validators=(MinValueValidator(2), MaxValueValidator(200)),
    )
    monthly_turns = models.PositiveIntegerField(
        _("respostas por mês"),
        null=True,
        blank=True,
        help_text=_("Cada resposta enviada pode ter custo no canal. Vazio não limita."),
    )
    close_after_hours = models.PositiveSmallIntegerField(
        _("encerrar em silêncio após (h)"),
        null=True,
        blank=True,
        help_text=_("Vazio espera pelo paciente; conversas confirmadas encerram em uma hora."),
    )
    answers_campaigns = models.BooleanField(
        _("atende respostas a campanhas"),
        default=False,
        help_text=_("Desligado, quem responde a uma campanha vai direto para uma pessoa."),
    )
    takes_again = models.BooleanField(
        _("atende conversas reabertas"),
        default=False,
        help_text=_("Desligado, quem volta pouco depois de um atendimento vai para uma pessoa."),
    )
    rewrites = models.BooleanField(
        _("melhora textos da equipe"),
        default=True,
        help_text=_("A equipe pede à IA que reescreva o que escreveu; nada é enviado sozinho."),
    )
    version = models.ForeignKey(
        "bot.AssistantVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("versão publicada"),
    )

    class Meta:
        verbose_name = _("assistente")
        verbose_name_plural = _("assistentes")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="assistant_name_once",
                violation_error_message=_("Já existe um assistente com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class AssistantChannel(Link):
    """A channel that an assistant answers on; it has one at most."""

    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE)
    channel = models.OneToOneField(
        "omnichannel.Channel", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = _("canal de assistente")
        verbose_name_plural = _("canais de assistentes")

    def __str__(self) -> str:
        return str(self.channel_id)


class AssistantVersion(CompanyOwned):
    """What an assistant was when somebody published it. Nothing changes a row afterwards.

    `settings` are the assistant's own values, `entries` the ids of the published entries with the
    moment of their last change, `result` what the test cases said.
    """

    assistant = models.ForeignKey(
        Assistant, on_delete=models.CASCADE, related_name="versions", verbose_name=_("assistente")
    )
    number = models.PositiveIntegerField(_("versão"))
    settings = models.JSONField(_("ajustes"), default=dict)
    entries = models.JSONField(_("entradas"), default=dict)
    result = models.JSONField(_("resultado dos testes"), default=dict)
    author = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("publicada por"),
    )

    class Meta:
        verbose_name = _("versão de assistente")
        verbose_name_plural = _("versões de assistentes")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=("assistant", "number"), name="version_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.number}"


class BotPause(CompanyOwned):
    """A person whom no bot answers: until a moment, because staff paused it, or for good, because
    they do not want to talk with one (`until` is null).
    """

    contact = models.OneToOneField("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(_("até"), null=True)
    by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("pausa do robô")
        verbose_name_plural = _("pausas do robô")

    def __str__(self) -> str:
        return str(self.pk)
