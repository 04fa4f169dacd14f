"""The doors others may use: the demo loader, tests and commands."""

from simulator.services.faults import fault_set, faults_clear
from simulator.services.incoming import person_send
from simulator.services.numbers import number_ensure, person_ensure
from simulator.services.templates import template_ensure, templates_ensure

__all__ = [
    "fault_set",
    "faults_clear",
    "number_ensure",
    "person_ensure",
    "person_send",
    "template_ensure",
    "templates_ensure",
]
