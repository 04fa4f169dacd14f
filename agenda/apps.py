from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgendaConfig(AppConfig):
    """Appointments, their reminders and the waiting list."""

    name = "agenda"
    verbose_name = _("Agenda")
