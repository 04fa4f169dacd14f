from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Listens to logins, for the audit."""

    name = "accounts"
    verbose_name = "Contas"

    def ready(self) -> None:
        """Connect the listeners."""
        import accounts.signals  # noqa: F401
