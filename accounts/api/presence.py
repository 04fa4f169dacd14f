"""Presença: quem está trabalhando agora."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import PauseReason, Presence
from accounts.models.presence import PresenceState
from accounts.services.presence import presence_beat, presence_choose, reasons_of
from common.api.fields import Id, OneOf, StrictSerializer
from common.errors import NotFound

TAGS = ["presença"]


class PresenceOut(serializers.ModelSerializer[Presence]):
    """How somebody stands."""

    attendant = serializers.UUIDField(source="membership_id")
    name = serializers.CharField(source="membership.user.name")

    class Meta:
        model = Presence
        fields = ("attendant", "name", "state", "reason", "since", "last_seen_at")


class PresenceIn(StrictSerializer):
    """What the caller says of themselves; without `state` it only says that they are there."""

    state = OneOf(choices=PresenceState.choices, required=False)
    reason = Id(required=False, allow_null=True)


class PauseReasonOut(serializers.ModelSerializer[PauseReason]):
    """Why somebody may be away."""

    class Meta:
        model = PauseReason
        fields = ("id", "name")


class Presences(CompanyView):
    """Presença."""

    names_rows = True
    queryset = Presence.unscoped.none()
    serializer_class = PresenceIn
    # A team fits on one page.
    pagination_class = None

    @extend_schema(tags=TAGS, operation_id="presenca_list", responses=PresenceOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista como está cada pessoa da equipe que já abriu a central."""
        rows = Presence.objects.select_related("membership__user").order_by("membership_id")
        return Response(PresenceOut(rows, many=True).data)

    @extend_schema(
        tags=TAGS, operation_id="presenca_update", request=PresenceIn, responses=PresenceOut
    )
    def post(self, request: Request) -> Response:
        """Muda a própria presença. Sem `state`, é um sinal de vida: repita a cada 20 segundos."""
        given: dict[str, Any] = self.read(PresenceIn)
        reason = None
        if given.get("reason"):
            reason = PauseReason.objects.filter(pk=given["reason"]).first()
            if reason is None:
                raise NotFound
        if "state" in given:
            presence_choose(membership=self.membership, state=given["state"], reason=reason)
        else:
            presence_beat(membership=self.membership)
        row = Presence.objects.select_related("membership__user").get(membership=self.membership)
        return Response(PresenceOut(row).data)


class Reasons(CompanyView):
    """Motivos de pausa."""

    queryset = PauseReason.unscoped.none()
    serializer_class = PauseReasonOut
    pagination_class = None

    @extend_schema(
        tags=TAGS, operation_id="motivos_pausa_list", responses=PauseReasonOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Lista os motivos de pausa da empresa."""
        return Response(PauseReasonOut(reasons_of(self.membership.company_id), many=True).data)
