"""Macros: kept on pages of their own; chosen, shown and run in a conversation."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from common.errors import DomainError, NotFound
from inbox import selectors
from inbox.macros.forms import MacroForm, steps_drawn, steps_offered, steps_sent
from inbox.shell.base import BadInput, InboxView, sentence_of
from inbox.shell.presenters import label_of, name_of
from inbox.talk.base import TalkView
from omnichannel.models import Conversation
from queues.belonging import may_change
from queues.blanks import BLANKS
from queues.choices import StepAct, StepState
from queues.models import Macro, MacroRun, RuleRun
from queues.services.macros import (
    macro_delete,
    macro_preview,
    macro_run,
    macro_save,
)
from queues.services.steps import step_words

INPUTS = {"name": "nome", "queue": "para"}
RUNS_SHOWN = 20


class MacrosView(InboxView):
    """Finds what the reader may run."""

    def rows(self) -> Any:
        """Return their macros."""
        return Macro.objects.visible_to(self.membership).select_related("queue")

    def found(self, macro_id: UUID) -> Macro:
        """Return one of them. Raises NotFound."""
        row: Macro | None = self.rows().filter(pk=macro_id).first()
        if row is None:
            raise NotFound
        return row

    def own(self, macro_id: UUID) -> Macro:
        """Return one that the reader may change. Raises NotFound."""
        row = self.found(macro_id)
        if not may_change(row, self.membership):
            raise NotFound
        return row


class MacrosPage(MacrosView):
    """Macros, with what they do."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw them."""
        rows = [
            {
                "macro": row,
                "said": [step_words(step, row.company_id) for step in row.steps],
                "is_mine": may_change(row, self.membership),
            }
            for row in self.rows().order_by("name", "id")
        ]
        context = {"rows": rows, "is_manager": self.membership.is_manager}
        return self.draw("inbox/macros/list.html", context)


class MacroPage(MacrosView):
    """One macro: a new one, or one that the reader may change."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, macro_id: UUID | None = None) -> HttpResponse:
        """Draw it."""
        macro = self.own(macro_id) if macro_id else None
        form = MacroForm(actor=self.membership, macro=macro)
        return self._drawn(form, macro, macro.steps if macro else [])

    def post(self, request: HttpRequest, macro_id: UUID | None = None) -> HttpResponse:
        """Keep what was typed."""
        macro = self.own(macro_id) if macro_id else None
        form = MacroForm(request.POST, actor=self.membership, macro=macro)
        steps = steps_sent(request.POST)
        if not form.is_valid():
            return self._drawn(form, macro, steps, 422)
        try:
            macro_save(actor=self.membership, macro=macro, steps=steps, **form.given())
        except DomainError as refused:
            named = next((INPUTS[name] for name in refused.fields if name in INPUTS), None)
            form.add_error(named, sentence_of(refused))
            return self._drawn(form, macro, steps, refused.status)
        return redirect("inbox:macros")

    def _drawn(
        self, form: MacroForm, macro: Macro | None, steps: list[Any], status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "macro": macro,
            "slots": steps_drawn(steps),
            "blanks": BLANKS,
            "runs": self._runs(macro) if macro else [],
            **steps_offered(self.membership),
        }
        return self.draw("inbox/macros/form.html", context, status)

    def _runs(self, macro: Macro) -> list[dict[str, Any]]:
        """Return the last runs in conversations that the reader may see."""
        rows = MacroRun.objects.filter(macro=macro).select_related(
            "conversation__contact", "conversation__channel", "actor__user"
        )
        seen = Conversation.objects.visible_to(self.membership)
        rows = rows.filter(conversation__in=seen.order_by().values("pk"))[:RUNS_SHOWN]
        self.saw([row.conversation for row in rows])
        return [
            {
                "run": row,
                "name": name_of(row.conversation, self.lens),
                "lines": outcome_lines(row),
            }
            for row in rows
        ]


class MacroDeleteView(MacrosView):
    """Apagar."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, macro_id: UUID) -> HttpResponse:
        """Delete it and go back to the list."""
        macro_delete(macro=self.own(macro_id), actor=self.membership)
        return redirect("inbox:macros")


class MacroChoice(MacrosView, TalkView):
    """The dialog that offers macros in a conversation."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw it."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        context = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "macros": self.rows().order_by("-used_count", "name", "id"),
        }
        return self.draw("inbox/macros/_choice.html", context)


class PressForm(forms.Form):
    """The press of the button that runs a macro."""

    client_id = forms.RegexField(r"^[\w-]{1,64}$")


class MacroRunView(MacrosView, TalkView):
    """One macro in a conversation: what it would do, and doing it."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, conversation_id: UUID, macro_id: UUID) -> HttpResponse:
        """Draw what would happen."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        macro = self.found(macro_id)
        self.saw([conversation])
        context = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "macro": macro,
            "lines": macro_preview(macro=macro, conversation=conversation, actor=self.membership),
            "press": uuid4(),
        }
        return self.draw("inbox/macros/_preview.html", context)

    def post(self, request: HttpRequest, conversation_id: UUID, macro_id: UUID) -> HttpResponse:
        """Run it and draw what became of each action."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        form = PressForm(request.POST)
        if not form.is_valid():
            raise BadInput
        run = macro_run(
            macro=self.found(macro_id),
            conversation=conversation,
            actor=self.membership,
            client_id=form.cleaned_data["client_id"],
        )
        return self.draw("inbox/macros/_outcome.html", {"run": run, "lines": outcome_lines(run)})


def outcome_lines(run: MacroRun | RuleRun) -> list[dict[str, str]]:
    """Word what became of each action."""
    return [
        {
            "act": label_of(StepAct, one["act"]),
            "state": one["state"],
            "label": label_of(StepState, one["state"]),
            "said": one["said"],
        }
        for one in run.outcomes
    ]
