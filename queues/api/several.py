"""Um ato em várias conversas."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.fields import Count, Id, OneOf, StrictSerializer, Text
from contacts.models import Tag
from contacts.services.tagging import tag_wanted
from queues.api.base import QueuesView
from queues.models import Queue
from queues.services.several import MOST, ActOrder, TalkAct, conversations_act


class ActsIn(StrictSerializer):
    """An act, on which conversations, and what it needs."""

    act = OneOf(choices=[(act.value, act.value) for act in TalkAct])
    conversations = serializers.ListField(child=Id(), max_length=MOST, allow_empty=True)
    until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Para `adiar`; sem ele, até o paciente escrever."
    )
    tag = Text(max_length=60, required=False, help_text="Nome, para `etiquetar`.")
    attendant = Id(required=False, help_text="Para `atribuir`; sem ele, quem chama.")
    queue = Id(required=False, help_text="Para `transferir`.")
    reason = Text(max_length=100, required=False, help_text="Para `transferir` e `finalizar`.")
    priority = Count(min_value=1, max_value=10, required=False)


class RefusedOut(serializers.Serializer[Any]):
    """Why some could not, and how many."""

    detail = serializers.CharField()
    count = serializers.IntegerField()


class ActsOut(serializers.Serializer[Any]):
    """What became of it."""

    changed = serializers.ListField(child=serializers.UUIDField())
    same = serializers.ListField(
        child=serializers.UUIDField(), help_text="Já estavam assim: nada mudou."
    )
    refused = RefusedOut(many=True)


class ConversationsAct(QueuesView):
    """Vários de uma vez."""

    serializer_class: Any = ActsIn
    # Queue and attendant of the act.
    names_rows = True

    @extend_schema(
        tags=["conversas"], operation_id="conversas_acoes", request=ActsIn, responses=ActsOut
    )
    def post(self, request: Request) -> Response:
        """Faz o mesmo em até 100 conversas; o que uma recusa não impede as outras.

        Conversas que quem chama não pode ver contam como não encontradas.
        """
        given = self.read(ActsIn)
        outcome = conversations_act(
            actor=self.membership, ids=given["conversations"], order=self.order_of(given)
        )
        refused = [{"detail": why, "count": n} for why, n in sorted(outcome.refused.items())]
        body = {"changed": outcome.changed, "same": outcome.same, "refused": refused}
        return Response(ActsOut(body).data)

    def order_of(self, given: dict[str, Any]) -> ActOrder:
        """Read what the act needs. Raises NotFound."""
        act, tag, queue = TalkAct(given["act"]), given.get("tag", ""), given.get("queue")
        person = given.get("attendant")
        found: Tag | None = None
        if act == TalkAct.TAG:
            found = tag_wanted(tag, self.membership.company_id)
        elif act == TalkAct.UNTAG:
            found = Tag.objects.filter(name=tag).first()
        return ActOrder(
            act,
            until=given.get("until"),
            tag=found,
            attendant=self.person(person) if person else None,
            queue=self.row_of(Queue, queue) if queue else None,
            reason=given.get("reason", ""),
            priority=given.get("priority", 5),
        )
