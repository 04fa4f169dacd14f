"""Subscribing a browser, and the script that shows what it is told."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views import View

from accounts.services.push_devices import device_drop, device_keep
from inbox.shell.base import BadInput, InboxView
from providers.push import PushTarget, TargetInvalid, endpoint_fits, public_key, sealed


class PushForm(forms.Form):
    """A subscription as the browser has it; `acao` "remover" ends it, and needs no keys."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100, required=False)
    auth = forms.CharField(max_length=40, required=False)
    acao = forms.ChoiceField(choices=[("", ""), ("remover", "remover")], required=False)


class PushView(InboxView):
    """Subscribe this browser, or end that."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the subscription, or forget it."""
        form = PushForm(request.POST)
        if not form.is_valid() or not public_key():
            raise BadInput
        data = form.cleaned_data
        target = PushTarget(data["endpoint"], data["p256dh"], data["auth"])
        if data["acao"]:
            device_drop(membership=self.membership, endpoint=target.endpoint)
            return HttpResponse(status=204)
        if not endpoint_fits(target.endpoint) or not _can_be_sealed_for(target):
            raise BadInput
        device_keep(
            membership=self.membership,
            session_key=str(request.session.session_key),
            endpoint=target.endpoint,
            p256dh=target.p256dh,
            auth=target.auth,
            language=get_language() or settings.LANGUAGE_CODE,
        )
        return HttpResponse(status=204)


class WorkerScript(View):
    """The service worker. It has an address at the root because it is for the inbox's pages, and a
    worker is for nothing that stands above its own script.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        """Give the script; browsers look for a new one with each visit."""
        response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
        response["Cache-Control"] = "no-cache"
        return response


@cache
def _script() -> bytes:
    return (Path(settings.BASE_DIR) / "static" / "inbox" / "js" / "worker.js").read_bytes()


def _can_be_sealed_for(target: PushTarget) -> bool:
    try:
        sealed(b"", target)
    except TargetInvalid:
        return False
    return True
