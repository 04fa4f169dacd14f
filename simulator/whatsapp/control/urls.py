"""The control API: what the phone page's buttons and tests call."""

from __future__ import annotations

from django.urls import path

from simulator.whatsapp.control import conditions, people
from simulator.whatsapp.control.requests import control_view

urlpatterns = [
    path("numbers/", control_view(get=people.numbers_list, post=people.numbers_create)),
    path("people/", control_view(get=people.people_list, post=people.people_create)),
    path("people/<str:wa_id>/", control_view(patch=people.person_switch)),
    path("media/", control_view(post=people.media_create)),
    path("messages/", control_view(post=people.messages_create)),
    path("messages/<path:wamid>/", control_view(post=people.message_act)),
    path("chats/open/", control_view(post=people.chat_open)),
    path("echoes/", control_view(post=people.echo_create)),
    path("sends/", control_view(get=people.sends_list)),
    path(
        "faults/",
        control_view(
            get=conditions.faults_list,
            post=conditions.faults_create,
            delete=conditions.faults_delete,
        ),
    ),
    path("clock/", control_view(get=conditions.clock_show, post=conditions.clock_change)),
    path("templates/", control_view(get=conditions.templates_list)),
    path("templates/<str:graph_id>/", control_view(post=conditions.template_verdict)),
    path("notices/", control_view(post=conditions.notices_create)),
    path("webhooks/", control_view(get=conditions.webhooks_list)),
    path("webhooks/repeat/", control_view(post=conditions.webhooks_repeat)),
    path("scenarios/", control_view(get=conditions.scenarios_list, post=conditions.scenarios_play)),
    path("reset/", control_view(post=conditions.reset)),
]
