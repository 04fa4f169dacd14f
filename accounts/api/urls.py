"""Addresses of people: logging in, being at work, and when the company is."""

from __future__ import annotations

from django.urls import path

from accounts.api.calendars import CalendarDetail, Calendars
from accounts.api.changes import ChangesView
from accounts.api.login import LogoutView, TokenView
from accounts.api.preferences import OwnPreferences
from accounts.api.presence import Presences, Reasons
from accounts.api.socket_tickets import SocketTickets
from accounts.api.team import Team, TeamMember

urlpatterns = [
    path("auth/token/", TokenView.as_view(), name="api-token"),
    path("eu/ticket/", SocketTickets.as_view(), name="api-socket-ticket"),
    path("preferencias/", OwnPreferences.as_view(), name="api-preferences"),
    path("equipe/", Team.as_view(), name="api-team"),
    path("equipe/<uuid:member_id>/", TeamMember.as_view(), name="api-team-member"),
    path("mudancas/", ChangesView.as_view(), name="api-changes"),
    path("presenca/", Presences.as_view(), name="api-presence"),
    path("motivos-pausa/", Reasons.as_view(), name="api-pause-reasons"),
    path("calendarios/", Calendars.as_view(), name="api-calendars"),
    path("calendarios/<uuid:calendar_id>/", CalendarDetail.as_view(), name="api-calendar"),
    path("auth/logout/", LogoutView.as_view(), name="api-logout"),
]
