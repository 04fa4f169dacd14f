"""Addresses of queues and tickets."""

from __future__ import annotations

from django.urls import path

from queues.api import macros, me, queues, quick_replies, several, tickets

QUEUE = "filas/<uuid:queue_id>/"
QUICK = "respostas-rapidas/<uuid:quick_reply_id>/"
MACRO = "macros/<uuid:macro_id>/"
TICKET = "atendimentos/<uuid:ticket_id>/"

urlpatterns = [
    path("conversas/acoes/", several.ConversationsAct.as_view(), name="api-acts"),
    path("eu/", me.Me.as_view(), name="api-me"),
    path("filas/", queues.Queues.as_view(), name="api-queues"),
    path(QUEUE, queues.QueueDetail.as_view(), name="api-queue"),
    path(f"{QUEUE}metricas/", queues.QueueMetrics.as_view(), name="api-queue-metrics"),
    path(f"{QUEUE}atendimentos/", queues.QueueTickets.as_view(), name="api-queue-tickets"),
    path(f"{QUEUE}proximo-atendimento/", queues.NextTicket.as_view(), name="api-queue-next"),
    path(f"{QUEUE}membros/", queues.Members.as_view(), name="api-queue-members"),
    path(f"{QUEUE}distribuir/", queues.Drain.as_view(), name="api-queue-drain"),
    path("respostas-rapidas/", quick_replies.QuickReplies.as_view(), name="api-quick-replies"),
    path(QUICK, quick_replies.QuickReplyDetail.as_view(), name="api-quick-reply"),
    path(f"{QUICK}arquivos/", quick_replies.QuickFiles.as_view(), name="api-quick-reply-files"),
    path("macros/", macros.Macros.as_view(), name="api-macros"),
    path(MACRO, macros.MacroDetail.as_view(), name="api-macro"),
    path(f"{MACRO}executar/", macros.MacroExecute.as_view(), name="api-macro-run"),
    path("atendimentos/", tickets.Tickets.as_view(), name="api-tickets"),
    path(TICKET, tickets.TicketDetail.as_view(), name="api-ticket"),
    path(f"{TICKET}historico/", tickets.History.as_view(), name="api-ticket-history"),
    path(f"{TICKET}assumir/", tickets.TicketTake.as_view(), name="api-ticket-take"),
    path(f"{TICKET}atribuir/", tickets.Assign.as_view(), name="api-ticket-assign"),
    path(f"{TICKET}transferir/", tickets.Transfer.as_view(), name="api-ticket-transfer"),
    path(f"{TICKET}devolver/", tickets.Return.as_view(), name="api-ticket-return"),
    path(f"{TICKET}finalizar/", tickets.Finish.as_view(), name="api-ticket-finish"),
    path(f"{TICKET}prioridade/", tickets.Priority.as_view(), name="api-ticket-priority"),
]
