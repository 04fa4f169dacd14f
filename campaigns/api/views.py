"""Campanhas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import BusinessCalendar
from campaigns.api.filters import CampaignFilter
from campaigns.api.serializers import (
    CampaignIn,
    CampaignOut,
    ForecastOut,
    MetricsOut,
    PeopleIn,
    RecipientOut,
    StartIn,
)
from campaigns.errors import CampaignNotReady
from campaigns.models import Campaign, CampaignVariant, Recipient
from campaigns.selectors import NUMBERS, costs_of, people_behind, results, totals_of
from campaigns.services import campaigns as life
from campaigns.services.audiences import audience_request, campaign_forecast
from campaigns.services.lists import Line, line_of, list_put
from common.api.fields import NoInput, OneOf, StrictSerializer
from common.api.pagination import CursorPages, NewestFirst
from common.api.permissions import ManagersOnly
from common.errors import NotFound
from contacts.models import Segment
from omnichannel.models import Channel, Template
from queues.models import Queue

TAGS = ["campanhas"]
OF_VARIANT = ("template", "message", "variables")


class RecipientsInOrder(CursorPages):
    """Recipients in the order of the list."""

    ordering = "id"


class CampaignView(CompanyView):
    """What the endpoints share. Campaigns are the managers' alone."""

    permission_classes = (ManagersOnly,)
    queryset: Any = Campaign.unscoped.none()
    serializer_class: Any = NoInput

    def rows(self) -> Any:
        """Return the campaigns the caller may see."""
        variants = CampaignVariant.objects.select_related("template")
        rows = Campaign.objects.visible_to(self.membership)
        return rows.prefetch_related(Prefetch("variants", variants))

    def campaign(self, campaign_id: UUID) -> Campaign:
        """Return a campaign the caller may see. Raises NotFound."""
        row: Campaign = self.found(self.rows().select_related("channel"), campaign_id)
        return row

    def shown(self, rows: list[Campaign]) -> Any:
        """Return the JSON of campaigns, their numbers counted in two statements."""
        context = {"totals": totals_of(rows), "costs": costs_of(rows)}
        return CampaignOut(rows, many=True, context=context).data

    def answer(self, campaign_id: Any, status: int = 200) -> Response:
        """Answer one campaign as it is now."""
        return Response(self.shown([self.campaign(campaign_id)])[0], status=status)

    def written(self, campaign: Campaign | None, **options: Any) -> dict[str, Any]:
        """Return what was sent, ids and names replaced by rows of the company. Raises NotFound."""
        given = self.read(CampaignIn, **options)
        for name, model in (
            ("channel", Channel),
            ("segment", Segment),
            ("calendar", BusinessCalendar),
            ("reply_queue", Queue),
        ):
            if given.get(name):
                given[name] = self.found(model.objects.all(), given[name])
        drafts = given.pop("variants", None)
        if any(name in given for name in OF_VARIANT):
            first = {name: given.pop(name) for name in OF_VARIANT if name in given}
            drafts = drafts or [first]
        if drafts is not None:
            channel = given.get("channel") or (campaign.channel if campaign else None)
            given["variants"] = [self._variant(channel, draft) for draft in drafts]
        return given

    def _variant(self, channel: Channel | None, draft: dict[str, Any]) -> life.VariantDraft:
        named, template = draft.get("template"), None
        if named:
            if channel is None:
                raise CampaignNotReady(fields={"channel": [_("Escolha o canal.")]})
            template = Template.objects.filter(waba_id=channel.waba_id, **named).first()
            if template is None:
                raise NotFound
        return life.VariantDraft(template, draft.get("message", ""), draft.get("variables"))


