from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    """People, and what is known of them."""

    name = "contacts"
    verbose_name = _("Contatos")
