"""Buttons above a row's form: pressed by POST, each calls one service."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin

from common.admin.access import access_of
from common.errors import DomainError


def button(
    words: Any, *, icon: str = "", needs: str = "change", is_main: bool = False, asks: Any = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a method a button above a row's form. It is pressed by POST, gets the request and the
    row, calls one service and may return a response; a DomainError becomes a message. `asks` is a
    question that has to be answered first, for what cannot be undone. `needs` is "change", "view"
    or "owner", for what is the whole installation's.
    """

    def mark(method: Callable[..., Any]) -> Callable[..., Any]:
        method.button = {  # type: ignore[attr-defined]
            **{"words": words, "icon": icon, "needs": needs, "is_main": is_main, "asks": asks}
        }
        return method

    return mark


class Pressable(ModelAdmin):
    """A page whose rows have buttons; `buttons` names methods marked with `button`."""

    buttons: ClassVar[tuple[str, ...]] = ()

    def buttons_for(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Return what the template draws: the buttons this person may press on this row."""
        return [
            {**getattr(self, name).button, "href": self._button_address(name, obj.pk)}
            for name in self.buttons
            if self.is_offered(name, obj) and self._may_press(request, name, obj)
        ]

    def is_offered(self, name: str, obj: Any) -> bool:
        """Tell whether a button makes sense in the row's situation; a service judges again."""
        return True

    def weighed(self, name: str, obj: Any) -> list[str]:
        """Return what to know before the question is answered: whom it is about, how much it is."""
        return []

    def get_urls(self) -> list[URLPattern]:
        """Add an address for each button."""
        pressed = [
            path(
                f"<path:object_id>/{name}/",
                self.admin_site.admin_view(self._pressing(name)),
                name=self._button_name(name),
            )
            for name in self.buttons
        ]
        return [*pressed, *super().get_urls()]

    def _pressing(self, name: str) -> Callable[..., HttpResponse]:
        def press(request: HttpRequest, object_id: str) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            obj = self.get_object(request, unquote(object_id))
            if obj is None or not self._may_press(request, name, obj):
                missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                    request, self.opts, object_id
                )
                return missing
            if getattr(self, name).button["asks"] and "confirmado" not in request.POST:
                return self._ask(request, name, obj)
            try:
                response: HttpResponse | None = getattr(self, name)(request, obj)
            except DomainError as refused:
                messages.error(request, str(refused.detail))
                response = None
            return response or HttpResponseRedirect(self.address(obj.pk))

        return update_wrapper(press, getattr(self, name))

    def _ask(self, request: HttpRequest, name: str, obj: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": str(obj),
            "opts": self.opts,
            "button": getattr(self, name).button,
            "weighed": self.weighed(name, obj),
            "back": self.address(obj.pk),
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def _may_press(self, request: HttpRequest, name: str, obj: Any) -> bool:
        needs = getattr(self, name).button["needs"]
        if needs == "owner":
            return access_of(request).is_owner
        if needs == "view":
            return bool(self.has_view_permission(request, obj))
        return bool(self.may_act(request, obj))

    def _button_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _button_address(self, name: str, pk: Any) -> str:
        return reverse(f"admin:{self._button_name(name)}", args=[quote(pk)])
