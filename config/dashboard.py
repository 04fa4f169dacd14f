"""The back-office's first page: what needs somebody, in few queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.admin import access_of, since
from common.admin.access import Access
from common.admin.filters import today
from common.ids import id_from
from common.zones import zone_words
from inbox.shell.clocks import span_words
from integrations.models import HookSubscription
from integrations.notices import NAMED_MOST, notices
from integrations.services.settling import troubled
from omnichannel.choices import ChannelStatus, Stage
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.endings import token_warning
from providers.choices import MessageStatus
from webhooks.models import InboundEvent
from webhooks.pacing import pace_told

State = InboundEvent.State
WAITING = Q(state__in=(State.PENDING, State.PROCESSING))
# Older than this, an attendant has begun to wait for it.
LATE_SECONDS = 2


def clock(request: HttpRequest) -> list[str]:
    """Name the clock of the page, beside the person's name (UNFOLD.ENVIRONMENT)."""
    return [zone_words(), "default"]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the figures to the context of the first page (UNFOLD.DASHBOARD_CALLBACK)."""
    access = access_of(request)
    # The admin narrows by the person's memberships, not by the scope's one company.
    channels = access.narrow(Channel.unscoped.defer("credentials").select_related("company"))
    talks = access.narrow(Conversation.unscoped.all())
    said = access.narrow(Message.unscoped.all())
    shown = list(channels.order_by("-status", "name")[:12])
    for channel in shown:
        channel.heard = since(channel.last_webhook_at)
        channel.ending = token_warning(channel)
    context.update(
        channels=shown,
        healthy=ChannelStatus.ACTIVE,
        boards=[_conversations(talks), _messages(said)],
        is_owner=access.is_owner,
    )
    context["warnings"] = _hooks(access)
    if access.is_owner:
        context["boards"].append(_ledger(context))
    return context


def _hooks(access: Access) -> list[str]:
    """Tell administrators which other systems are not told any more, or lost something."""
    # The admin narrows by the person's memberships, not by the scope's one company.
    rows = troubled(HookSubscription.unscoped.defer("sealed")).order_by("name")
    if not access.is_owner:
        mine = [pk for pk, member in access.memberships.items() if member.is_administrator]
        rows = rows.filter(company__in=mine)
    return notices(rows[:NAMED_MOST])


def _figure(
    words: Any, count: int, model: str, question: str, *, is_bad: bool = False
) -> dict[str, Any]:
    """Make a number that leads to its list; `question` is one of the list's, or `field=value`."""
    name, _equals, value = question.rpartition("=")
    href = reverse(f"admin:{model}_changelist", query={name or "pergunta": value})
    return {"words": words, "count": count, "href": href, "is_bad": is_bad and count > 0}


def _conversations(rows: QuerySet[Any]) -> dict[str, Any]:
    model, now = "omnichannel_conversation", timezone.now()
    found = rows.exclude(stage=Stage.CLOSED).aggregate(
        queue=Count("pk", filter=Q(stage=Stage.QUEUE)),
        human=Count("pk", filter=Q(stage=Stage.HUMAN)),
        bot=Count("pk", filter=Q(stage=Stage.BOT)),
        late=Count("pk", filter=Q(waiting_since__lt=now - timedelta(hours=1))),
    )
    return {
        "title": _("Conversas abertas"),
        "figures": [
            _figure(_("Sem atendente"), found["queue"], model, "sem_atendente"),
            _figure(_("Em atendimento"), found["human"], model, f"stage__exact={Stage.HUMAN}"),
            _figure(_("Com o robô"), found["bot"], model, f"stage__exact={Stage.BOT}"),
            _figure(_("Sem resposta há 1 h"), found["late"], model, "esperando", is_bad=True),
        ],
    }


def _messages(rows: QuerySet[Any]) -> dict[str, Any]:
    model, now = "omnichannel_message", timezone.now()
    begun = today(now)
    # One looks through a day's ids, the other through what is unsent: an index holds either.
    day = rows.filter(pk__gte=id_from(begun), happened_at__gte=begun).aggregate(
        failed=Count("pk", filter=Q(status=MessageStatus.FAILED)),
        uncertain=Count("pk", filter=Q(status=MessageStatus.UNCERTAIN)),
    )
    stuck = rows.filter(
        status__in=(MessageStatus.PENDING, MessageStatus.SENDING),
        send_after__lt=now - timedelta(minutes=1),
    ).count()
    return {
        "title": _("Mensagens de hoje"),
        "figures": [
            _figure(_("Falharam"), day["failed"], model, "falhas_hoje", is_bad=True),
            _figure(_("Envio incerto"), day["uncertain"], model, "incertas", is_bad=True),
            _figure(_("Paradas na fila"), stuck, model, "presas", is_bad=True),
        ],
    }


def _ledger(context: dict[str, Any]) -> dict[str, Any]:
    """Count what the ledger holds; warn when what comes is stored too late."""
    model = "webhooks_inboundevent"
    found = InboundEvent.objects.exclude(state=State.DONE).aggregate(
        waiting=Count("pk", filter=WAITING),
        oldest=Min("created_at", filter=WAITING),
        unrouted=Count("pk", filter=Q(state=State.UNROUTED)),
        quarantined=Count("pk", filter=Q(state=State.QUARANTINED)),
    )
    age = (timezone.now() - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    context["warnings"] = [*_lateness(age, pace_told()), *context["warnings"]]
    return {
        "title": _("Webhooks"),
        "figures": [
            _figure(_("Na fila"), found["waiting"], model, "parados", is_bad=age > LATE_SECONDS),
            _figure(_("Sem canal"), found["unrouted"], model, "sem_canal", is_bad=True),
            _figure(_("Em quarentena"), found["quarantined"], model, "quarentena", is_bad=True),
        ],
    }


def _lateness(age: float, delay: float) -> list[str]:
    """Say that messages wait to be stored, and what the receiver does about it."""
    warnings = []
    if age > LATE_SECONDS:
        warnings.append(
            gettext("A mensagem recebida há mais tempo espera há %(span)s para ser gravada.")
            % {"span": span_words(timedelta(seconds=age))}
        )
    if delay:
        warnings.append(
            gettext(
                "Chegam mais mensagens do que dá para gravar. Quem envia muito está recebendo a"
                " confirmação até %(delay)d ms mais tarde; nenhuma mensagem é recusada."
            )
            % {"delay": round(delay * 1000)}
        )
    return warnings
