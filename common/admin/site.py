"""The admin site: who may enter, and the scope every page works in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from common.admin.access import access_of, request_scope, zone_of


class BackOffice(UnfoldAdminSite):
    """The back-office under /admin/; config.apps.BackOfficeConfig puts it in place of Django's."""

    index_title = _("Painel")
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # It deletes without asking any service.
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in whoever is switched on for the back-office and manages at least one company."""
        user: Any = request.user
        return bool(user.is_active and user.is_staff and access_of(request).is_any)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Lead to the one login there is; whoever is in already is led on, or told that the
        back-office is not theirs.
        """
        user: Any = request.user
        if not user.is_authenticated:
            return redirect_to_login(
                request.GET.get("next") or resolve_url("admin:index"),
                resolve_url(settings.LOGIN_URL),
            )
        if user.must_change_password:
            return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
        if self.has_permission(request):
            return HttpResponseRedirect(resolve_url("admin:index"))
        if access_of(request).is_owing:
            # The inbox knows where it is set up.
            return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))
        return render(request, "admin/not_yours.html", status=403)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Run a view and its rendering inside the scope of who asks."""

        @wraps(view)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if hasattr(request.session, "seen"):
                # Who works here moves, too: the company may end sessions in which nobody does.
                request.session.seen()
            # The zone of a row's own company is activated when the row is looked up.
            with request_scope(request), timezone.override(zone_of(request)):
                response: HttpResponseBase = view(request, *args, **kwargs)
                # Templates evaluate querysets too, so they are rendered before the scope closes.
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
                return response

        wrapped: Callable[..., Any] = super().admin_view(scoped, cacheable)
        return wrapped
