"""A person's score and how it came to be what it is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from contacts.models import Contact
from leadscoring.choices import Action, Cause
from leadscoring.rules import Facts, Score, facts_of, score

if TYPE_CHECKING:
    from accounts.models import Membership

# From these temperatures on a person is hot, or warm.
HOT, WARM = 70, 40


class LeadScoreQuerySet(CompanyQuerySet["LeadScore"]):
    """Named filters of scores."""

    def visible_to(self, membership: Membership) -> LeadScoreQuerySet:
        """Keep the scores of people this person may see."""
        seen = Contact.unscoped.all().visible_to(membership)
        return self.filter(company_id=membership.company_id, contact__in=seen)


class LeadScore(CompanyOwned):
    """How near a person is to becoming a patient (spec: tb_lead_scores).

    `facts` is what the rules saw, in the order of rules.Facts; from it every point is explained
    again (`explained`). It is written by the statement of leadscoring.statement and by nothing
    else. `next_on` is the day on which time alone changes something.
    """

    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    contact = models.OneToOneField(
        "contacts.Contact",
        on_delete=models.CASCADE,
        related_name="lead_score",
        verbose_name=_("pessoa"),
    )
    total = models.PositiveSmallIntegerField(_("score"))
    behaviour = models.PositiveSmallIntegerField(_("comportamento"))
    profile = models.PositiveSmallIntegerField(_("perfil"))
    engagement = models.PositiveSmallIntegerField(_("engajamento"))
    intent = models.PositiveSmallIntegerField(_("intenção"))
    temperature = models.PositiveSmallIntegerField(_("temperatura"))
    purchase_intent = models.BooleanField(_("intenção de compra"))
    recommended_action = models.CharField(_("ação recomendada"), max_length=50, choices=Action)
    signals = ArrayField(models.CharField(max_length=60), verbose_name=_("sinais detectados"))
    facts = ArrayField(models.IntegerField())
    # What the person was when scored last: a change of it is an outcome to learn from.
    contact_status = models.CharField(max_length=20)
    rules = models.PositiveSmallIntegerField()
    # Which states of the record and of the counts were seen: compared, not ordered, so that neither
    # clocks that differ nor a commit that came late hide a change.
    record_seen = models.DateTimeField()
    counts_seen = models.DateTimeField(null=True)
    calculated_at = models.DateTimeField(_("calculado em"))
    calculated_on = models.DateField()
    next_on = models.DateField(null=True)

    objects = CompanyManager.from_queryset(LeadScoreQuerySet)()
    unscoped = models.Manager.from_queryset(LeadScoreQuerySet)()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        indexes = (
            # The tick: on whom time tells.
            models.Index(fields=("company", "next_on"), name="lead_score_due"),
            # Lists and segments: the hottest, the best.
            models.Index(fields=("company", "-temperature", "-total"), name="lead_score_hot"),
            models.Index(fields=("company", "-total"), name="lead_score_best"),
        )

    def __str__(self) -> str:
        return str(self.total)

    def facts_on(self, day: date) -> Facts:
        """Return the facts as they stand on a day, none of which may have brought a change that is
        not in the numbers yet.
        """
        last = day if self.next_on is None else min(day, self.next_on - timedelta(days=1))
        return facts_of(self.facts).later(max(0, (last - self.calculated_on).days))

    def explained(self, day: date) -> Score:
        """Make the score once more, to have its reasons."""
        return score(self.facts_on(day))


class LeadScoreHistory(CompanyOwned):
    """One change of a score (spec: tb_lead_score_historico).

    `details` holds the four dimensions and the temperature, in that order, as `antes` (null at
    first) and `depois`, and the `acao`; `facts` is what the rules saw.
    """

    # The contact's key is checked and leads to the other two: checking all three would take a third
    # of the time of scoring a million people.
    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )
    contact = models.ForeignKey(
        "contacts.Contact",
        on_delete=models.CASCADE,
        related_name="score_history",
        db_index=False,
    )
    score = models.ForeignKey(
        LeadScore,
        on_delete=models.DO_NOTHING,
        related_name="history",
        db_index=False,
        db_constraint=False,
    )
    previous = models.PositiveSmallIntegerField(_("antes"), null=True)
    current = models.PositiveSmallIntegerField(_("depois"))
    reason = models.CharField(_("motivo"), max_length=100, choices=Cause)
    details = models.JSONField(_("detalhes"), default=dict)
    facts = ArrayField(models.IntegerField())

    class Meta:
        verbose_name = _("mudança de score")
        verbose_name_plural = _("mudanças de score")
        ordering = ("-id",)
        indexes = (
            # A person's history, newest first: ids sort by time.
            models.Index(fields=("contact", "-id"), name="score_history_of_contact"),
        )

    def __str__(self) -> str:
        return f"{self.previous} {self.current}"
