"""What patients read about their appointments. Said in Portuguese, whatever staff read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from agenda.answers import key_of, understand_label
from agenda.choices import AnswerMeaning
from agenda.models import Appointment
from contacts.first_names import first_name_of
from omnichannel.models import Template
from omnichannel.services.spoken import template_labels
from omnichannel.services.template_filling import template_info
from providers import registry
from providers.base import Templates
from providers.content import Choice, Question, Section

PATIENTS = "pt-br"
# What a template's buttons mean where their labels do not say it.
IN_ORDER = (AnswerMeaning.CONFIRMS, AnswerMeaning.MOVES, AnswerMeaning.CANNOT)


def when_words(appointment: Any, zone: ZoneInfo) -> str:
    """Return a moment as people say it: "qui 14/05 às 14:00"."""
    local = appointment.starts_at.astimezone(zone)
    with override(PATIENTS):
        return f"{date_format(local, 'D d/m')} às {local:%H:%M}"


def values_of(appointment: Appointment) -> list[str]:
    """Return what a reminder's variables hold, in their order: first name, day, hour,
    professional, clinic.
    """
    local = appointment.starts_at.astimezone(appointment.company.zone)
    name = first_name_of(appointment.contact.name) if appointment.contact else ""
    with override(PATIENTS):
        return [
            name or _("paciente"),
            date_format(local, "l, d/m"),
            local.strftime("%H:%M"),
            appointment.professional.name if appointment.professional else _("nossa equipe"),
            appointment.company.name,
        ]


def question_of(appointment: Appointment) -> tuple[str, Question]:
    """Return the words of a reminder without a template, and its question."""
    name, day, hour, professional, clinic = values_of(appointment)
    with override(PATIENTS):
        text = _(
            "Olá, %(name)s! Lembrete da %(clinic)s: %(day)s às %(hour)s, com %(professional)s."
            " Você vem?"
        ) % {
            "name": name,
            "clinic": clinic,
            "day": day,
            "hour": hour,
            "professional": professional,
        }
        labels = (_("Confirmar"), _("Remarcar"), _("Cancelar"))
    choices = tuple(
        Choice(key_of(appointment.pk, meaning), label)
        for meaning, label in zip(IN_ORDER, labels, strict=True)
    )
    return text, Question((Section(choices),))


def template_given(template: Template, appointment: Appointment, kind: str) -> dict[str, Any]:
    """Return a template filled for an appointment, as a message takes it."""
    adapter = registry.face_of(kind, Templates)
    values, labels = values_of(appointment), template_labels(template)
    variables: dict[str, Any] = {}
    texts = 0
    for one in adapter.template_variables(template_info(template)):
        if one.kind == "payload":
            label = labels[one.index] if one.index < len(labels) else ""
            meaning = understand_label(label)
            if not meaning or meaning == AnswerMeaning.SILENT:
                meaning = IN_ORDER[one.index] if one.index < len(IN_ORDER) else AnswerMeaning.UNSURE
            variables[one.key] = key_of(appointment.pk, meaning)
        elif one.kind == "text":
            variables[one.key] = values[texts] if texts < len(values) else values[-1]
            texts += 1
    return {"name": template.name, "language": template.language, "variables": variables}


def echo_of(appointment: Appointment, meaning: str) -> str:
    """Return what a patient is told of what was understood."""
    when = {"when": when_words(appointment, appointment.company.zone)}
    with override(PATIENTS):
        return {
            AnswerMeaning.CONFIRMS: _(
                "Entendi: presença confirmada para %(when)s. Se não for isso, responda *mudar*."
            ),
            AnswerMeaning.CANNOT: _(
                "Entendi: você não vem %(when)s, e o horário foi cancelado."
                " Se não for isso, responda *mudar*."
            ),
            AnswerMeaning.MOVES: _(
                "Entendi: você quer remarcar o horário de %(when)s."
                " Alguém da equipe vai falar com você."
            ),
            AnswerMeaning.NOT_MINE: _(
                "Obrigado por avisar. Não vamos mais lembrar deste horário neste número."
            ),
        }[AnswerMeaning(meaning)] % when
