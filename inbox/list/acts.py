"""Acts on one or several conversations from the list: the dialogs, the acts, and which match."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.models import Membership
from common.errors import Forbidden, NotFound
from contacts.models import Tag
from contacts.services.tagging import tag_wanted
from inbox import selectors
from inbox.list.forms import ListForm, uuids
from inbox.list.views import ListMixin
from inbox.people.tag_fields import tags_offered
from inbox.shell.base import BadInput, InboxView
from inbox.talk.forms import UUID_TEXT
from inbox.talk.snoozing import moment_chosen, offers
from queues.models import Macro, Queue
from queues.services.macros import macro_run_several
from queues.services.several import BACK, ActOrder, TalkAct, conversations_act
from queues.services.steps import step_words

MACRO = "macro"

# Levels of the menu, by the number that tickets keep.
PRIORITIES = (10, 8, 5, 2)


class ActForm(forms.Form):
    """An act with what it needs."""

    acao = forms.ChoiceField(choices=[(act, act) for act in (*TalkAct, MACRO)])
    macro = forms.UUIDField(required=False)
    quando = forms.CharField(max_length=20, required=False)
    frase = forms.CharField(max_length=80, required=False)
    etiqueta = forms.CharField(max_length=60, required=False)
    destino = forms.RegexField(rf"^((fila|pessoa)\.{UUID_TEXT})?$", required=False)
    motivo = forms.CharField(max_length=100, required=False)
    prioridade = forms.IntegerField(min_value=1, max_value=10, required=False)


class ActsView(InboxView):
    """GET draws the dialog of an act; POST does it and answers how many changed and why others
    could not.
    """

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the dialog; it names nobody: the page knows what was chosen."""
        asked = request.GET.get("acao", TalkAct.ASSIGN.value)
        if asked not in {*TalkAct, MACRO}:
            raise BadInput
        context: dict[str, Any] = {"act": asked, "is_manager": self.membership.is_manager}
        match asked:
            case TalkAct.SNOOZE:
                context["offers"] = offers(timezone.localtime())
            case TalkAct.TAG | TalkAct.UNTAG:
                context["tags"] = tags_offered()
            case TalkAct.ASSIGN:
                people = Membership.objects.active().select_related("user")
                context["people"] = people.order_by("user__name")
                context["queues"] = Queue.objects.active().order_by("name")
            case TalkAct.PRIORITY:
                context["priorities"] = PRIORITIES
            case "macro":
                context["macros"] = [
                    (row, [step_words(step, row.company_id) for step in row.steps])
                    for row in Macro.objects.visible_to(self.membership).order_by("name", "id")
                ]
        return self.draw("inbox/list/_act.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it to the conversations that are named."""
        form = ActForm(request.POST)
        ids = uuids(request.POST.getlist("conversa"))
        if not form.is_valid():
            raise BadInput
        back = ""
        if form.cleaned_data["acao"] == MACRO:
            rows = Macro.objects.visible_to(self.membership)
            macro = _found(rows.filter(pk=form.cleaned_data["macro"]))
            outcome = macro_run_several(macro=macro, ids=ids, actor=self.membership)
        else:
            order = self.order_of(form.cleaned_data)
            outcome = conversations_act(actor=self.membership, ids=ids, order=order)
            back = BACK.get(order.act, "")
        body = {
            "changed": [str(pk) for pk in outcome.changed],
            "same": len(outcome.same),
            "refused": sorted(outcome.refused.items()),
            "back": back,
        }
        return JsonResponse(body)

    def order_of(self, data: dict[str, Any]) -> ActOrder:
        """Read what an act needs. Raises BadInput, NotFound, Forbidden and what moments raise."""
        act = TalkAct(data["acao"])
        reason, (kind, _dot, key) = data["motivo"], data["destino"].partition(".")
        match act:
            case TalkAct.SNOOZE:
                return ActOrder(act, until=moment_chosen(data, timezone.localtime()))
            case TalkAct.TAG:
                return ActOrder(act, tag=tag_wanted(data["etiqueta"], self.membership.company_id))
            case TalkAct.UNTAG:
                return ActOrder(act, tag=_found(Tag.objects.filter(name=data["etiqueta"])))
            case TalkAct.ASSIGN | TalkAct.TRANSFER if kind == "fila":
                queue = _found(Queue.objects.active().filter(pk=key))
                return ActOrder(TalkAct.TRANSFER, queue=queue, reason=reason)
            case TalkAct.ASSIGN if kind == "pessoa":
                people = Membership.objects.active().select_related("user")
                return ActOrder(act, attendant=_found(people.filter(pk=key)), reason=reason)
            case TalkAct.PRIORITY:
                if not self.membership.is_manager:
                    raise Forbidden
                return ActOrder(act, priority=data["prioridade"] or 5)
            case TalkAct.TRANSFER:
                raise BadInput
        return ActOrder(act, reason=reason)


class MatchingView(ListMixin):
    """All that the list on screen would show, page after page: their ids, to choose them all."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Name them, up to a limit."""
        form = ListForm(request.POST)
        data = form.cleaned_data if form.is_valid() else {}
        ids = selectors.conversations_matching(
            self.membership,
            data.get("q", ""),
            tab=data.get("filtro") or self.tab(),
            segment=data.get("segmento"),
            where=data.get("condicoes") or selectors.EVERYTHING,
            is_clear=self.lens.is_clear,
        )
        return JsonResponse({"ids": [str(pk) for pk in ids]})


def _found(rows: Any) -> Any:
    row = rows.first()
    if row is None:
        raise NotFound
    return row
