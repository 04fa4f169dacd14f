"""The page behind a letter's "I want no more of these"."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import override
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from campaigns.services.leaving import recipient_leave, recipient_of


# Mail programs post from anywhere, without a page of ours (RFC 8058, 3.2).
@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(View):
    """Asks once by GET, because programs that look for viruses open every address; ends it by
    POST. It says whose letters these are, and nothing of the person.
    """

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Ask."""
        return self._drawn(request, key, is_done=False)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """End it."""
        return self._drawn(request, key, is_done=True)

    def _drawn(self, request: HttpRequest, key: str, *, is_done: bool) -> HttpResponse:
        found = recipient_of(key)
        if found is None:
            raise Http404
        if is_done:
            recipient_leave(found)
        # Whoever reads it is a patient of a Brazilian clinic, whatever their browser is set to.
        with override("pt-br"):
            context = {"company": found.company.name, "is_done": is_done}
            response = render(request, "campaigns/leave.html", context)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response
