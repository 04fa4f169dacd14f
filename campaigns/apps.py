from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    """Lists of people, and what is sent to them."""

    name = "campaigns"
    verbose_name = _("Campanhas")
