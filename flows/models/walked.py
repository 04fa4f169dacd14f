"""Who walks through a flow: runs, and in them steps."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from flows.choices import OPEN_RUNS, FlowOutcome, FlowState


class FlowRunQuerySet(CompanyQuerySet["FlowRun"]):
    """Named filters of runs."""

    def open(self) -> FlowRunQuerySet:
        """Keep runs that have not ended."""
        return self.filter(state__in=OPEN_RUNS)

    def due(self) -> FlowRunQuerySet:
        """Keep those that have something to do now, or whose worker died."""
        return self.open().filter(wake_at__lte=timezone.now())


class FlowRun(CompanyOwned):
    """One walk of a person through a version of a flow, in one conversation; at most one is open
    there.

    `node` is the block where it stands and `seq` how many steps were made. `wake_at` is when it has
    something to do: null while it waits for an answer without an end, so that it costs no look.
    While it runs, `wake_at` is the end of a lease: who finds it past takes over. `answer` is the
    patient's message (its seq) that is to be heard, `asked_seq` the last message before that one
    may count. Locked after the conversation's row, never before it.
    """

    flow = models.ForeignKey(
        "flows.Flow", on_delete=models.CASCADE, related_name="runs", verbose_name=_("fluxo")
    )
    version = models.ForeignKey(
        "flows.FlowVersion", on_delete=models.PROTECT, related_name="+", verbose_name=_("versão")
    )
    conversation = models.ForeignKey(
        "omnichannel.Conversation",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("conversa"),
    )
    state = models.CharField(
        _("situação"), max_length=12, choices=FlowState, default=FlowState.RUNNING
    )
    node = models.CharField(_("bloco"), max_length=40)
    seq = models.PositiveIntegerField(_("passos"), default=0)
    variables = models.JSONField(_("respostas"), default=dict, editable=False)
    wake_at = models.DateTimeField(_("acorda em"), null=True, editable=False)
    asked_seq = models.PositiveBigIntegerField(default=0, editable=False)
    answer = models.PositiveBigIntegerField(null=True, editable=False)
    # Wrong answers to this question, and steps since the patient last wrote or time passed.
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    unwaited = models.PositiveSmallIntegerField(default=0, editable=False)
    outcome = models.CharField(
        _("desfecho"), max_length=12, choices=FlowOutcome, blank=True, editable=False
    )
    ended_at = models.DateTimeField(_("fim"), null=True, editable=False)

    objects = CompanyManager.from_queryset(FlowRunQuerySet)()
    unscoped = models.Manager.from_queryset(FlowRunQuerySet)()

    class Meta:
        verbose_name = _("percurso")
        verbose_name_plural = _("percursos")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("conversation",),
                condition=models.Q(state__in=("correndo", "chamando", "esperando")),
                name="flow_run_one_open",
            ),
        )
        indexes = (
            # Sweep: who has something to do. Who waits for an answer is not in it.
            models.Index(
                fields=("wake_at",),
                condition=models.Q(
                    state__in=("correndo", "chamando", "esperando"), wake_at__isnull=False
                ),
                name="flow_run_due",
            ),
            # The list of a flow's runs, and who is inside.
            models.Index(fields=("flow", "-created_at"), name="flow_run_newest"),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN_RUNS


class FlowStep(CompanyOwned):
    """One thing a run did at a block: reached it, or left it by an exit. `seq` is its place in the
    run; the pair is unique, so that nothing is done twice. Holds no words of the patient.
    """

    run = models.ForeignKey(FlowRun, on_delete=models.CASCADE, related_name="steps")
    version = models.ForeignKey("flows.FlowVersion", on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField(_("passo"))
    node = models.CharField(_("bloco"), max_length=40)
    # Empty where it began to wait there.
    exit = models.CharField(_("saída"), max_length=40, blank=True)
    error = models.CharField(_("erro"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("passo")
        verbose_name_plural = _("passos")
        ordering = ("seq",)
        constraints = (models.UniqueConstraint(fields=("run", "seq"), name="flow_step_once"),)
        indexes = (
            # Numbers on the blocks of a version.
            models.Index(fields=("version", "node", "exit"), name="flow_step_counted"),
        )

    def __str__(self) -> str:
        return f"{self.seq}: {self.node}"
