"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from contacts.api.views import ContactDetail, Contacts

urlpatterns = [
    path("contatos/", Contacts.as_view(), name="api-contacts"),
    path("contatos/<uuid:contact_id>/", ContactDetail.as_view(), name="api-contact"),
]
