"""Addresses of the attendant's pages, under /atendimento/."""

from __future__ import annotations

from django.urls import path

from inbox.agenda import views as agenda
from inbox.board import views as board
from inbox.campaigns import steps
from inbox.campaigns import views as campaigns
from inbox.endings import views as endings
from inbox.flows import views as flows
from inbox.list import acts, narrowing, saved
from inbox.list import views as list_views
from inbox.macros import rules
from inbox.macros import views as macros
from inbox.people import directory, participants
from inbox.people import views as people
from inbox.people.visitors import BlockVisitorView
from inbox.push.views import PushView
from inbox.replies import views as replies
from inbox.reports import views as reports
from inbox.reports import wall
from inbox.shell import account, doors, palette, person, preferences, presence, second
from inbox.start import views as start
from inbox.talk import (
    actions,
    answers,
    drafts,
    elsewhere,
    files,
    gallery,
    mails,
    marking,
    measure,
    mentions,
    scheduled,
    snoozing,
    tickets,
    transcript,
)
from inbox.talk import views as talk

app_name = "inbox"

FLOW = "fluxos/<uuid:flow_id>/"
CAMPAIGN = "campanhas/<uuid:campaign_id>/"
QUICK = "respostas-rapidas/<uuid:quick_reply_id>/"
MACRO = "macros/<uuid:macro_id>/"
RULE = "regras/<uuid:rule_id>/"
LETTER = "mensagens/<uuid:message_id>/email/"
CONVERSATION = "conversas/<uuid:conversation_id>/"

