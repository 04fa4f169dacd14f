"""Equipe: quem trabalha na empresa, tenha aberto a central ou não."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import Membership
from accounts.models.presence import PresenceState
from common.api.pagination import CursorPages

TAGS = ["equipe"]


class TeamMemberOut(serializers.ModelSerializer[Membership]):
    """Somebody of the company; `id` is the `attendant` of conversations and tickets."""

    name = serializers.CharField(source="user.name")
    capacity = serializers.IntegerField(
        source="limit", help_text="Quantos atendimentos pode ter de uma vez."
    )
    presence = serializers.SerializerMethodField()

    class Meta:
        model = Membership
        fields = ("id", "name", "role", "capacity", "presence")

    @extend_schema_field(serializers.ChoiceField(choices=PresenceState.choices))
    def get_presence(self, row: Membership) -> str:
        """How they stand; whoever never came is offline."""
        found = getattr(row, "presence", None)
        return str(found.state if found else PresenceState.OFFLINE)


class TeamInOrder(CursorPages):
    """People in the order in which they came."""

    ordering = ("id",)


class TeamView(CompanyView):
    """What list and detail share."""

    queryset = Membership.unscoped.none()
    pagination_class = TeamInOrder
    serializer_class = TeamMemberOut

    def rows(self) -> Any:
        """Return those who work there."""
        return Membership.objects.active().select_related("user", "company", "presence")


class Team(TeamView):
    """Lista."""

    @extend_schema(tags=TAGS, operation_id="equipe_list", responses=TeamMemberOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista quem trabalha na empresa, inclusive quem ainda não abriu a central."""
        return self.page(self.rows(), TeamMemberOut)


class TeamMember(TeamView):
    """Uma pessoa."""

    pagination_class: Any = None

    @extend_schema(tags=TAGS, operation_id="equipe_retrieve", responses=TeamMemberOut)
    def get(self, request: Request, member_id: UUID) -> Response:
        """Obtém uma pessoa da equipe."""
        return Response(TeamMemberOut(self.found(self.rows(), member_id)).data)