class Campaigns(CampaignView):
    """Lista e criação."""

    serializer_class = CampaignIn
    pagination_class = NewestFirst
    filterset_class = CampaignFilter
    names_rows = True

    @extend_schema(tags=TAGS, operation_id="campanhas_list", responses=CampaignOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista as campanhas, da mais nova à mais antiga, com seus números de agora."""
        found = self.paginate_queryset(self.filter_queryset(self.rows()))
        return self.get_paginated_response(self.shown(list(found or [])))

    @extend_schema(
        tags=TAGS, operation_id="campanhas_create", request=CampaignIn, responses={201: CampaignOut}
    )
    def post(self, request: Request) -> Response:
        """Cria um rascunho."""
        row = life.campaign_save(actor=self.membership, **self.written(None))
        return self.answer(row.pk, 201)


class CampaignDetail(CampaignView):
    """Uma campanha."""

    @extend_schema(tags=TAGS, operation_id="campanhas_retrieve", responses=CampaignOut)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Obtém uma campanha."""
        return self.answer(campaign_id)

    @extend_schema(
        tags=TAGS, operation_id="campanhas_update", request=CampaignIn, responses=CampaignOut
    )
    def patch(self, request: Request, campaign_id: UUID) -> Response:
        """Altera os campos enviados de um rascunho; depois do início recusa com 409."""
        row = self.campaign(campaign_id)
        life.campaign_save(actor=self.membership, campaign=row, **self.written(row, partial=True))
        return self.answer(campaign_id)

    @extend_schema(tags=TAGS, operation_id="campanhas_destroy", request=None, responses={204: None})
    def delete(self, request: Request, campaign_id: UUID) -> Response:
        """Apaga um rascunho."""
        row = self.campaign(campaign_id)
        self.read(NoInput)
        life.campaign_delete(campaign=row, actor=self.membership)
        return Response(status=204)


class CampaignMetrics(CampaignView):
    """Métricas."""

    @extend_schema(tags=TAGS, operation_id="campanhas_metricas", responses=MetricsOut)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Conta a campanha: funil, quem ficou de fora e por quê, falhas, versões e custo."""
        row = self.campaign(campaign_id)
        found = results(row)
        told = {
            "totals": found.totals,
            "left_out": found.left_out,
            "failures": [
                {"code": code, "detail": words, "count": n} for code, words, n in found.failures
            ],
            "opted_out_after": found.opted_out_after,
            "variants": [
                {"letter": one.letter, "delivered": one.totals.delivered, "share": one.share}
                for one in found.variants
            ],
            "winner": found.winner,
            "cost": {
                "forecast": None if row.forecast_cost is None else str(row.forecast_cost),
                "actual": str(found.cost or 0),
                "currency": row.currency,
            },
            "unpriced": found.unpriced,
        }
        return Response(MetricsOut(told).data)


class PeopleAsked(StrictSerializer):
    """Which of the people."""

    numero = OneOf(choices=[(one, one) for one in NUMBERS], required=False)


class Recipients(CampaignView):
    """Destinatários."""

    query_names = ("numero",)
    queryset = Recipient.unscoped.none()
    serializer_class = PeopleIn
    pagination_class = RecipientsInOrder

    @extend_schema(
        tags=TAGS,
        operation_id="campanhas_destinatarios",
        parameters=[
            OpenApiParameter("numero", str, enum=list(NUMBERS), description="Só quem ele conta.")
        ],
        responses=RecipientOut(many=True),
    )
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Lista quem está na campanha, inclusive quem ficou de fora e por quê."""
        row = self.campaign(campaign_id)
        asked = PeopleAsked(data={k: v for k, v in request.query_params.items() if k == "numero"})
        asked.is_valid(raise_exception=True)
        rows = people_behind(row, asked.validated_data.get("numero", ""))
        return self.page(rows.filter(company_id=row.company_id), RecipientOut)

    @extend_schema(
        tags=TAGS,
        operation_id="campanhas_destinatarios_create",
        request=PeopleIn,
        responses={202: CampaignOut},
    )
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Troca a lista de números, se veio uma, e monta o público de novo em segundo plano.

        `audience_state` passa por `montando` e termina em `pronto`.
        """
        row = self.campaign(campaign_id)
        given = self.read(PeopleIn)
        if "numbers" in given or "rows" in given:
            list_put(
                campaign=row,
                actor=self.membership,
                lines=_lines(given),
                proof=given.get("proof", ""),
            )
        audience_request(campaign=row, actor=self.membership)
        return self.answer(campaign_id, 202)


def _lines(given: dict[str, Any]) -> list[Line]:
    numbers = given.get("numbers", [])
    plain = [Line(n, raw) for n, raw in enumerate(numbers, 1)]
    rows = enumerate(given.get("rows", []), len(numbers) + 1)
    return [*plain, *(line_of(n, row) for n, row in rows)]


class CampaignForecast(CampaignView):
    """Previsão de custo."""

    @extend_schema(tags=TAGS, operation_id="campanhas_previsao", responses=ForecastOut)
    def get(self, request: Request, campaign_id: UUID) -> Response:
        """Prevê quanto custa o que falta enviar; 422 enquanto não há público."""
        found = campaign_forecast(self.campaign(campaign_id))
        if found is None:
            raise CampaignNotReady(fields={"audience": [_("Escolha o canal e monte o público.")]})
        lines = [
            {
                **{"market": one.market, "category": one.category, "count": one.count},
                **{"free": one.free, "cost": None if one.cost is None else str(one.cost)},
            }
            for one in found.lines
        ]
        told = {
            **{"currency": found.currency, "total": str(found.total)},
            **{"unpriced": found.unpriced, "is_confirmed": found.is_confirmed, "lines": lines},
        }
        return Response(ForecastOut(told).data)


class Start(CampaignView):
    """Iniciar."""

    serializer_class = StartIn

    @extend_schema(
        tags=TAGS, operation_id="campanhas_iniciar", request=StartIn, responses=CampaignOut
    )
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Começa agora, ou marca para `scheduled_at`. A segunda vez recusa com 409."""
        row = self.campaign(campaign_id)
        at = self.read(StartIn).get("scheduled_at")
        if at is None:
            life.campaign_start(campaign=row, actor=self.membership)
        else:
            life.campaign_schedule(campaign=row, actor=self.membership, at=at)
        return self.answer(campaign_id)


class CampaignAct(CampaignView):
    """An act without input."""

    def done(self, campaign_id: UUID, act: Callable[..., Any]) -> Response:
        """Do it and answer the campaign."""
        row = self.campaign(campaign_id)
        self.read(NoInput)
        act(campaign=row, actor=self.membership)
        return self.answer(campaign_id)


class Pause(CampaignAct):
    """Pausar."""

    @extend_schema(tags=TAGS, operation_id="campanhas_pausar", request=None, responses=CampaignOut)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Pausa na hora: nada mais é enviado depois da resposta."""
        return self.done(campaign_id, life.campaign_pause)


class Resume(CampaignAct):
    """Retomar."""

    @extend_schema(tags=TAGS, operation_id="campanhas_retomar", request=None, responses=CampaignOut)
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Continua de onde parou."""
        return self.done(campaign_id, life.campaign_resume)


class Cancel(CampaignAct):
    """Cancelar."""

    @extend_schema(
        tags=TAGS, operation_id="campanhas_cancelar", request=None, responses=CampaignOut
    )
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Encerra de vez; quem ainda não recebeu não recebe."""
        return self.done(campaign_id, life.campaign_cancel)


class Copy(CampaignView):
    """Copiar."""

    @extend_schema(
        tags=TAGS, operation_id="campanhas_copiar", request=None, responses={201: CampaignOut}
    )
    def post(self, request: Request, campaign_id: UUID) -> Response:
        """Cria um rascunho igual, sem as pessoas."""
        row = self.campaign(campaign_id)
        self.read(NoInput)
        made = life.campaign_copy(campaign=row, actor=self.membership)
        return self.answer(made.pk, 201)
