"""What the reader chose for themselves, as a page keeps and asks it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.preferences import FLAGS, NAMES, chosen_by
from accounts.services.preferences import preferences_change
from inbox.shell.base import InboxView


class PreferencesView(InboxView):
    """GET tells what the reader chose; POST changes what it names."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Tell what was chosen: for the rest a page knows what its device had before."""
        return JsonResponse(chosen_by(self.membership.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep what the form names."""
        values = {
            name: value == "true" if name in FLAGS else value
            for name, value in request.POST.items()
            if name in NAMES
        }
        return JsonResponse(preferences_change(membership=self.membership, values=values))
