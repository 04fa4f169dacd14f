"""Addresses of the fake sending provider and of the page of patients' mailboxes."""

from __future__ import annotations

from django.urls import path

from simulator.mail import views

urlpatterns = [
    path("", views.page, name="simulator_mail"),
    path("caixa/", views.mails, name="simulator_mail_mails"),
    path("escrever/", views.write, name="simulator_mail_write"),
    path("api/v1/send/message", views.send),
]
