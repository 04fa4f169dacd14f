"""Agenda."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from agenda.api.filters import AppointmentFilter, PlaceFilter
from agenda.api.serializers import (
    AnswerIn,
    AppointmentChange,
    AppointmentIn,
    AppointmentOut,
    CalendarFeedIn,
    CalendarFeedOut,
    FeedAddressOut,
    ProfessionalIn,
    ProfessionalOut,
    WaitingPlaceIn,
    WaitingPlaceOut,
)
from agenda.choices import AnswerMeaning, AppointmentSource
from agenda.models import Appointment, CalendarFeed, Professional, WaitingPlace
from agenda.services import appointments
from agenda.services.answering import answer_correct
from agenda.services.fetching import feed_save
from agenda.services.places import place_leave, place_take
from agenda.services.professionals import feed_key_renew, professional_save
from common.api.fields import NoInput
from common.api.pagination import CursorPages, NewestFirst
from common.api.permissions import ManagersOnly
from contacts.models import Contact

TAGS = ["agenda"]


class AppointmentsByTime(CursorPages):
    """Appointments in the order in which they begin."""

    ordering = ("starts_at", "id")


class AgendaView(CompanyView):
    """What the endpoints share."""

    queryset: Any = Appointment.unscoped.none()
    serializer_class: Any = NoInput

    def named(self, given: dict[str, Any]) -> dict[str, Any]:
        """Replace ids by rows that the caller may see. Raises NotFound."""
        for name, rows in (
            ("contact", Contact.objects.visible_to(self.membership)),
            ("professional", Professional.objects.all()),
            ("appointment", Appointment.objects.visible_to(self.membership)),
        ):
            if given.get(name):
                given[name] = self.found(rows, given[name])
        return given

    def appointment(self, appointment_id: UUID) -> Appointment:
        """Return an appointment of the company. Raises NotFound."""
        row: Appointment = self.found(
            Appointment.objects.visible_to(self.membership), appointment_id
        )
        return row

    def shown(self, row: Appointment, status: int = 200) -> Response:
        """Answer one appointment as it is now."""
        row.refresh_from_db()
        self.saw([row])
        return Response(AppointmentOut(row).data, status=status)


class Appointments(AgendaView):
    """Lista e marcação."""

    names_rows = True
    pagination_class = AppointmentsByTime
    filterset_class = AppointmentFilter

    @extend_schema(tags=TAGS, operation_id="compromissos_list", responses=AppointmentOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os compromissos, os primeiros antes."""
        return self.page(Appointment.objects.visible_to(self.membership), AppointmentOut)

    @extend_schema(
        tags=TAGS,
        operation_id="compromissos_create",
        request=AppointmentIn,
        responses={201: AppointmentOut},
    )
    def post(self, request: Request) -> Response:
        """Marca um compromisso; os lembretes passam a valer."""
        given = self.named(self.read(AppointmentIn))
        row = appointments.appointment_create(
            actor=self.membership, source=AppointmentSource.API, **given
        )
        return self.shown(row, 201)


class AppointmentDetail(AgendaView):
    """Um compromisso."""

    pagination_class: Any = None

    @extend_schema(tags=TAGS, operation_id="compromissos_retrieve", responses=AppointmentOut)
    def get(self, request: Request, appointment_id: UUID) -> Response:
        """Obtém um compromisso."""
        return self.shown(self.appointment(appointment_id))

    @extend_schema(
        tags=TAGS,
        operation_id="compromissos_update",
        request=AppointmentChange,
        responses=AppointmentOut,
    )
    def patch(self, request: Request, appointment_id: UUID) -> Response:
        """Altera os campos enviados; outro horário refaz os lembretes."""
        row = self.appointment(appointment_id)
        given = self.named(self.read(AppointmentChange))
        return self.shown(
            appointments.appointment_change(appointment=row, actor=self.membership, **given)
        )


