"""Queues, who works in them, and the rounds in which their tickets were given away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common.models import Link
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from queues.choices import Distribution

if TYPE_CHECKING:
    from accounts.models import Membership

PRIORITY = (MinValueValidator(1), MaxValueValidator(10))


class QueueQuerySet(CompanyQuerySet["Queue"]):
    """Named filters of queues."""

    def active(self) -> QueueQuerySet:
        """Keep queues that take tickets."""
        return self.filter(is_active=True)

    def visible_to(self, membership: Membership) -> QueueQuerySet:
        """Keep the queues this person may see: managers all, others those they work in."""
        mine = self.filter(company_id=membership.company_id)
        if membership.is_manager:
            return mine
        return mine.filter(members__membership=membership).distinct()


class Queue(CompanyOwned):
    """A line in which people wait for a person (spec: tb_filas_atendimento).

    Times are in seconds; the SLA and the abandonment count working time of `calendar` only. The
    spec's counters (waiting, today, averages) are counted from tickets, never stored.
    """

    name = models.CharField(_("nome"), max_length=100)
    description = models.TextField(_("descrição"), blank=True)
    distribution = models.CharField(
        _("distribuição"), max_length=30, choices=Distribution, default=Distribution.ROUND_ROBIN
    )
    is_sticky = models.BooleanField(
        _("voltar ao último atendente"),
        default=False,
        help_text=_("Se quem atendeu o paciente da última vez estiver livre, fica com ele."),
    )
    capacity = models.PositiveSmallIntegerField(
        _("atendimentos simultâneos por atendente"), default=5
    )
    first_response_sla = models.PositiveIntegerField(_("SLA de 1ª resposta (s)"), default=300)
    resolution_sla = models.PositiveIntegerField(_("SLA de resolução (s)"), default=86_400)
    abandon_after = models.PositiveIntegerField(
        _("abandono (s)"),
        null=True,
        blank=True,
        help_text=_("Tempo útil de espera. Vazio usa o padrão da instalação; 0 nunca abandona."),
    )
    reopen_within = models.PositiveIntegerField(
        _("reabrir se o paciente escrever em (s)"),
        default=3600,
        help_text=_("Depois disso, ou com 0, a nova mensagem começa outra conversa."),
    )
    calendar = models.ForeignKey(
        "accounts.BusinessCalendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="queues",
        verbose_name=_("calendário"),
        help_text=_("Sem calendário, a fila está sempre aberta."),
    )
    channels = models.ManyToManyField(
        "omnichannel.Channel",
        through="queues.QueueChannel",
        blank=True,
        related_name="queues",
        verbose_name=_("canais"),
    )
    out_of_hours_message = models.TextField(_("mensagem fora do horário"), blank=True)
    queue_message = models.TextField(
        _("mensagem de posição"),
        blank=True,
        help_text=_("{posicao} é trocado pela posição, por exemplo: Você é o {posicao} da fila."),
    )
    asks_rating = models.BooleanField(_("pedir avaliação ao fim"), default=False)
    is_active = models.BooleanField(_("ativa"), default=True)
    is_default = models.BooleanField(
        _("fila padrão"),
        default=False,
        help_text=_("Recebe as conversas de canais que nenhuma fila atende."),
    )
    priority = models.PositiveSmallIntegerField(_("prioridade"), default=5, validators=PRIORITY)

    objects = CompanyManager.from_queryset(QueueQuerySet)()
    unscoped = models.Manager.from_queryset(QueueQuerySet)()

    class Meta:
        verbose_name = _("fila")
        verbose_name_plural = _("filas")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="queue_name_once",
                violation_error_message=_("Já existe uma fila com este nome."),
            ),
            models.UniqueConstraint(
                fields=("company",),
                condition=models.Q(is_default=True),
                name="queue_one_default",
                violation_error_message=_("Já existe uma fila padrão."),
            ),
            models.CheckConstraint(
                condition=models.Q(priority__range=(1, 10)),
                name="queue_priority_1_10",
                violation_error_message=_("A prioridade vai de 1 a 10."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class QueueChannel(Link):
    """A channel whose newcomers wait in a queue."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")

    class Meta:
        auto_created = True
        db_table = "queues_queue_channels"
        verbose_name = _("canal da fila")
        verbose_name_plural = _("canais da fila")
        unique_together = (("queue", "channel"),)

    def __str__(self) -> str:
        return str(self.pk)


class QueueMember(CompanyOwned):
    """An attendant's place in a queue. `order` breaks ties; `capacity` overrides the queue's."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="members")
    membership = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.CASCADE,
        related_name="queue_places",
        verbose_name=_("atendente"),
    )
    capacity = models.PositiveSmallIntegerField(_("simultâneos nesta fila"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("ordem"), default=0)
    is_active = models.BooleanField(_("ativo"), default=True)
    # Round robin: who was given something longest ago has the lowest turn and comes first.
    turn = models.PositiveBigIntegerField(default=0, editable=False)
    last_assigned_at = models.DateTimeField(_("última atribuição"), null=True, editable=False)

    class Meta:
        verbose_name = _("atendente da fila")
        verbose_name_plural = _("atendentes da fila")
        ordering = ("order", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("queue", "membership"),
                name="queue_member_once",
                violation_error_message=_("Esta pessoa já atende nesta fila."),
            ),
        )

    def __str__(self) -> str:
        return str(self.membership)


class RoutingRun(CompanyOwned):
    """One pass of the router over one queue, from which every decision of it can be told again.

    `snapshot` is what the router saw (`routing.Snapshot.as_json`), `choices` what it decided, in
    order: [[ticket id, index of the candidate or null, rule], ...]. Together they give, for each
    ticket, everybody who was considered and why they were passed over (`routing.explain`), without
    storing five hundred names ten thousand times.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    snapshot = models.JSONField()
    choices = models.JSONField(default=list)

    class Meta:
        verbose_name = _("rodada de distribuição")
        verbose_name_plural = _("rodadas de distribuição")
        indexes = (
            # Newest decisions of a queue.
            models.Index(fields=("queue", "-created_at"), name="routing_run_recent"),
        )

    def __str__(self) -> str:
        return f"{self.created_at:%d/%m/%Y %H:%M:%S}"


class NextWeights(CompanyOwned):
    """How a company orders "Próximo atendimento": four weights from 0 to 100."""

    sla = models.PositiveSmallIntegerField(_("SLA restante"), default=40)
    window = models.PositiveSmallIntegerField(_("janela de 24 h restante"), default=20)
    priority = models.PositiveSmallIntegerField(_("prioridade"), default=25)
    waiting = models.PositiveSmallIntegerField(_("tempo de espera"), default=15)

    class Meta:
        verbose_name = _("pesos do próximo atendimento")
        verbose_name_plural = _("pesos do próximo atendimento")
        constraints = (
            models.UniqueConstraint(
                fields=("company",),
                name="next_weights_once",
                violation_error_message=_("A empresa já tem os seus pesos. Edite os que existem."),
            ),
        )

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
