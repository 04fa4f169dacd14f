"""Addresses of the fake accounts: their Graph API below `graph/`, and their people's page."""

from __future__ import annotations

from django.urls import path

from simulator.meta import conversations, graph, login, profile, views

urlpatterns = [
    path("", views.page, name="simulator_direct"),
    path("conversa/", views.thread, name="simulator_direct_thread"),
    path("escrever/", views.write, name="simulator_direct_write"),
    path("tocar/", views.tap, name="simulator_direct_tap"),
    path("acao/", views.act, name="simulator_direct_act"),
    path("conta/", views.switches, name="simulator_direct_switches"),
    path("rostos/<str:person>/", graph.face, name="simulator_direct_face"),
    path("arquivos/<str:mid>/", graph.file, name="simulator_direct_file"),
    path("dialog/oauth", login.facebook),
    path("oauth/authorize", login.instagram),
    path("oauth/access_token", login.tokens),
    path("graph/<str:version>/oauth/access_token", login.tokens),
    path("graph/<str:version>/access_token", login.longer),
    path("graph/<str:version>/me/accounts", login.pages),
    path("graph/<str:version>/debug_token", graph.debug_token),
    path("graph/<str:version>/refresh_access_token", graph.refresh),
    path("graph/<str:version>/<str:node>/messages", graph.messages),
    path("graph/<str:version>/<str:node>/message_attachments", graph.attachments),
    path("graph/<str:version>/<str:node>/subscribed_apps", graph.subscribed_apps),
    path("graph/<str:version>/<str:node>/take_thread_control", graph.take_thread_control),
    path("graph/<str:version>/<str:node>/conversations", conversations.conversations),
    path("graph/<str:version>/<str:node>/messenger_profile", profile.messenger_profile),
    path("graph/<str:version>/<str:node>", graph.node),
]
