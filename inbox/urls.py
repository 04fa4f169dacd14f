"""Addresses of the attendant's pages, under /atendimento/."""

from __future__ import annotations

from django.urls import path

from inbox.views import actions, board, campaigns, contacts, files, pages, queues, threads

app_name = "inbox"

CAMPAIGN = "campanhas/<uuid:campaign_id>/"
CONVERSATION = "conversas/<uuid:conversation_id>/"

urlpatterns = [
    path("", pages.Home.as_view(), name="home"),
    path("entrar/", pages.Login.as_view(), name="login"),
    path("sair/", pages.Logout.as_view(), name="logout"),
    path("lista/", pages.Rows.as_view(), name="list"),
    path(CONVERSATION, pages.ConversationPage.as_view(), name="conversation"),
    path(f"{CONVERSATION}mensagens/", threads.Messages.as_view(), name="messages"),
    path(f"{CONVERSATION}modelos/", threads.Templates.as_view(), name="templates"),
    path(f"{CONVERSATION}anexos/", files.Upload.as_view(), name="attach"),
    path(f"{CONVERSATION}assumir/", actions.Take.as_view(), name="take"),
    path(f"{CONVERSATION}liberar/", actions.Release.as_view(), name="release"),
    path(f"{CONVERSATION}fechar/", actions.Close.as_view(), name="close"),
    path(f"{CONVERSATION}reabrir/", actions.Reopen.as_view(), name="reopen"),
    path(f"{CONVERSATION}lida/", actions.Read.as_view(), name="read"),
    path(f"{CONVERSATION}transferir/", queues.Transfer.as_view(), name="transfer"),
    path(f"{CONVERSATION}finalizar/", queues.Finish.as_view(), name="finish"),
    path(f"{CONVERSATION}contato/", contacts.Record.as_view(), name="record"),
    path(f"{CONVERSATION}revelar/", contacts.Reveal.as_view(), name="reveal"),
    path(f"{CONVERSATION}sobre/", contacts.About.as_view(), name="about"),
    path(f"{CONVERSATION}dependentes/", contacts.DependentAdd.as_view(), name="dependent-add"),
    path(
        f"{CONVERSATION}dependentes/<uuid:contact_id>/desfazer/",
        contacts.DependentDrop.as_view(),
        name="dependent-drop",
    ),
    path("proximo/", queues.Next.as_view(), name="next"),
    path("presenca/", queues.PresenceMenu.as_view(), name="presence"),
    path("painel/", board.Board.as_view(), name="board"),
    path("painel/<uuid:ticket_id>/", board.BoardTicket.as_view(), name="board-ticket"),
    path("campanhas/", campaigns.CampaignList.as_view(), name="campaigns"),
    path("campanhas/nova/", campaigns.Audience.as_view(), name="campaign-new"),
    path(CAMPAIGN, campaigns.Result.as_view(), name="campaign"),
    path(f"{CAMPAIGN}publico/", campaigns.Audience.as_view(), name="campaign-audience"),
    path(f"{CAMPAIGN}mensagem/", campaigns.MessageStep.as_view(), name="campaign-message"),
    path(f"{CAMPAIGN}envio/", campaigns.Sending.as_view(), name="campaign-sending"),
    path(f"{CAMPAIGN}revisao/", campaigns.Review.as_view(), name="campaign-review"),
    path(f"{CAMPAIGN}pessoas/", campaigns.People.as_view(), name="campaign-people"),
    path("mensagens/<uuid:message_id>/reenviar/", actions.Retry.as_view(), name="retry"),
    path("anexos/<uuid:attachment_id>/", files.Download.as_view(), name="file"),
]
