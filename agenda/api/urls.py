"""Addresses of the agenda."""

from __future__ import annotations

from django.urls import path

from agenda.api import views

APPOINTMENT = "agenda/compromissos/<uuid:appointment_id>/"
PROFESSIONAL = "agenda/profissionais/<uuid:professional_id>/"

urlpatterns = [
    path("agenda/compromissos/", views.Appointments.as_view(), name="api-appointments"),
    path(APPOINTMENT, views.AppointmentDetail.as_view(), name="api-appointment"),
    path(
        f"{APPOINTMENT}cancelar/",
        views.AppointmentCancel.as_view(),
        name="api-appointment-cancel",
    ),
    path(
        f"{APPOINTMENT}resposta/",
        views.AppointmentAnswered.as_view(),
        name="api-appointment-answer",
    ),
    path("agenda/profissionais/", views.Professionals.as_view(), name="api-professionals"),
    path(
        f"{PROFESSIONAL}endereco/",
        views.ProfessionalAddress.as_view(),
        name="api-professional-address",
    ),
    path("agenda/calendarios/", views.CalendarFeeds.as_view(), name="api-calendar-feeds"),
    path("agenda/espera/", views.WaitingPlaces.as_view(), name="api-waiting"),
    path(
        "agenda/espera/<uuid:waiting_id>/",
        views.WaitingPlaceDetail.as_view(),
        name="api-waiting-place",
    ),
]
