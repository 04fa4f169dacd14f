"""The inbox with its list, and the rows of a tab."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from contacts.services.guessing import guess_count
from inbox import selectors
from inbox.list.conditions import Conditions, conditions_read
from inbox.list.forms import TABS, ListForm, list_cursor, uuids
from inbox.list.found import found_of
from inbox.list.mentions import mentions_of
from inbox.list.ordering import ORDERS, order_of
from inbox.list.presenters import cards_of
from inbox.list.saved import view_get
from inbox.list.shapes import Counts, SearchResult
from inbox.shell.base import InboxView
from inbox.shell.forms import uuid_of
from inbox.shell.presence import presence_context
from omnichannel.models import Conversation
from omnichannel.search import Hit
from queues.selectors import has_queues

TAB_KEY = "inbox_filtro"
ORDER_KEY = "inbox_ordem"


class ListMixin(InboxView):
    """What the list column needs."""

    def tab(self) -> str:
        """Return the tab asked for, else the one this session last used."""
        asked = self.request.GET.get("filtro", "")
        if asked in TABS:
            self.remember(asked)
            return asked
        return str(self.request.session.get(TAB_KEY, TABS[0]))

    def remember(self, tab: str) -> None:
        """Keep the tab for the next page; an unchanged one costs no write."""
        if self.request.session.get(TAB_KEY) != tab:
            self.request.session[TAB_KEY] = tab

    def order(self, tab: str, asked: str = "") -> str:
        """Return the order asked for, else the one this session last chose for the tab, else the
        tab's own.
        """
        chosen: dict[str, str] = self.request.session.get(ORDER_KEY, {})
        if asked in ORDERS and asked != order_of(tab, chosen.get(tab, "")):
            self.request.session[ORDER_KEY] = {**chosen, tab: asked}
        return order_of(tab, asked or chosen.get(tab, ""))

    def counts(self) -> Counts:
        """Return the numbers on the tabs."""
        found = selectors.counts(self.membership)
        return Counts(
            mine=found["minhas"],
            free=found["livres"],
            all=found["todas"],
            unread=found["nao_lidas"],
            bot=found["robo"],
            snoozed=found["adiadas"],
            mentions=found["mencoes"],
            mentioned=found["mencionadas"],
        )

    def named(self, rows: list[Conversation], tab: str) -> dict[UUID, SearchResult] | None:
        """Return the notes that name the reader, where a tab is about them."""
        return mentions_of(rows, self.membership) if tab == "mencoes" else None

    def narrowed(self, where: Conditions) -> dict[str, Any]:
        """Return what the list says of its conditions."""
        return {"conditions": str(where), "condition_count": len(where.words)}

    def asked(self) -> tuple[str, str, Conditions]:
        """Return tab, order and conditions of a saved filter's address, else of a plain one."""
        view = view_get(self.membership, uuid_of(self.request.GET.get("vista")))
        if view is not None and view.tab in TABS:
            order = order_of(view.tab, view.order)
            return view.tab, order, conditions_read(view.conditions)
        tab = self.tab()
        where = conditions_read(self.request.GET.get("condicoes", ""))
        return tab, self.order(tab), where

    def page_context(self) -> dict[str, Any]:
        """Return what home.html needs, apart from the stage."""
        tab, order, where = self.asked()
        rows, after = selectors.conversation_page(
            self.membership, tab=tab, order=order, where=where
        )
        self.saw(rows)
        return {
            "company": self.membership.company,
            "member": self.membership,
            "filter": tab,
            "query": "",
            **self.narrowed(where),
            "segments": selectors.segments_of(self.membership),
            "counts": self.counts(),
            "order": order,
            "cards": cards_of(
                rows, self.membership, self.lens, self.named(rows, tab), tab=tab, order=order
            ),
            "next_cursor": list_cursor(after),
            "colleagues": {
                str(person.pk): person.user.name for person in selectors.colleagues(self.membership)
            },
            "thread": None,
            "panel": None,
            "has_queues": has_queues(self.membership.company_id),
            "is_manager": self.membership.is_manager,
            **presence_context(self.membership),
        }


class HomePage(ListMixin):
    """The inbox with nothing open; as a fragment, the empty stage."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the page."""
        if self.is_fragment:
            return self.draw("inbox/talk/_stage.html", {"is_fragment": True})
        return self.draw("inbox/list/home.html", self.page_context())


class RowsView(ListMixin):
    """Rows of a tab. A POST although it only reads: words searched for are names and phones, which
    must not stand in addresses and their logs.
    """

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Draw a page of rows, or the rows of single conversations with those that are gone."""
        form = ListForm(request.POST)
        data = form.cleaned_data if form.is_valid() else {}
        tab, words, after = data.get("filtro") or self.tab(), data.get("q", ""), data.get("depois")
        segment, where = data.get("segmento"), data.get("condicoes") or selectors.EVERYTHING
        order = self.order(tab, data.get("ordem", ""))
        context: dict[str, Any] = {
            **{"filter": tab, "order": order, "query": words, "thread": None},
            **self.narrowed(where),
        }
        searched: dict[str, Any] = {
            "segment": segment,
            "where": where,
            "is_clear": self.lens.is_clear,
        }
        # Asking for the next page, or for a row again, does not count as a new search.
        if after is None and "conversa" not in request.POST:
            guess_count(self.membership, words)
        hits = selectors.found_in(self.membership, words, tab=tab, **searched)
        listed: dict[str, Any] = {
            "tab": tab,
            "segment": segment,
            "where": where,
            "found": hits,
            "order": order,
        }
        if ids := uuids(request.POST.getlist("conversa")):
            found = selectors.conversations_again(self.membership, ids, **listed)
            context["gone"] = set(ids) - {row.pk for row in found}
            context["refresh"] = True
        else:
            found, following = selectors.conversation_page(self.membership, after=after, **listed)
            context["next_cursor"] = list_cursor(following)
            if hits is not None and after is None and tab != "todas":
                everywhere = selectors.found_in(self.membership, words, **searched) or {}
                context["elsewhere"] = len(everywhere.keys() - hits.keys())
            # A later page without rows is the end of the list; it must not say that it is empty.
            context["refresh"] = after is not None
            self.remember(tab)
        self.saw(found)
        shown = self.found(found, hits, words) if hits else self.named(found, tab)
        context["cards"] = cards_of(found, self.membership, self.lens, shown, tab=tab, order=order)
        if after is None:
            context["counts"] = self.counts()
        return self.draw("inbox/list/_rows.html", context)

    def found(
        self, rows: list[Conversation], hits: dict[UUID, Hit], words: str
    ) -> dict[UUID, SearchResult]:
        """Return what was found of each row, to be shown on its card."""
        return found_of(rows, hits, selectors.said_of(hits, rows), words, self.lens)