urlpatterns = [
    path("", list_views.HomePage.as_view(), name="home"),
    path("entrar/", account.LoginPage.as_view(), name="login"),
    path("sair/", account.OwnLogoutView.as_view(), name="logout"),
    path("senha/", account.PasswordPage.as_view(), name="password"),
    path("entrar/codigo/", second.CodePage.as_view(), name="code"),
    path("conta/segundo-fator/", second.TwoFactorPage.as_view(), name="two-factor"),
    path("conta/", person.AccountPage.as_view(), name="account"),
    path("conta/sessoes/", person.SessionsView.as_view(), name="sessions-end"),
    path("conta/empresa/", person.SwitchView.as_view(), name="switch"),
    path("nova-senha/", doors.ResetPage.as_view(), name="reset"),
    path("nova-senha/escolher/", doors.ResetNewPage.as_view(), name="reset-new"),
    path("nova-senha/<str:token>/", doors.ResetLink.as_view(), name="reset-link"),
    path("convite/", doors.JoinPage.as_view(), name="join"),
    path("convite/<str:token>/", doors.JoinLink.as_view(), name="join-link"),
    path("convites/", account.InvitationsPage.as_view(), name="invitations"),
    path("convites/<uuid:membership_id>/", account.InvitationView.as_view(), name="invitation"),
    path("lista/acoes/", acts.ActsView.as_view(), name="acts"),
    path("lista/filtros/", narrowing.NarrowView.as_view(), name="narrow"),
    path("lista/filtros/salvar/", saved.SavedViewsView.as_view(), name="view-save"),
    path(
        "lista/filtros/<uuid:view_id>/apagar/", saved.SavedViewDropView.as_view(), name="view-drop"
    ),
    path("lista/todas/", acts.MatchingView.as_view(), name="matching"),
    path("lista/", list_views.RowsView.as_view(), name="list"),
    path("conversas/nova/", start.StartPage.as_view(), name="start"),
    path(CONVERSATION, talk.ConversationPage.as_view(), name="conversation"),
    path(f"{CONVERSATION}mensagens/", talk.MessagesView.as_view(), name="messages"),
    path(f"{CONVERSATION}modelos/", talk.TemplatesView.as_view(), name="templates"),
    path(f"{CONVERSATION}medida/", measure.MeasureView.as_view(), name="measure"),
    path(f"{CONVERSATION}respostas/", answers.AnswersView.as_view(), name="answers"),
    path(f"{CONVERSATION}rascunhos/", drafts.DraftsView.as_view(), name="drafts"),
    path("rascunhos/", drafts.OwnDraftsView.as_view(), name="own-drafts"),
    path(f"{CONVERSATION}rapidas/", replies.OfferedView.as_view(), name="offered"),
    path(
        f"{CONVERSATION}rapidas/<uuid:quick_reply_id>/usar/",
        replies.UseView.as_view(),
        name="reply-use",
    ),
    path("respostas-rapidas/", replies.RepliesPage.as_view(), name="replies"),
    path("respostas-rapidas/nova/", replies.ReplyPage.as_view(), name="reply-new"),
    path(QUICK, replies.ReplyPage.as_view(), name="reply"),
    path(f"{QUICK}apagar/", replies.ReplyDeleteView.as_view(), name="reply-delete"),
    path(f"{CONVERSATION}macros/", macros.MacroChoice.as_view(), name="talk-macros"),
    path(f"{CONVERSATION}{MACRO}", macros.MacroRunView.as_view(), name="macro-run"),
    path("macros/", macros.MacrosPage.as_view(), name="macros"),
    path("macros/nova/", macros.MacroPage.as_view(), name="macro-new"),
    path(MACRO, macros.MacroPage.as_view(), name="macro"),
    path(f"{MACRO}apagar/", macros.MacroDeleteView.as_view(), name="macro-delete"),
    path("finalizacao/", endings.EndingsPage.as_view(), name="endings"),
    path("regras/", rules.RulesPage.as_view(), name="rules"),
    path("regras/nova/", rules.RulePage.as_view(), name="rule-new"),
    path(RULE, rules.RulePage.as_view(), name="rule"),
    path(f"{RULE}simular/", rules.RuleTryPage.as_view(), name="rule-try"),
    path(f"{RULE}ligar/", rules.RuleSwitchView.as_view(), name="rule-switch"),
    path(f"{RULE}apagar/", rules.RuleDeleteView.as_view(), name="rule-delete"),
    path(f"{CONVERSATION}rascunho/", answers.DraftView.as_view(), name="draft"),
    path(f"{CONVERSATION}ler/", people.TalkReadView.as_view(), name="read-talk"),
    path(f"{CONVERSATION}leitura/", people.ReadingView.as_view(), name="reading"),
    path(f"{CONVERSATION}reescrita/", answers.RewriteView.as_view(), name="rewrite"),
    path(f"{CONVERSATION}outros-canais/", elsewhere.ElsewhereView.as_view(), name="elsewhere"),
    # Not beside the others: who is refused keeps the conversation that stands there.
    path("continuar/<uuid:conversation_id>/", elsewhere.ContinueView.as_view(), name="continue"),
    path(f"{CONVERSATION}anexos/", files.UploadView.as_view(), name="attach"),
    path(f"{CONVERSATION}estrelas/", marking.StarredView.as_view(), name="starred"),
    path(f"{CONVERSATION}mencoes/", mentions.MentionableView.as_view(), name="mentionable"),
    path(
        f"{CONVERSATION}mencoes/vistas/", mentions.MentionsSeenView.as_view(), name="mentions-seen"
    ),
    path(f"{CONVERSATION}fixar/", actions.PinView.as_view(), name="pin"),
    path(f"{CONVERSATION}midia/", gallery.MediaView.as_view(), name="media"),
    path(f"{CONVERSATION}controle/", actions.ControlView.as_view(), name="control"),
    path(f"{CONVERSATION}foto/", files.PictureView.as_view(), name="picture"),
    path(f"{CONVERSATION}assumir/", actions.TakeView.as_view(), name="take"),
    path(f"{CONVERSATION}liberar/", actions.ReleaseView.as_view(), name="release"),
    path(f"{CONVERSATION}devolver-robo/", actions.ReturnToBotView.as_view(), name="return-to-bot"),
    path(f"{CONVERSATION}pausar-robo/", actions.PauseBotView.as_view(), name="pause-bot"),
    path(f"{CONVERSATION}fechar/", actions.CloseView.as_view(), name="close"),
    path(f"{CONVERSATION}reabrir/", actions.ReopenView.as_view(), name="reopen"),
    path(f"{CONVERSATION}lida/", actions.ReadView.as_view(), name="read"),
    path(f"{CONVERSATION}nao-lida/", actions.UnreadView.as_view(), name="unread"),
    path(f"{CONVERSATION}agendar/", scheduled.ScheduleView.as_view(), name="schedule"),
    path(f"{CONVERSATION}agendadas/", scheduled.ScheduledView.as_view(), name="scheduled"),
    path(
        f"{CONVERSATION}agendadas/<uuid:scheduled_id>/cancelar/",
        scheduled.CancelView.as_view(),
        name="schedule-cancel",
    ),
    path(f"{CONVERSATION}adiar/", snoozing.SnoozeView.as_view(), name="snooze"),
    path(f"{CONVERSATION}retomar/", snoozing.WakeView.as_view(), name="wake"),
    path(f"{CONVERSATION}transcricao/", transcript.TranscriptView.as_view(), name="transcript"),
    path(f"{CONVERSATION}transferir/", tickets.TransferView.as_view(), name="transfer"),
    path(f"{CONVERSATION}finalizar/", tickets.FinishView.as_view(), name="finish"),
    path(f"{CONVERSATION}passada/", tickets.PassedView.as_view(), name="passed"),
    path(f"{CONVERSATION}contato/", people.RecordView.as_view(), name="record"),
    path(f"{CONVERSATION}revelar/", people.RevealView.as_view(), name="reveal"),
    path(f"{CONVERSATION}bloquear-visitante/", BlockVisitorView.as_view(), name="block-visitor"),
    path(f"{CONVERSATION}sobre/", people.AboutView.as_view(), name="about"),
    path(f"{CONVERSATION}dependentes/", people.DependentAddView.as_view(), name="dependent-add"),
    path(
        f"{CONVERSATION}dependentes/<uuid:contact_id>/desfazer/",
        people.DependentDropView.as_view(),
        name="dependent-drop",
    ),
    path(f"{CONVERSATION}assinatura/", mails.SignatureView.as_view(), name="signature"),
    path(
        f"{CONVERSATION}sugestoes/<uuid:pair_id>/confirmar/",
        people.SuggestionConfirmView.as_view(),
        name="suggestion-confirm",
    ),
    path(
        f"{CONVERSATION}sugestoes/<uuid:pair_id>/recusar/",
        people.SuggestionRefuseView.as_view(),
        name="suggestion-refuse",
    ),
    path(
        f"{CONVERSATION}mesclas/<uuid:merge_id>/desfazer/",
        people.MergeUndoView.as_view(),
        name="merge-undo",
    ),
    path("acompanhadas/", participants.FollowedView.as_view(), name="followed"),
    path(
        f"{CONVERSATION}participantes/",
        participants.ParticipantsView.as_view(),
        name="participants",
    ),
    path(
        f"{CONVERSATION}participantes/tirar/",
        participants.ParticipantRemoveView.as_view(),
        name="participant-remove",
    ),
    path("proximo/", tickets.NextView.as_view(), name="next"),
    path("pacientes/", directory.DirectoryPage.as_view(), name="directory"),
    path("pacientes/exportar/", directory.DirectoryExport.as_view(), name="directory-export"),
    path("paleta/", palette.PaletteView.as_view(), name="palette"),
    path("avisos/", PushView.as_view(), name="push"),
    path("preferencias/", preferences.PreferencesView.as_view(), name="preferences"),
    path("agenda/", agenda.AgendaPage.as_view(), name="agenda"),
    path("agenda/<uuid:appointment_id>/", agenda.AppointmentView.as_view(), name="appointment"),
    path(f"{CONVERSATION}compromissos/", agenda.BookView.as_view(), name="book"),
    path(
        f"{CONVERSATION}compromissos/<uuid:appointment_id>/",
        agenda.TalkAppointmentView.as_view(),
        name="talk-appointment",
    ),
    path("presenca/", presence.PresenceView.as_view(), name="presence"),
    path("painel/", board.BoardPage.as_view(), name="board"),
    path("painel/<uuid:ticket_id>/", board.BoardTicketView.as_view(), name="board-ticket"),
    path("dashboard/", wall.WallPage.as_view(), name="wall"),
    path("relatorios/", reports.ReportsPage.as_view(), name="reports"),
    path("relatorios/atendimentos/", reports.BehindPage.as_view(), name="report-tickets"),
    path("campanhas/", campaigns.CampaignListPage.as_view(), name="campaigns"),
    path("campanhas/nova/", steps.AudienceStep.as_view(), name="campaign-new"),
    path(CAMPAIGN, campaigns.ResultPage.as_view(), name="campaign"),
    path(f"{CAMPAIGN}publico/", steps.AudienceStep.as_view(), name="campaign-audience"),
    path(f"{CAMPAIGN}mensagem/", steps.MessageStep.as_view(), name="campaign-message"),
    path(f"{CAMPAIGN}envio/", steps.SendingStep.as_view(), name="campaign-sending"),
    path(f"{CAMPAIGN}revisao/", steps.ReviewStep.as_view(), name="campaign-review"),
    path(f"{CAMPAIGN}pessoas/", campaigns.PeoplePage.as_view(), name="campaign-people"),
    path("fluxos/", flows.FlowsPage.as_view(), name="flows"),
    path(FLOW, flows.FlowPage.as_view(), name="flow"),
    path(f"{FLOW}publicar/", flows.FlowPublishView.as_view(), name="flow-publish"),
    path(f"{FLOW}ligar/", flows.FlowSwitchView.as_view(), name="flow-switch"),
    path(f"{FLOW}testar/", flows.FlowPlayView.as_view(), name="flow-play"),
    path(f"{FLOW}exportar/", flows.FlowExportView.as_view(), name="flow-export"),
    path(f"{FLOW}percursos/", flows.FlowRunsPage.as_view(), name="flow-runs"),
    path("mensagens/<uuid:message_id>/reagir/", marking.ReactView.as_view(), name="react"),
    path("mensagens/<uuid:message_id>/estrela/", marking.StarView.as_view(), name="star"),
    path("mensagens/<uuid:message_id>/encaminhar/", marking.ForwardView.as_view(), name="forward"),
    path(
        "mensagens/<uuid:message_id>/encaminhar/para/",
        marking.ForwardPlacesView.as_view(),
        name="forward-places",
    ),
    path("mensagens/<uuid:message_id>/reenviar/", actions.RetryView.as_view(), name="retry"),
    path(
        "anexos/<uuid:attachment_id>/baixar-de-novo/",
        files.DownloadAgainView.as_view(),
        name="file-retry",
    ),
    path(
        "anexos/<uuid:attachment_id>/transcrever/",
        files.TranscribeView.as_view(),
        name="file-transcribe",
    ),
    path(f"{LETTER}", mails.LetterPage.as_view(), name="letter"),
    path(f"{LETTER}citado/", mails.LetterRestView.as_view(), name="letter-rest"),
    path(f"{LETTER}pagina/", mails.LetterFrame.as_view(), name="letter-frame"),
    path(f"{LETTER}original/", mails.LetterRaw.as_view(), name="letter-raw"),
    path(f"{LETTER}encaminhada/", mails.LetterForwardedView.as_view(), name="letter-forwarded"),
    path(
        "emails/imagens/<str:token>/<int:place>/",
        mails.LetterPicture.as_view(),
        name="letter-picture",
    ),
    path("anexos/<uuid:attachment_id>/", files.DownloadView.as_view(), name="file"),
]
