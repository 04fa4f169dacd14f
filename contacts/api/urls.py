"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from contacts.api.imports import ImportDetail, ImportRefusals, Imports
from contacts.api.lists import Consents, SegmentList, Tags
from contacts.api.suggestions import (
    MergeUndo,
    SuggestionConfirm,
    SuggestionRefuse,
    Suggestions,
)
from contacts.api.views import ContactDetail, Contacts, ContactSearch, Reveal

urlpatterns = [
    path("etiquetas/", Tags.as_view(), name="api-tags"),
    path("segmentos/", SegmentList.as_view(), name="api-segments"),
    path("contatos/", Contacts.as_view(), name="api-contacts"),
    path("contatos/buscar/", ContactSearch.as_view(), name="api-contact-search"),
    path("contatos/importar/", Imports.as_view(), name="api-imports"),
    path("contatos/importar/<uuid:job_id>/", ImportDetail.as_view(), name="api-import"),
    path(
        "contatos/importar/<uuid:job_id>/recusadas/",
        ImportRefusals.as_view(),
        name="api-import-refusals",
    ),
    path("contatos/sugestoes/", Suggestions.as_view(), name="api-suggestions"),
    path(
        "contatos/sugestoes/<uuid:suggestion_id>/confirmar/",
        SuggestionConfirm.as_view(),
        name="api-suggestion-confirm",
    ),
    path(
        "contatos/sugestoes/<uuid:suggestion_id>/recusar/",
        SuggestionRefuse.as_view(),
        name="api-suggestion-refuse",
    ),
    path("contatos/mesclas/<uuid:merge_id>/desfazer/", MergeUndo.as_view(), name="api-merge-undo"),
    path("contatos/<uuid:contact_id>/", ContactDetail.as_view(), name="api-contact"),
    path("contatos/<uuid:contact_id>/consentimentos/", Consents.as_view(), name="api-consents"),
    path("contatos/<uuid:contact_id>/revelar/", Reveal.as_view(), name="api-reveal"),
]
