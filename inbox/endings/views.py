"""The page on which managers set what is asked when a ticket is finished."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from common.errors import DomainError, Forbidden, NotFound
from inbox.shell.base import BadInput, InboxView, sentence_of
from queues.models import EndingPlan, Queue
from queues.services.endings import ending_plan_save

REQUIRED = "*"


class EndingForm(forms.Form):
    """One plan: a reason a line, a field a line, a star behind those that must be filled in."""

    fila = forms.UUIDField(required=False)
    motivos = forms.CharField(max_length=4000, required=False)
    fechada = forms.BooleanField(required=False)
    campos = forms.CharField(max_length=2000, required=False)


class EndingsPage(InboxView):
    """Finalização, of the company and of each queue."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw it."""
        return self._drawn()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set one plan."""
        self._check()
        form = EndingForm(request.POST)
        if not form.is_valid():
            raise BadInput
        sent = form.cleaned_data
        queue = Queue.objects.filter(pk=sent["fila"]).first() if sent["fila"] else None
        if sent["fila"] and queue is None:
            raise NotFound
        lines = [line.strip() for line in sent["campos"].splitlines()]
        try:
            ending_plan_save(
                actor=self.membership,
                queue=queue,
                reasons=sent["motivos"].splitlines(),
                is_closed=sent["fechada"],
                fields=[
                    {"name": line.removesuffix(REQUIRED), "is_required": line.endswith(REQUIRED)}
                    for line in lines
                ],
            )
        except DomainError as refused:
            return self._drawn(sentence_of(refused), refused.status)
        return redirect("inbox:endings")

    def _check(self) -> None:
        if not self.membership.is_manager:
            raise Forbidden

    def _drawn(self, problem: str = "", status: int = 200) -> HttpResponse:
        self._check()
        plans = {plan.queue_id: plan for plan in EndingPlan.objects.all()}
        queues = [None, *Queue.objects.active().order_by("name")]
        rows = [self._row(queue, plans.get(queue.pk if queue else None)) for queue in queues]
        return self.draw("inbox/endings/page.html", {"rows": rows, "problem": problem}, status)

    def _row(self, queue: Queue | None, plan: EndingPlan | None) -> dict[str, Any]:
        fields = plan.fields if plan else []
        marks = [one["name"] + (REQUIRED if one["is_required"] else "") for one in fields]
        return {
            "queue": queue,
            "reasons": "\n".join(plan.reasons if plan else []),
            "is_closed": plan.is_closed if plan else False,
            "fields": "\n".join(marks),
        }
