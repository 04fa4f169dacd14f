"""Whom a provider does not let a channel reach for a while."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned
from omnichannel.models.channel import Channel


class SendingStop(CompanyOwned):
    """A person, or a whole country, that a channel's provider refused. Campaigns of its kind leave
    the person out, and its own campaigns the country, until `until`; replies are tried all the
    same.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Null and not "" in rows about a person: null is the one value that is never there twice.
    market = models.CharField(_("país"), max_length=2, null=True)  # noqa: DJ001
    code = models.CharField(_("código do erro"), max_length=60)
    until = models.DateTimeField(_("até"))

    class Meta:
        verbose_name = _("destino recusado")
        verbose_name_plural = _("destinos recusados")
        constraints = (
            models.UniqueConstraint(fields=("channel", "contact"), name="stop_person_once"),
            models.UniqueConstraint(fields=("channel", "market"), name="stop_country_once"),
            models.CheckConstraint(
                condition=Q(contact=None, market__isnull=False)
                | Q(contact__isnull=False, market=None),
                name="stop_of_one_thing",
            ),
        )
        indexes = (models.Index(fields=("until",), name="stop_end"),)

    def __str__(self) -> str:
        return self.code
