"""Addresses of the fake SMS providers and of the patients' page."""

from __future__ import annotations

from django.urls import path

from simulator.sms import providers, views

urlpatterns = [
    path("", views.page, name="simulator_sms"),
    path("conversa/", views.thread, name="simulator_sms_thread"),
    path("escrever/", views.write, name="simulator_sms_write"),
    path("falha/", views.fault, name="simulator_sms_fault"),
    path("twilio/2010-04-01/Accounts/<str:sid>/Messages.json", providers.twilio),
    path("twilio/2010-04-01/Accounts/<str:sid>.json", providers.twilio_account),
    path(
        "twilio/2010-04-01/Accounts/<str:sid>/Messages/<str:message>/Media/ME0",
        providers.twilio_file,
    ),
    path("guardado/<str:message>", providers.stored_file, name="simulator_sms_file"),
    path("zenvia/v2/channels/sms/messages", providers.zenvia),
    path("zenvia/v2/subscriptions", providers.zenvia_subscriptions),
    path("infobip/sms/3/messages", providers.infobip),
    path("infobip/account/1/balance", providers.infobip_balance),
    path("http/send", providers.http),
]
