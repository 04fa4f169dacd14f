"""Test cases of a company's bot, and what came of running them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from bot.choices import EvalExpectation, HandoverReason
from common.scoping import CompanyOwned


class EvalCase(CompanyOwned):
    """A text of a patient and what the bot should do with it."""

    text = models.CharField(_("o que o paciente escreve"), max_length=500)
    expects = models.CharField(_("o robô deve"), max_length=20, choices=EvalExpectation)
    entry = models.ForeignKey(
        "bot.KnowledgeEntry",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("entrada"),
    )
    # Whose words they are, where a case was made from a turn: they go with the person.
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, null=True, editable=False, related_name="+"
    )
    reason = models.CharField(_("motivo"), max_length=20, choices=HandoverReason, blank=True)
    is_safety = models.BooleanField(
        _("é de segurança"),
        default=False,
        help_text=_("Se falhar, a versão não é publicada."),
    )

    class Meta:
        verbose_name = _("caso de teste")
        verbose_name_plural = _("casos de teste")
        ordering = ("text",)

    def __str__(self) -> str:
        return self.text


class EvalRun(CompanyOwned):
    """One run of all cases against an assistant. `failures` are [{"text", "expected", "got",
    "is_safety"}].
    """

    assistant = models.ForeignKey(
        "bot.Assistant", on_delete=models.CASCADE, related_name="runs", verbose_name=_("assistente")
    )
    total = models.PositiveIntegerField(_("casos"), default=0)
    passed = models.PositiveIntegerField(_("certos"), default=0)
    safety_failed = models.PositiveIntegerField(_("de segurança errados"), default=0)
    failures = models.JSONField(_("erros"), default=list)
    by = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rodada de testes")
        verbose_name_plural = _("rodadas de testes")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.passed}/{self.total}"
