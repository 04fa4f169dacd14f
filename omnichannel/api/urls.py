"""Addresses of channels, conversations, messages and the set-up of WhatsApp."""

from __future__ import annotations

from django.urls import path

from omnichannel.api import conversations, messages

CONVERSATION = "conversas/<uuid:conversation_id>/"

urlpatterns = [
    path("conversas/", conversations.Conversations.as_view(), name="api-conversations"),
    path(CONVERSATION, conversations.ConversationDetail.as_view(), name="api-conversation"),
    path(f"{CONVERSATION}mensagens/", messages.Messages.as_view(), name="api-messages"),
    path(f"{CONVERSATION}anexos/", messages.Upload.as_view(), name="api-attach"),
    path(
        f"{CONVERSATION}transferir-humano/",
        conversations.TransferToHuman.as_view(),
        name="api-transfer",
    ),
    path(f"{CONVERSATION}fechar/", conversations.Close.as_view(), name="api-close"),
    path(f"{CONVERSATION}assumir/", conversations.Take.as_view(), name="api-take"),
    path(f"{CONVERSATION}liberar/", conversations.Release.as_view(), name="api-release"),
    path(f"{CONVERSATION}reabrir/", conversations.Reopen.as_view(), name="api-reopen"),
    path(f"{CONVERSATION}lida/", conversations.Seen.as_view(), name="api-seen"),
    path("mensagens/<uuid:message_id>/reenviar/", messages.Retry.as_view(), name="api-retry"),
    path("anexos/<uuid:attachment_id>/", messages.Download.as_view(), name="api-file"),
]
