"""Score de um contato."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import NoInput
from common.errors import NotFound
from contacts.models import Contact
from leadscoring.api.serializers import ScoreOut
from leadscoring.models import LeadScore
from leadscoring.selectors import score_of
from leadscoring.services.scoring import score_recalculate

TAGS = ["score"]


class ScoreView(CompanyView):
    """Finds the person among those the caller may see; the rest is missing."""

    # Read by the schema only, which has no company.
    queryset = LeadScore.unscoped.none()
    serializer_class: Any = ScoreOut

    def contact(self, contact_id: UUID) -> Contact:
        """Return a person the caller may see. Raises NotFound."""
        row = Contact.objects.visible_to(self.membership).filter(pk=contact_id).first()
        if row is None:
            raise NotFound
        self.saw([row])
        return row

    def shown(self, row: LeadScore) -> Response:
        """Answer a score with its reasons."""
        context = {**self.get_serializer_context(), "company": self.membership.company}
        return Response(ScoreOut(row, context=context).data)


class ScoreDetail(ScoreView):
    """Obter."""

    @extend_schema(tags=TAGS, operation_id="contatos_score_retrieve", responses=ScoreOut)
    def get(self, request: Request, contact_id: UUID) -> Response:
        """Obtém o score de um contato, com o motivo de cada ponto.

        Um contato novo que ainda não foi pontuado é pontuado agora.
        """
        contact = self.contact(contact_id)
        return self.shown(score_of(contact.pk) or score_recalculate(contact=contact))


class ScoreRecalculate(ScoreView):
    """Recalcular."""

    serializer_class = NoInput

    @extend_schema(
        tags=TAGS, operation_id="contatos_score_recalcular", request=None, responses=ScoreOut
    )
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Recalcula o score agora. Sem fatos novos, no mesmo dia, os números não mudam."""
        contact = self.contact(contact_id)
        self.read(NoInput)
        return self.shown(score_recalculate(contact=contact))
