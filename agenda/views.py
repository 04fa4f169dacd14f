"""The secret address of a professional's calendar: no login, and nothing in an answer says why."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views import View

from agenda.calendar_out import appointments_of, calendar_of, etag_of
from agenda.services.calendars import professional_by_key


class CalendarFileView(View):
    """A calendar for programs that ask again and again."""

    http_method_names = ("get", "head")

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Give the file, or 304 where it did not change. An unknown key is missing."""
        professional = professional_by_key(key)
        if professional is None:
            raise Http404
        rows = appointments_of(professional)
        etag = etag_of(professional, rows)
        if request.headers.get("If-None-Match") == etag:
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(calendar_of(professional, rows), "text/calendar; charset=utf-8")
            response["Content-Disposition"] = 'inline; filename="agenda.ics"'
        response["ETag"] = etag
        response["Cache-Control"] = "private, max-age=300"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        return response
