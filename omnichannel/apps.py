from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OmnichannelConfig(AppConfig):
    """Channels, conversations and messages."""

    name = "omnichannel"
    verbose_name = _("Canais e conversas")
