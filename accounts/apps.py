from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Listens to logins, for the audit."""

    name = "accounts"
    verbose_name = _("Contas")

    def ready(self) -> None:
        """Connect the listeners."""
        import accounts.signals  # noqa: F401
