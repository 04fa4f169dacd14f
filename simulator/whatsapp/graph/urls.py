"""Graph's addresses, under whatever version the caller puts first."""

from __future__ import annotations

from django.urls import re_path

from simulator.whatsapp.graph import accounts, media, messages, nodes, templates, uploads
from simulator.whatsapp.graph.requests import graph_view, unknown_path

VERSION = r"^v\d{1,3}\.\d{1,2}/"
NODE = VERSION + r"(?P<node_id>\d{1,32})"

urlpatterns = [
    re_path(VERSION + r"debug_token/?$", graph_view(get=accounts.debug_token)),
    re_path(VERSION + r"app/uploads/?$", graph_view(post=uploads.begin)),
    re_path(VERSION + r"upload:(?P<session>[\w=.-]{1,400})/?$", graph_view(post=uploads.finish)),
    re_path(NODE + r"/messages/?$", graph_view(post=messages.send)),
    re_path(NODE + r"/marketing_messages/?$", graph_view(post=messages.send)),
    re_path(NODE + r"/media/?$", graph_view(post=media.upload)),
    re_path(
        NODE + r"/message_templates/?$",
        graph_view(get=templates.listing, post=templates.create, delete=templates.delete),
    ),
    re_path(
        NODE + r"/whatsapp_business_profile/?$",
        graph_view(get=accounts.profile, post=accounts.profile_edit),
    ),
    re_path(NODE + r"/register/?$", graph_view(post=accounts.register)),
    re_path(NODE + r"/deregister/?$", graph_view(post=accounts.deregister)),
    re_path(NODE + r"/phone_numbers/?$", graph_view(get=accounts.numbers)),
    re_path(
        NODE + r"/subscribed_apps/?$",
        graph_view(
            get=accounts.subscriptions, post=accounts.subscribe, delete=accounts.unsubscribe
        ),
    ),
    re_path(NODE + r"/?$", graph_view(get=nodes.read, post=nodes.write, delete=nodes.delete)),
    re_path(r"^whatsapp_business/attachments/?$", media.download, name="media-download"),
    # What is left of a version or of an id is Graph's too, and answered in its shape.
    re_path(r"^(?:v\d|\d{5,32}(?:/|$)|me(?:/|$)|debug_token)", unknown_path),
]
