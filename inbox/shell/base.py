"""The one mixin through which every inbox page enters its company."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from accounts.models import Membership, User
from accounts.services.memberships import membership_of
from accounts.services.sessions import session_seen
from accounts.services.viewing import PAGE, viewed
from common.errors import DomainError, NotFound
from common.scoping import company_scope
from contacts.masking import Lens, lens_of
from inbox.shell.account import where_to
from queues.errors import NobodyWaits


class InboxView(View):
    """Opens the reader's company for the whole request, in its time zone, and words refusals.

    Strangers go to the login; a script's request of theirs gets 401, so that it does not draw the
    login form into a thread. Nothing of what patients wrote is kept in a browser's cache.
    """

    request: HttpRequest
    membership: Membership

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let members in and answer refusals in the form that was asked for."""
        membership = membership_of(request.user, request.session)
        if membership is None:
            return self._stranger(request)
        self.membership = membership
        if by_hand(request):
            session_seen(request.session)
        with (
            company_scope(membership.company_id),
            timezone.override(membership.company.zone),
        ):
            try:
                response = super().dispatch(request, *args, **kwargs)
            except DomainError as refusal:
                response = self._refused(request, refusal)
        add_never_cache_headers(response)
        return response

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for a part of the page, rather than a browser for all of it."""
        headers = self.request.headers
        return "HX-Request" in headers and headers.get("HX-Request-Type") != "full"

    def draw(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render at once: lazily, the company's scope would be closed again."""
        return render(self.request, template, context, status=status)

    @cached_property
    def lens(self) -> Lens:
        """How the reader sees people's numbers."""
        return lens_of(self.membership)

    def saw(self, rows: Iterable[Any]) -> None:
        """Write down that the reader is shown rows that may be about people."""
        viewed(self.membership, PAGE, rows)

    def _stranger(self, request: HttpRequest) -> HttpResponse:
        if "HX-Request" in request.headers or _wants_json(request):
            return HttpResponse(status=401)
        if isinstance(request.user, User):
            if first := where_to(request.user):
                return HttpResponseRedirect(first)
            # A login without a clinic: sending it to the login would go round for ever.
            return render(request, "inbox/shell/no_company.html", status=403)
        return redirect_to_login(request.get_full_path(), reverse("inbox:login"))

    def _refused(self, request: HttpRequest, refusal: DomainError) -> HttpResponse:
        if _wants_json(request):
            body = {"code": refusal.code, "detail": str(refusal), "fields": refusal.fields}
            return JsonResponse(body, status=refusal.status)
        if self.is_fragment:
            # That nobody waits is no trouble of anybody's.
            level = "" if isinstance(refusal, NobodyWaits) else "problem"
            said = {name: [str(line) for line in lines] for name, lines in refusal.fields.items()}
            context = {"text": sentence_of(refusal), "level": level, "fields": said}
            return self.draw("inbox/shell/_notice.html", context, refusal.status)
        template = "404.html" if isinstance(refusal, NotFound) else "400.html"
        return self.draw(template, {}, refusal.status)


def by_hand(request: HttpRequest) -> bool:
    """Whether a person opened the page, rather than a script of a page that stands open."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and "HX-Request" not in request.headers


def sentence_of(refusal: DomainError) -> str:
    """Return a refusal as one sentence, with what is wrong with each input after it."""
    said = str(refusal)
    details = {str(line) for lines in refusal.fields.values() for line in lines} - {said}
    return " ".join([said, *sorted(details)])


class BadInput(DomainError):
    """The page sent something that no page of ours sends."""

    code = "pedido_invalido"
    status = 400

    @property
    def message(self) -> str:
        """Tell the person what helps: a fresh page."""
        return _("Esta página está desatualizada. Recarregue e tente de novo.")


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
