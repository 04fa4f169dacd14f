"""Addresses of the visitor's door, under /chat/."""

from __future__ import annotations

from django.urls import path, register_converter

from visitors import pages, uploads, views


class Key:
    """A channel's public key."""

    regex = "[A-Za-z0-9_-]{22}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


register_converter(Key, "chatkey")
app_name = "visitors"

urlpatterns = [
    path("<chatkey:key>/", pages.PanelPage.as_view(), name="panel"),
    path("<chatkey:key>/config.json", pages.ConfigView.as_view(), name="config"),
    path("<chatkey:key>/sessao/", views.SessionView.as_view(), name="session"),
    path("<chatkey:key>/formulario/", views.FormView.as_view(), name="form"),
    path("<chatkey:key>/mensagens/", views.VisitorMessagesView.as_view(), name="messages"),
    path("<chatkey:key>/arquivos/", uploads.VisitorUploadView.as_view(), name="upload"),
    path("<chatkey:key>/arquivos/<uuid:attachment_id>/", views.FileView.as_view(), name="file"),
    path("<chatkey:key>/eventos/", views.EventsView.as_view(), name="events"),
    path("<chatkey:key>/historico/", views.HistoryView.as_view(), name="history"),
    path("<chatkey:key>/visto/", views.SeenView.as_view(), name="seen"),
    path("<chatkey:key>/digitando/", views.TypingView.as_view(), name="typing"),
    path("<chatkey:key>/avaliacao/", views.RatingView.as_view(), name="rating"),
    path("<chatkey:key>/offline/", views.OfflineView.as_view(), name="offline"),
    path("<chatkey:key>/continuar/", views.HandoverView.as_view(), name="handover"),
    path("<chatkey:key>/sair/", views.LeaveView.as_view(), name="leave"),
]
