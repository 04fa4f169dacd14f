"""How the lists of the agenda may be narrowed."""

from __future__ import annotations

from django_filters import rest_framework as filters

from agenda.choices import AnswerMeaning, AppointmentState, WaitState


class AppointmentFilter(filters.FilterSet):
    """?since= ?until= ?contact= ?professional= ?state= ?answer="""

    since = filters.IsoDateTimeFilter(
        field_name="starts_at", lookup_expr="gte", help_text="Começa deste momento em diante."
    )
    until = filters.IsoDateTimeFilter(
        field_name="starts_at", lookup_expr="lt", help_text="Começa antes deste momento."
    )
    contact = filters.UUIDFilter(field_name="contact_id", help_text="Id do contato.")
    professional = filters.UUIDFilter(field_name="professional_id", help_text="Id do profissional.")
    state = filters.ChoiceFilter(choices=AppointmentState.choices, help_text="Situação.")
    answer = filters.ChoiceFilter(choices=AnswerMeaning.choices, help_text="Resposta.")
    external_id = filters.CharFilter(max_length=200, help_text="Sua identificação.")


class PlaceFilter(filters.FilterSet):
    """?state="""

    state = filters.ChoiceFilter(choices=WaitState.choices, help_text="Situação.")
