"""Etiquetas, segmentos e o que cada pessoa permitiu."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.pagination import CursorPages
from contacts.models import Consent, Contact, Segment, SegmentCondition, Tag


class TagOut(serializers.ModelSerializer[Tag]):
    """A label that staff put on people."""

    class Meta:
        model = Tag
        fields = ("id", "name", "colour")


class SegmentConditionOut(serializers.ModelSerializer[SegmentCondition]):
    """One condition, in the words it was written in."""

    class Meta:
        model = SegmentCondition
        fields = ("field", "operator", "value")


class SegmentOut(serializers.ModelSerializer[Segment]):
    """A saved question about people; `contatos/?segment=` gives who is in it now."""

    conditions = SegmentConditionOut(many=True)

    class Meta:
        model = Segment
        fields = ("id", "name", "description", "match", "conditions")


class ConsentOut(serializers.ModelSerializer[Consent]):
    """One word of a person about being written to, as the ledger holds it."""

    class Meta:
        model = Consent
        fields = (
            *("id", "purpose", "channel", "is_granted", "legal_basis", "source"),
            *("proof", "text_version", "occurred_at"),
        )


class ByName(CursorPages):
    """Rows by name."""

    ordering = ("name", "id")


class ConsentsNewestFirst(CursorPages):
    """The latest word first."""

    ordering = ("-seq",)


class Tags(CompanyView):
    """Etiquetas."""

    queryset = Tag.unscoped.none()
    pagination_class = ByName
    serializer_class = TagOut

    @extend_schema(tags=["contatos"], operation_id="etiquetas_list", responses=TagOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as etiquetas da empresa, por nome."""
        return self.page(Tag.objects.all(), TagOut)


class SegmentList(CompanyView):
    """Segmentos."""

    queryset = Segment.unscoped.none()
    pagination_class = ByName
    serializer_class = SegmentOut

    @extend_schema(
        tags=["contatos"], operation_id="segmentos_list", responses=SegmentOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Lista os segmentos da empresa, por nome, com as condições de cada um."""
        return self.page(Segment.objects.prefetch_related("conditions"), SegmentOut)


class Consents(CompanyView):
    """Consentimentos."""

    queryset = Consent.unscoped.none()
    pagination_class = ConsentsNewestFirst
    serializer_class = ConsentOut

    @extend_schema(
        tags=["contatos"],
        operation_id="contatos_consentimentos",
        responses=ConsentOut(many=True),
    )
    def get(self, request: Request, contact_id: UUID) -> Response:
        """Lista o que a pessoa permitiu ou recusou, do mais novo ao mais antigo.

        O registro só cresce. Para mudar o que vale, altere `marketing_opt_in` do contato.
        """
        person = self.found(Contact.objects.visible_to(self.membership), contact_id)
        self.saw([person])
        return self.page(Consent.objects.filter(contact=person), ConsentOut)
