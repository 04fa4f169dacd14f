"""The composition root as an app, for start-up checks, the demo and the commands that span
packages.
"""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class BackOfficeConfig(AdminConfig):
    """Django's admin with the site of common.admin."""

    default_site = "common.admin.BackOffice"


class ConfigConfig(AppConfig):
    """Registers checks and commands that need to see every package, and plugs them together."""

    name = "config"
    label = "config"
    verbose_name = _("Configuração")

    def ready(self) -> None:
        """Load the checks; plug the apps into each other; give every process and every thread of it
        the broker of the settings."""
        from django.apps import apps
        from django.db.models.signals import post_migrate
        from drf_spectacular.settings import spectacular_settings

        from config import checks, plugs  # noqa: F401
        from config.celery import app
        from config.roles import role_grant

        plugs.plug_in()

        # The last app with tables: whatever is new stands by then.
        post_migrate.connect(role_grant, sender=apps.get_app_config("simulator"))

        # Celery's current app is per thread: requests run in others than the one that started.
        app.set_default()
        app.conf.update(beat_schedule=plugs.beat_schedule(), task_routes=plugs.task_routes())
        names = {"ENUM_NAME_OVERRIDES": plugs.choices()}
        spectacular_settings.apply_patches(names)  # type: ignore[no-untyped-call]
