"""Flows are drawn, published, switched, copied."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Company, Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError
from flows.checks import FlowProblem, problems_of
from flows.choices import NodeKind
from flows.graph import FORMAT, graph_read, graph_written
from flows.models import Flow, FlowRun, FlowVersion
from flows.services.known import known_to

NAME_MOST = 80


class DraftChanged(Conflict):
    """Somebody else drew since this page was last current."""

    code = "fluxo_alterado"
    message = gettext_lazy("Alguém mudou este fluxo enquanto você desenhava. Recarregue a página.")


class FlowHasErrors(DomainError):
    """What was drawn would leave people without an answer."""

    code = "fluxo_com_erros"
    message = gettext_lazy("O fluxo tem erros. Corrija-os antes de publicar.")


class FlowNameTaken(Conflict):
    """Another flow of the company has this name."""

    code = "fluxo_existente"
    message = gettext_lazy("Já existe um fluxo com este nome. Escolha outro.")


@transaction.atomic
def flow_make(*, company: Company, actor: Membership | None, name: str, graph: Any = None) -> Flow:
    """Add a flow as a draft, switched off. Raises GraphRefused, FlowNameTaken."""
    named = name.strip()[:NAME_MOST]
    if not named:
        raise DomainError(fields={"name": [_("Dê um nome ao fluxo.")]})
    if Flow.objects.for_company(company).filter(name=named).exists():
        raise FlowNameTaken
    draft = graph_written(graph_read(graph)) if graph is not None else _blank()
    flow = Flow.unscoped.create(company=company, name=named, draft=draft)
    _told(flow, actor, "fluxo.criado")
    return flow


@transaction.atomic
def draft_save(*, flow: Flow, actor: Membership | None, graph: Any, revision: int) -> Flow:
    """Keep what was drawn; `revision` is the one the page had. Raises GraphRefused,
    DraftChanged.
    """
    draft = graph_written(graph_read(graph))
    row = Flow.unscoped.select_for_update().get(pk=flow.pk)
    if row.revision != revision:
        raise DraftChanged
    if row.draft != draft:
        row.draft, row.revision = draft, row.revision + 1
        row.save(update_fields=["draft", "revision", "updated_at"])
    return row


@transaction.atomic
def flow_publish(*, flow: Flow, actor: Membership | None, revision: int | None = None) -> Flow:
    """Make a version of the draft, which newcomers begin from now on; whoever is inside finishes
    theirs. Raises FlowHasErrors, DraftChanged.
    """
    row = Flow.unscoped.select_for_update(of=("self",)).select_related("version").get(pk=flow.pk)
    if revision is not None and row.revision != revision:
        raise DraftChanged
    if any(one.is_error for one in flow_problems(row)):
        raise FlowHasErrors
    last = row.versions(manager="unscoped").aggregate(last=Max("number"))["last"] or 0
    row.version = FlowVersion.unscoped.create(
        company_id=row.company_id, flow=row, number=last + 1, graph=row.draft, author=actor
    )
    row.is_active = True
    row.save(update_fields=["version", "is_active", "updated_at"])
    _told(row, actor, "fluxo.publicado", {"versao": last + 1})
    return row


@transaction.atomic
def flow_switch(*, flow: Flow, actor: Membership | None, is_active: bool) -> Flow:
    """Let newcomers begin a flow, or no longer; whoever is inside goes on."""
    row = Flow.unscoped.select_for_update().get(pk=flow.pk)
    if row.is_active != is_active:
        row.is_active = is_active
        row.save(update_fields=["is_active", "updated_at"])
        _told(row, actor, "fluxo.ligado" if is_active else "fluxo.desligado")
    return row


def flow_stop(*, flow: Flow, actor: Membership | None) -> int:
    """Give everybody who is inside a flow to people; return how many."""
    from flows.services.stopping import run_stop

    ids = list(FlowRun.unscoped.open().filter(flow=flow).values_list("pk", flat=True))
    count = sum(run_stop(run_id) for run_id in ids)
    if count:
        _told(flow, actor, "fluxo.esvaziado", {"percursos": count})
    return count


def flow_problems(flow: Flow) -> list[FlowProblem]:
    """Return what is wrong with the draft of a flow, the gravest first."""
    return problems_of(graph_read(flow.draft), known_to(flow.company_id))


def _blank() -> dict[str, Any]:
    start = {"id": "inicio", "kind": NodeKind.START.value, "data": {"every": True}}
    return graph_written(graph_read({"format": FORMAT, "nodes": [start], "edges": []}))


def _told(flow: Flow, actor: Membership | None, action: str, detail: Any = None) -> None:
    audit_record(
        company=flow.company_id,
        actor=actor.user if actor is not None else None,
        action=action,
        target=flow,
        detail=detail or {},
    )
