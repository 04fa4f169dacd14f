"""Whole pages and the list: login, inbox, conversation, rows of a tab."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse

from inbox import selectors
from inbox.forms import TABS, ListForm, LoginForm, list_cursor, uuids
from inbox.presenters.cards import cards_of
from inbox.shapes import Counts
from inbox.views.base import InboxView
from inbox.views.queues import presence_context
from queues.selectors import has_queues

TAB_KEY = "inbox_filtro"


class Login(LoginView):
    """Asks for e-mail and password; who is in already goes on."""

    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(LogoutView):
    """Ends the session."""


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

    def counts(self) -> Counts:
        """Return the numbers on the tabs."""
        found = selectors.counts(self.membership)
        return Counts(found["minhas"], found["livres"], found["todas"], found["nao_lidas"])

    def page_context(self) -> dict[str, Any]:
        """Return what home.html needs, apart from the stage."""
        tab = self.tab()
        rows, after = selectors.conversation_page(self.membership, tab=tab)
        self.saw(rows)
        return {
            "company": self.membership.company,
            "member": self.membership,
            "filter": tab,
            "query": "",
            "segments": selectors.segments_of(self.membership),
            "counts": self.counts(),
            "cards": cards_of(rows, self.membership, self.lens),
            "next_cursor": list_cursor(after),
            "colleagues": {
                str(person.pk): person.user.name for person in selectors.colleagues(self.membership)
            },
            "thread": None,
            "panel": None,
            "has_queues": has_queues(self.membership.company_id),
            **presence_context(self.membership),
        }


class Home(ListMixin):
    """The inbox with nothing open; as a fragment, the empty stage."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the page."""
        if self.is_fragment:
            return self.draw("inbox/_stage.html", {"is_fragment": True})
        return self.draw("inbox/home.html", self.page_context())


class ConversationPage(ListMixin):
    """One conversation: as a fragment the stage, else the whole page with its list."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the newest messages."""
        stage = self.stage(conversation_id)
        if self.is_fragment:
            return self.draw("inbox/_stage.html", {**stage, "is_fragment": True})
        return self.draw("inbox/home.html", {**self.page_context(), **stage})


class Rows(ListMixin):
    """Rows of a tab. A POST although it only reads: words searched for are names and phones, which
    must not stand in addresses and their logs.
    """

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Draw a page of rows, or the rows of single conversations with those that are gone."""
        form = ListForm(request.POST)
        data = form.cleaned_data if form.is_valid() else {}
        tab, words, after = data.get("filtro") or self.tab(), data.get("q", ""), data.get("depois")
        segment = data.get("segmento")
        context: dict[str, Any] = {"filter": tab, "query": words, "thread": None}
        if ids := uuids(request.POST.getlist("conversa")):
            found = selectors.conversations_again(
                self.membership,
                ids,
                tab=tab,
                words=words,
                segment=segment,
                is_clear=self.lens.is_clear,
            )
            context["gone"] = set(ids) - {row.pk for row in found}
            context["refresh"] = True
        else:
            found, following = selectors.conversation_page(
                self.membership,
                tab=tab,
                words=words,
                segment=segment,
                is_clear=self.lens.is_clear,
                after=after,
            )
            context["next_cursor"] = list_cursor(following)
            # The end of a list that goes on is not an empty list.
            context["refresh"] = after is not None
            self.remember(tab)
        self.saw(found)
        context["cards"] = cards_of(found, self.membership, self.lens)
        if after is None:
            context["counts"] = self.counts()
        return self.draw("inbox/_rows.html", context)
