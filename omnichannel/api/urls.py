"""Addresses of channels, conversations, messages and the set-up of WhatsApp."""

from __future__ import annotations

from django.urls import path

from omnichannel.api import (
    channels,
    conversations,
    elsewhere,
    measuring,
    messages,
    scheduled,
    whatsapp,
)

CONVERSATION = "conversas/<uuid:conversation_id>/"

urlpatterns = [
    path("canais/", channels.Channels.as_view(), name="api-channels"),
    path("canais/<uuid:channel_id>/", channels.ChannelDetail.as_view(), name="api-channel"),
    path(
        "canais/<uuid:channel_id>/validar/",
        channels.ChannelValidate.as_view(),
        name="api-validate",
    ),
    path(
        "canais/<uuid:channel_id>/registrar/",
        channels.ChannelRegister.as_view(),
        name="api-register",
    ),
    path(
        "canais/<uuid:channel_id>/assinar/",
        channels.ChannelSubscribe.as_view(),
        name="api-subscribe",
    ),
    path("canais/<uuid:channel_id>/testar/", channels.ChannelTest.as_view(), name="api-try"),
    path(
        "canais/<uuid:channel_id>/trocar-endereco/",
        channels.ChannelRekey.as_view(),
        name="api-rekey",
    ),
    path("conversas/", conversations.Conversations.as_view(), name="api-conversations"),
    path(
        "conversas/buscar/",
        conversations.ConversationSearch.as_view(),
        name="api-conversation-search",
    ),
    path(CONVERSATION, conversations.ConversationDetail.as_view(), name="api-conversation"),
    path(f"{CONVERSATION}mensagens/", messages.Messages.as_view(), name="api-messages"),
    path(f"{CONVERSATION}agendadas/", scheduled.Scheduled.as_view(), name="api-scheduled"),
    path(
        f"{CONVERSATION}agendadas/<uuid:scheduled_id>/",
        scheduled.ScheduledDetail.as_view(),
        name="api-scheduled-one",
    ),
    path(f"{CONVERSATION}medir/", measuring.Measured.as_view(), name="api-measure"),
    path(f"{CONVERSATION}anexos/", messages.Upload.as_view(), name="api-attach"),
    path(
        f"{CONVERSATION}transferir-humano/",
        conversations.TransferToHuman.as_view(),
        name="api-transfer",
    ),
    path(f"{CONVERSATION}alcances/", elsewhere.Reaches.as_view(), name="api-reaches"),
    path(f"{CONVERSATION}continuar/", elsewhere.Continue.as_view(), name="api-continue"),
    path(f"{CONVERSATION}fechar/", conversations.Close.as_view(), name="api-close"),
    path(f"{CONVERSATION}assumir/", conversations.ConversationTake.as_view(), name="api-take"),
    path(f"{CONVERSATION}liberar/", conversations.Release.as_view(), name="api-release"),
    path(
        f"{CONVERSATION}devolver-robo/",
        conversations.ReturnToBot.as_view(),
        name="api-return-to-bot",
    ),
    path(f"{CONVERSATION}adiar/", conversations.Snooze.as_view(), name="api-snooze"),
    path(f"{CONVERSATION}retomar/", conversations.Wake.as_view(), name="api-wake"),
    path(f"{CONVERSATION}reabrir/", conversations.Reopen.as_view(), name="api-reopen"),
    path(f"{CONVERSATION}lida/", conversations.Seen.as_view(), name="api-seen"),
    path("mensagens/<uuid:message_id>/reenviar/", messages.Retry.as_view(), name="api-retry"),
    path("anexos/<uuid:attachment_id>/", messages.Download.as_view(), name="api-file"),
    path("whatsapp/config/", whatsapp.Config.as_view(), name="api-wa-config"),
    path("whatsapp/perfil-negocio/", whatsapp.BusinessProfile.as_view(), name="api-wa-profile"),
    path("whatsapp/templates/", whatsapp.TemplateList.as_view(), name="api-wa-templates"),
    path("whatsapp/templates/sincronizar/", whatsapp.TemplatesSync.as_view(), name="api-wa-sync"),
    path("whatsapp/test-envio/", whatsapp.TestSend.as_view(), name="api-wa-test"),
]