class AppointmentCancel(AgendaView):
    """O cancelamento."""

    @extend_schema(
        tags=TAGS, operation_id="compromissos_cancelar", request=NoInput, responses=AppointmentOut
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Cancela; o horário é oferecido à lista de espera."""
        row = self.appointment(appointment_id)
        self.read(NoInput)
        return self.shown(appointments.appointment_cancel(appointment=row, actor=self.membership))


class AppointmentAnswered(AgendaView):
    """A resposta, corrigida."""

    serializer_class = AnswerIn

    @extend_schema(
        tags=TAGS, operation_id="compromissos_resposta", request=AnswerIn, responses=AppointmentOut
    )
    def post(self, request: Request, appointment_id: UUID) -> Response:
        """Diz o que o paciente quis dizer, seja o que for que foi entendido."""
        row = self.appointment(appointment_id)
        meaning = AnswerMeaning(self.read(AnswerIn)["meaning"])
        return self.shown(answer_correct(appointment=row, actor=self.membership, meaning=meaning))


class ProfessionalsByName(CursorPages):
    """Professionals by name."""

    ordering = ("name", "id")


class Professionals(AgendaView):
    """Profissionais."""

    queryset = Professional.unscoped.none()
    pagination_class = ProfessionalsByName
    permission_classes = (ManagersOnly,)

    @extend_schema(
        tags=TAGS, operation_id="profissionais_list", responses=ProfessionalOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Lista os profissionais."""
        return self.page(Professional.objects.all(), ProfessionalOut)

    @extend_schema(
        tags=TAGS,
        operation_id="profissionais_create",
        request=ProfessionalIn,
        responses={201: ProfessionalOut},
    )
    def post(self, request: Request) -> Response:
        """Cria um profissional."""
        row = professional_save(actor=self.membership, **self.read(ProfessionalIn))
        return Response(ProfessionalOut(row).data, status=201)


class ProfessionalAddress(AgendaView):
    """O endereço secreto do calendário."""

    queryset = Professional.unscoped.none()
    permission_classes = (ManagersOnly,)

    def kept(self, response: Response) -> Any:
        """A secret is kept for nobody who repeats the request."""
        return None

    @extend_schema(
        tags=TAGS,
        operation_id="profissionais_endereco",
        request=NoInput,
        responses={201: FeedAddressOut},
    )
    def post(self, request: Request, professional_id: UUID) -> Response:
        """Dá um endereço novo ao calendário do profissional e encerra o anterior."""
        row = self.found(Professional.objects.all(), professional_id)
        self.read(NoInput)
        key = feed_key_renew(professional=row, actor=self.membership)
        return Response({"url": feed_url(key)}, status=201)


def feed_url(key: str) -> str:
    """Return the whole address of a calendar."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('agenda-file', args=[key])}"


class CalendarFeeds(AgendaView):
    """Calendários externos."""

    names_rows = True
    queryset = CalendarFeed.unscoped.none()
    pagination_class = NewestFirst
    permission_classes = (ManagersOnly,)

    @extend_schema(
        tags=TAGS, operation_id="calendarios_externos_list", responses=CalendarFeedOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Lista os calendários que são lidos."""
        return self.page(CalendarFeed.objects.all(), CalendarFeedOut)

    @extend_schema(
        tags=TAGS,
        operation_id="calendarios_externos_create",
        request=CalendarFeedIn,
        responses={201: CalendarFeedOut},
    )
    def post(self, request: Request) -> Response:
        """Passa a ler um calendário iCalendar."""
        row = feed_save(actor=self.membership, **self.named(self.read(CalendarFeedIn)))
        return Response(CalendarFeedOut(row).data, status=201)


class WaitingPlaces(AgendaView):
    """Lista de espera."""

    names_rows = True
    queryset = WaitingPlace.unscoped.none()
    pagination_class = NewestFirst
    filterset_class = PlaceFilter

    @extend_schema(
        tags=TAGS, operation_id="lista_de_espera_list", responses=WaitingPlaceOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Lista quem espera um horário."""
        return self.page(WaitingPlace.objects.all(), WaitingPlaceOut)

    @extend_schema(
        tags=TAGS,
        operation_id="lista_de_espera_create",
        request=WaitingPlaceIn,
        responses={201: WaitingPlaceOut},
    )
    def post(self, request: Request) -> Response:
        """Põe alguém na lista de espera."""
        row = place_take(actor=self.membership, **self.named(self.read(WaitingPlaceIn)))
        return Response(WaitingPlaceOut(row).data, status=201)


class WaitingPlaceDetail(AgendaView):
    """Um lugar na lista de espera."""

    queryset = WaitingPlace.unscoped.none()

    @extend_schema(
        tags=TAGS,
        operation_id="lista_de_espera_destroy",
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, waiting_id: UUID) -> Response:
        """Tira alguém da lista de espera."""
        row = self.found(WaitingPlace.objects.all(), waiting_id)
        place_leave(place=row, actor=self.membership)
        return Response(status=204)
