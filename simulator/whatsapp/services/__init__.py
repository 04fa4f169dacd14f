"""The doors others may use: the demo loader, tests and commands."""

from simulator.whatsapp.services.faults import fault_set, faults_clear
from simulator.whatsapp.services.incoming import person_send
from simulator.whatsapp.services.numbers import number_ensure, people_ensure, person_ensure
from simulator.whatsapp.services.templates import template_ensure, templates_ensure

__all__ = [
    "fault_set",
    "faults_clear",
    "number_ensure",
    "people_ensure",
    "person_ensure",
    "person_send",
    "template_ensure",
    "templates_ensure",
]
