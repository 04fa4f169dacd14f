"""The phone page's addresses."""

from __future__ import annotations

from django.urls import path

from simulator.whatsapp.phone import views

app_name = "simulator"
urlpatterns = [
    path("", views.page, name="page"),
    path("telefone/<uuid:number_id>/pessoas/", views.people_list, name="people"),
    path("telefone/<uuid:number_id>/<uuid:person_id>/conversa/", views.chat, name="chat"),
    path("telefone/<uuid:number_id>/<uuid:person_id>/novidades/", views.news, name="news"),
    path("telefone/arquivos/<str:graph_id>/", views.media, name="media"),
]
