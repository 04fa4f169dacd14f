"""Sugestões de que dois contatos são a mesma pessoa, e mesclas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import Id, NoInput, StrictSerializer
from common.errors import NotFound
from contacts.models import Contact, ContactMerge, DuplicatePair, DuplicateStatus
from contacts.services.duplicates import pair_confirm, pair_dismiss
from contacts.services.merging import merge_undo
from contacts.suggestions import merges_seen, suggestions_seen

TAGS = ["contatos"]


class SuggestionOut(serializers.ModelSerializer[DuplicatePair]):
    """Dois contatos que podem ser a mesma pessoa, e por quê."""

    contacts = serializers.SerializerMethodField(help_text="Os dois contatos, o mais antigo antes.")
    decided_by = serializers.UUIDField(source="decided_by_id", allow_null=True)

    class Meta:
        model = DuplicatePair
        fields = (
            *("id", "contacts", "reason", "is_strong", "status"),
            *("created_at", "decided_by", "decided_at"),
        )
        extra_kwargs = {  # noqa: RUF012  (Django REST framework's own name)
            "is_strong": {"help_text": "O endereço foi comprovado dos dois lados."}
        }

    def get_contacts(self, pair: DuplicatePair) -> list[UUID]:
        """Name both."""
        return [pair.first_id, pair.second_id]


class MergeOut(serializers.ModelSerializer[ContactMerge]):
    """Dois cadastros que viraram um."""

    kept = serializers.UUIDField(source="kept_id", help_text="O contato que ficou.")
    gone = serializers.UUIDField(source="gone_id", help_text="O contato que passou a ser dele.")

    class Meta:
        model = ContactMerge
        fields = ("id", "kept", "gone", "created_at", "undone_at")


class ConfirmIn(StrictSerializer):
    """Qual dos dois cadastros fica."""

    keep = Id(
        required=False,
        help_text="Id do contato que fica; sem ele, fica o que tem nome, ou o mais antigo.",
    )


class SuggestionFilter(filters.FilterSet):
    """?status= ?contact= ?is_strong="""

    status = filters.ChoiceFilter(choices=DuplicateStatus.choices, help_text="Situação.")
    contact = filters.UUIDFilter(method="by_contact", help_text="Id de um dos dois contatos.")
    is_strong = filters.BooleanFilter(help_text="Só os comprovados, ou só os outros.")

    def by_contact(self, rows: Any, name: str, value: UUID) -> Any:
        """Keep the pairs of one person."""
        return rows.filter(Q(first=value) | Q(second=value))


class SuggestionsView(CompanyView):
    """What the views of suggestions share."""

    # Read by the schema only, which has no company.
    queryset = DuplicatePair.unscoped.none()
    serializer_class: Any = NoInput

    def pair(self, suggestion_id: UUID) -> DuplicatePair:
        """Return a pair whose people the caller may see. Raises NotFound."""
        rows = suggestions_seen(self.membership).select_related("first", "second")
        pair: DuplicatePair = self.found(rows, suggestion_id)
        return pair


class Suggestions(SuggestionsView):
    """Lista."""

    filterset_class = SuggestionFilter
    serializer_class = SuggestionOut

    @extend_schema(tags=TAGS, operation_id="sugestoes_list", responses=SuggestionOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os pares de contatos que podem ser a mesma pessoa, do mais novo ao mais antigo.

        Só aparecem pares em que quem chama pode ver os dois contatos.
        """
        return self.page(suggestions_seen(self.membership), SuggestionOut)


class SuggestionConfirm(SuggestionsView):
    """Confirmar."""

    names_rows = True
    serializer_class = ConfirmIn

    @extend_schema(
        tags=TAGS, operation_id="sugestoes_confirmar", request=ConfirmIn, responses=MergeOut
    )
    def post(self, request: Request, suggestion_id: UUID) -> Response:
        """Une os dois contatos. A mescla pode ser desfeita por 30 dias.

        Repetir devolve a mesma mescla; se um colega disse que são pessoas diferentes, 409 com
        `sugestao_decidida`.
        """
        pair = self.pair(suggestion_id)
        keep = self.read(ConfirmIn).get("keep")
        both: dict[UUID | None, Contact] = {
            pair.first_id: pair.first,
            pair.second_id: pair.second,
        }
        kept = both.get(keep)
        if keep is not None and kept is None:
            raise NotFound
        merge = pair_confirm(pair=pair, actor=self.membership, kept=kept)
        return Response(MergeOut(merge).data)


class SuggestionRefuse(SuggestionsView):
    """Recusar."""

    @extend_schema(
        tags=TAGS, operation_id="sugestoes_recusar", request=None, responses=SuggestionOut
    )
    def post(self, request: Request, suggestion_id: UUID) -> Response:
        """Diz que são pessoas diferentes; o par não volta pelo mesmo motivo."""
        pair = self.pair(suggestion_id)
        self.read(NoInput)
        row = pair_dismiss(pair=pair, actor=self.membership)
        return Response(SuggestionOut(row).data)


class MergeUndo(CompanyView):
    """Desfazer."""

    queryset = ContactMerge.unscoped.none()
    serializer_class: Any = NoInput

    @extend_schema(tags=TAGS, operation_id="mesclas_desfazer", request=None, responses=MergeOut)
    def post(self, request: Request, merge_id: UUID) -> Response:
        """Desfaz uma mescla de até 30 dias: cada contato volta a ter o que era seu."""
        merge = self.found(merges_seen(self.membership), merge_id)
        self.read(NoInput)
        return Response(MergeOut(merge_undo(merge=merge, actor=self.membership)).data)
