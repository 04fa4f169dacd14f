"""Flows: the list, the page on which one is drawn and tried, and who walked through."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from common.errors import DomainError, Forbidden, NotFound
from flows.graph import graph_read
from flows.models import Flow
from flows.play import Playing, play
from flows.portable import flow_read, flow_written
from flows.selectors import flows_listed, runs_newest
from flows.services.drawing import (
    draft_save,
    flow_make,
    flow_problems,
    flow_publish,
    flow_stop,
    flow_switch,
)
from flows.services.known import known_to
from flows.starter import STARTERS
from flows.understanding import Utterance
from inbox.flows.presenters import editor_data, problem_rows, run_rows
from inbox.shell.base import BadInput, InboxView, sentence_of
from inbox.shell.presence import presence_context
from queues.selectors import has_queues

BODY_MOST = 700_000


class FlowsView(InboxView):
    """For managers only."""

    def flow(self, flow_id: UUID) -> Flow:
        """Return a flow the reader may change. Raises NotFound, Forbidden."""
        row = Flow.objects.select_related("version", "company").filter(pk=flow_id).first()
        if row is None:
            raise NotFound
        self.check()
        return row

    def check(self) -> None:
        """Raise Forbidden for whoever does not manage."""
        if not self.membership.is_manager:
            raise Forbidden

    def given(self) -> dict[str, Any]:
        """Return the JSON that the page sent. Raises BadInput."""
        if len(self.request.body) > BODY_MOST:
            raise BadInput
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise BadInput from None
        if not isinstance(found, dict):
            raise BadInput
        return found

    def shown(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Draw a whole page."""
        frame = {
            "company": self.membership.company,
            "member": self.membership,
            "has_queues": has_queues(self.membership.company_id),
            **presence_context(self.membership),
        }
        return self.draw(template, {**frame, **context}, status)


class FlowsPage(FlowsView):
    """The list, and how another one begins: empty, from a template, from a file."""

    def get(self, request: HttpRequest, said: str = "", status: int = 200) -> HttpResponse:
        """Draw it."""
        self.check()
        context = {
            "flows": flows_listed(self.membership.company_id),
            "starters": STARTERS,
            "said": said,
        }
        return self.shown("inbox/flows/list.html", context, status)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make one and show it."""
        self.check()
        try:
            flow = self._made(request)
        except DomainError as refused:
            return self.get(request, sentence_of(refused), 422)
        return redirect("inbox:flow", flow.pk)

    def _made(self, request: HttpRequest) -> Flow:
        name, graph = request.POST.get("nome", ""), None
        if file := request.FILES.get("arquivo"):
            read = flow_read(file.read(BODY_MOST), known_to(self.membership.company_id))
            name, graph = name or read.name, read.graph
        elif key := request.POST.get("modelo"):
            one = next((one for one in STARTERS if one.key == key), None)
            if one is None:
                raise BadInput
            name, graph = name or one.name, one.graph
        return flow_make(
            company=self.membership.company, actor=self.membership, name=name, graph=graph
        )


class FlowPage(FlowsView):
    """One flow, drawn."""

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Draw the page; its script draws the flow."""
        flow = self.flow(flow_id)
        return self.shown("inbox/flows/flow.html", {"flow": flow, "data": editor_data(flow)})

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Keep the draft that the page sends."""
        flow, given = self.flow(flow_id), self.given()
        revision = given.get("revision")
        if not isinstance(revision, int):
            raise BadInput
        row = draft_save(
            flow=flow, actor=self.membership, graph=given.get("graph"), revision=revision
        )
        found = {"revision": row.revision, "problems": problem_rows(flow_problems(row))}
        return JsonResponse(found)


class FlowPublishView(FlowsView):
    """Publishes the draft."""

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Publish it; `revision` is the one the page shows."""
        flow, given = self.flow(flow_id), self.given()
        revision = given.get("revision")
        if not isinstance(revision, int):
            raise BadInput
        row = flow_publish(flow=flow, actor=self.membership, revision=revision)
        return JsonResponse({"version": row.version.number if row.version else 0})


class FlowSwitchView(FlowsView):
    """Switches a flow on or off, or gives everybody inside to people."""

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Do what the form says and show the list."""
        flow = self.flow(flow_id)
        match request.POST.get("acao"):
            case "ligar" if flow.version_id is not None:
                flow_switch(flow=flow, actor=self.membership, is_active=True)
            case "desligar":
                flow_switch(flow=flow, actor=self.membership, is_active=False)
            case "esvaziar":
                flow_stop(flow=flow, actor=self.membership)
            case _other:
                raise BadInput
        return redirect("inbox:flows")


class FlowPlayView(FlowsView):
    """Tries a draft: nothing is sent or kept."""

    def post(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Walk on from where the page's walk stands."""
        flow, given = self.flow(flow_id), self.given()
        heard, came = given.get("heard"), None
        if isinstance(heard, dict):
            text, tap = str(heard.get("text") or "")[:4096], str(heard.get("tap") or "")[:256]
            came = Utterance(text, tap)
        try:
            walk = play(
                graph_read(given.get("graph")),
                Playing.read(given.get("state")),
                came,
                now=timezone.localtime(),
                company=flow.company.name,
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            # A draft may be half a flow.
            raise BadInput from None
        return JsonResponse(walk.told())


class FlowExportView(FlowsView):
    """Gives a draft as a file."""

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Give it."""
        flow = self.flow(flow_id)
        raw = flow_written(flow.name, flow.draft, known_to(flow.company_id))
        answer = HttpResponse(raw, content_type="application/json")
        answer["Content-Disposition"] = 'attachment; filename="fluxo.json"'
        return answer


class FlowRunsPage(FlowsView):
    """Who walked through a flow, and how."""

    def get(self, request: HttpRequest, flow_id: UUID) -> HttpResponse:
        """Draw the newest."""
        flow = self.flow(flow_id)
        runs = runs_newest(flow)
        self.saw([run.conversation.contact for run in runs])
        context = {"flow": flow, "runs": run_rows(runs)}
        return self.shown("inbox/flows/runs.html", context)
