"""Eu: quem chama, onde trabalha e o que pode."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import Membership, Presence
from accounts.models.presence import PresenceState
from queues.models import Queue

# What a role may do, as a frontend asks before it shows a button; each door checks again.
RIGHTS: dict[str, tuple[str, ...]] = {
    Membership.Role.ATTENDANT: ("atender",),
    Membership.Role.SUPERVISOR: ("atender", "supervisionar"),
    Membership.Role.ADMINISTRATOR: ("atender", "supervisionar", "administrar"),
}
ALL_RIGHTS = (*RIGHTS[Membership.Role.ADMINISTRATOR], "ver_todas_as_conversas", "ver_numeros")


def rights_of(membership: Membership) -> list[str]:
    """Name what somebody may do: what the role allows and what the company opened to attendants."""
    rights = list(RIGHTS[membership.role])
    if membership.is_manager or membership.company.attendants_see_all:
        rights.append("ver_todas_as_conversas")
    if membership.sees_numbers:
        rights.append("ver_numeros")
    return rights


class MeCompanyOut(serializers.Serializer[Any]):
    """The company the caller works in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    time_zone = serializers.CharField()


class MeQueueOut(serializers.Serializer[Any]):
    """A queue the caller works in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_active = serializers.BooleanField()


class MeSettingsOut(serializers.Serializer[Any]):
    """What of the company's settings a frontend has to know."""

    attendants_see_all = serializers.BooleanField()
    attendants_see_private = serializers.BooleanField()
    sign_messages = serializers.BooleanField()
    simultaneous_limit = serializers.IntegerField(
        help_text="Quantos atendimentos quem chama pode ter de uma vez."
    )


class MeOut(serializers.Serializer[Any]):
    """Who calls."""

    id = serializers.UUIDField(help_text="Id do membro: o `attendant` de conversas.")
    user = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    rights = serializers.ListField(
        child=serializers.ChoiceField(choices=[(one, one) for one in ALL_RIGHTS])
    )
    presence = serializers.ChoiceField(choices=PresenceState.choices)
    company = MeCompanyOut()
    queues = MeQueueOut(many=True)
    settings = MeSettingsOut()
    socket = serializers.CharField(
        help_text="Caminho do soquete; `eu/ticket/` dá o bilhete que o abre."
    )


EXAMPLE = OpenApiExample(
    "Atendente",
    value={
        "id": "0190a6f2-7c1e-7000-8000-000000000001",
        "user": "0190a6f2-7c1e-7000-8000-000000000002",
        "name": "Beto Lima",
        "email": "beto@clinica.example",
        "role": "atendente",
        "rights": ["atender", "ver_todas_as_conversas"],
        "presence": "online",
        "company": {
            "id": "0190a6f2-7c1e-7000-8000-000000000003",
            "name": "Clínica Exemplo",
            "time_zone": "America/Sao_Paulo",
        },
        "queues": [
            {"id": "0190a6f2-7c1e-7000-8000-000000000004", "name": "Recepção", "is_active": True}
        ],
        "settings": {
            "attendants_see_all": True,
            "attendants_see_private": False,
            "sign_messages": False,
            "simultaneous_limit": 5,
        },
        "socket": "/ws/atendimento/0190a6f2-7c1e-7000-8000-000000000003/",
    },
    response_only=True,
)


class Me(CompanyView):
    """Eu."""

    serializer_class = MeOut
    pagination_class = None

    @extend_schema(tags=["eu"], operation_id="eu", responses=MeOut, examples=[EXAMPLE])
    def get(self, request: Request) -> Response:
        """Diz quem chama, em que empresa, com que perfil, o que pode e em que filas atende."""
        member = self.membership
        presence = Presence.objects.filter(membership=member).first()
        company = member.company
        told = {
            "id": member.pk,
            "user": member.user_id,
            "name": member.user.name,
            "email": member.user.email,
            "role": member.role,
            "rights": rights_of(member),
            "presence": presence.state if presence else PresenceState.OFFLINE,
            "company": company,
            "queues": Queue.objects.filter(members__membership=member).order_by("name", "id"),
            "settings": {
                "attendants_see_all": company.attendants_see_all,
                "attendants_see_private": company.attendants_see_private,
                "sign_messages": company.sign_messages,
                "simultaneous_limit": member.limit,
            },
            "socket": f"/ws/atendimento/{company.pk}/",
        }
        return Response(MeOut(told).data)
