"""Rules: at an event, under conditions, do actions; and the log of what each did, and why."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.scoping import CompanyOwned
from omnichannel.models import Conversation
from queues.choices import RuleEvent, RuleMatch, RuleState


class Rule(CompanyOwned):
    """What happens by itself in a company.

    `conditions` holds `{"field", "value"}` (queues.services.rule_conditions), `steps` actions as
    macros have them. A rule does no more than its `keeper` may: who saved it last, and without whom
    it is off.
    """

    name = models.CharField(_("nome"), max_length=60)
    is_on = models.BooleanField(_("ligada"), default=False)
    off_reason = models.CharField(_("por que está desligada"), max_length=200, blank=True)
    event = models.CharField(_("quando"), max_length=20, choices=RuleEvent)
    match = models.CharField(_("valem"), max_length=10, choices=RuleMatch, default=RuleMatch.ALL)
    conditions = models.JSONField(_("condições"), default=list)
    steps = models.JSONField(_("ações"), default=list)
    position = models.PositiveSmallIntegerField(_("ordem"), default=10)
    is_last = models.BooleanField(_("parar aqui"), default=False)
    keeper = models.ForeignKey(
        Membership,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("responsável"),
    )
    failures = models.PositiveSmallIntegerField(_("falhas seguidas"), default=0)

    class Meta:
        verbose_name = _("regra")
        verbose_name_plural = _("regras")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("company", "name"), name="rule_name_once"),)
        indexes = (
            # Asked whenever something happens in a company.
            models.Index(
                fields=("company", "event"),
                condition=models.Q(is_on=True),
                name="rule_on",
            ),
        )

    def __str__(self) -> str:
        return self.name


class RuleRun(CompanyOwned):
    """A rule at one event: claimed once, and what came of it.

    `reasons` has an entry for each condition, `{"field", "value", "is_met"}`; `outcomes` one for
    each action, as a macro's run has them. `message_ids` are what the patient wrote, where the
    event is about that.
    """

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="runs")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    event = models.CharField(max_length=20, choices=RuleEvent)
    event_key = models.CharField(max_length=80)
    message_ids = models.JSONField(default=list)
    state = models.CharField(
        _("situação"), max_length=10, choices=RuleState, default=RuleState.WAITING
    )
    reasons = models.JSONField(_("por quê"), default=list)
    outcomes = models.JSONField(_("o que aconteceu"), default=list)
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("terminou em"), null=True)

    class Meta:
        verbose_name = _("execução de regra")
        verbose_name_plural = _("execuções de regras")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("rule", "event_key"), name="rule_run_once"),)
        indexes = (
            # What waits, and claims whose process died.
            models.Index(
                fields=("company", "id"),
                condition=models.Q(state__in=("pendente", "correndo")),
                name="rule_run_open",
            ),
            # The log of a rule, the newest first.
            models.Index(fields=("rule", "-id"), name="rule_run_log"),
        )

    def __str__(self) -> str:
        return self.event_key
