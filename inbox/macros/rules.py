"""Rules: written, tried out and switched on by who manages, with the log of what they did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from common.errors import DomainError, Forbidden, NotFound
from inbox.macros.forms import (
    RuleForm,
    conditions_drawn,
    conditions_offered,
    conditions_sent,
    steps_drawn,
    steps_offered,
    steps_sent,
)
from inbox.macros.views import outcome_lines
from inbox.shell.base import InboxView, sentence_of
from inbox.shell.presenters import label_of, name_of
from queues.blanks import BLANKS
from queues.choices import RuleState
from queues.models import Rule, RuleRun
from queues.services.rule_conditions import condition_words
from queues.services.rules import rule_delete, rule_save, rule_switch, rule_try
from queues.services.steps import step_words

INPUTS = {"name": "nome", "event": "quando"}
RUNS_SHOWN = 50


class RulesView(InboxView):
    """Finds a rule for who manages."""

    def rows(self) -> Any:
        """Return the company's rules. Raises Forbidden for whoever does not manage."""
        if not self.membership.is_manager:
            raise Forbidden
        return Rule.objects.select_related("keeper__user")

    def found(self, rule_id: UUID | None) -> Rule:
        """Return one. Raises Forbidden, NotFound."""
        row: Rule | None = self.rows().filter(pk=rule_id).first()
        if row is None:
            raise NotFound
        return row

    def said(self, conditions: list[Any]) -> list[tuple[str, bool | None]]:
        """Word conditions, each with whether it held where that is known."""
        company_id = self.membership.company_id
        return [(condition_words(one, company_id), one.get("is_met")) for one in conditions]


class RulesPage(RulesView):
    """Regras, in their order."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw them."""
        rows = [
            {
                "rule": row,
                "conditions": self.said(row.conditions),
                "steps": [step_words(step, row.company_id) for step in row.steps],
            }
            for row in self.rows()
        ]
        return self.draw("inbox/macros/rules.html", {"rows": rows})


class RulePage(RulesView):
    """One rule, with the log of what it did."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, rule_id: UUID | None = None) -> HttpResponse:
        """Draw it."""
        self.rows()
        rule = self.found(rule_id) if rule_id else None
        conditions, steps = (rule.conditions, rule.steps) if rule else ([], [])
        return self._drawn(RuleForm(rule=rule), rule, conditions, steps)

    def post(self, request: HttpRequest, rule_id: UUID | None = None) -> HttpResponse:
        """Keep what was typed; on to trying it out."""
        self.rows()
        rule = self.found(rule_id) if rule_id else None
        form = RuleForm(request.POST, rule=rule)
        conditions, steps = conditions_sent(request.POST), steps_sent(request.POST)
        if not form.is_valid():
            return self._drawn(form, rule, conditions, steps, 422)
        try:
            saved = rule_save(
                actor=self.membership,
                rule=rule,
                conditions=conditions,
                steps=steps,
                **form.given(),
            )
        except DomainError as refused:
            named = next((INPUTS[name] for name in refused.fields if name in INPUTS), None)
            form.add_error(named, sentence_of(refused))
            return self._drawn(form, rule, conditions, steps, refused.status)
        return redirect("inbox:rule-try", saved.pk)

    def _drawn(
        self,
        form: RuleForm,
        rule: Rule | None,
        conditions: list[Any],
        steps: list[Any],
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "form": form,
            "rule": rule,
            "conditions": conditions_drawn(conditions),
            "slots": steps_drawn(steps),
            "blanks": BLANKS,
            "runs": self._runs(rule) if rule else [],
            **conditions_offered(),
            **steps_offered(self.membership),
        }
        return self.draw("inbox/macros/rule.html", context, status)

    def _runs(self, rule: Rule) -> list[dict[str, Any]]:
        rows = RuleRun.objects.filter(rule=rule).select_related(
            "conversation__contact", "conversation__channel"
        )[:RUNS_SHOWN]
        self.saw([row.conversation for row in rows])
        return [
            {
                "run": row,
                "name": name_of(row.conversation, self.lens),
                "state": label_of(RuleState, row.state),
                "reasons": self.said(row.reasons),
                "lines": outcome_lines(row),
            }
            for row in rows
        ]


class RuleTryPage(RulesView):
    """Simular: what a rule would do with the last conversations. Nothing changes."""

    def get(self, request: HttpRequest, rule_id: UUID) -> HttpResponse:
        """Draw it."""
        rule = self.found(rule_id)
        tried = rule_try(rule=rule, actor=self.membership)
        self.saw([one.conversation for one in tried])
        context = {
            "rule": rule,
            "met": sum(one.is_met for one in tried),
            "steps": [step_words(step, rule.company_id) for step in rule.steps],
            "tried": [
                {
                    "id": one.conversation.pk,
                    "name": name_of(one.conversation, self.lens),
                    "is_met": one.is_met,
                    "reasons": self.said(list(one.reasons)),
                }
                for one in tried
            ],
        }
        return self.draw("inbox/macros/rule_try.html", context)


class RuleSwitchView(RulesView):
    """Ligar, desligar."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, rule_id: UUID) -> HttpResponse:
        """Switch it and go back to the list."""
        is_on = request.POST.get("ligada") == "1"
        rule_switch(rule=self.found(rule_id), actor=self.membership, is_on=is_on)
        return redirect("inbox:rules")


class RuleDeleteView(RulesView):
    """Apagar."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, rule_id: UUID) -> HttpResponse:
        """Delete it and go back to the list."""
        rule_delete(rule=self.found(rule_id), actor=self.membership)
        return redirect("inbox:rules")
