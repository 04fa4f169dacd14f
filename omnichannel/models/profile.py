"""What a provider shows of a person who wrote."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from common.scoping import CompanyOwned


def picture_path(profile: PersonProfile, filename: str) -> str:
    """Name the stored picture ourselves."""
    return str(PurePosixPath(str(profile.company_id), "rostos", str(uuid7())))


class PersonProfile(CompanyOwned):
    """When the provider was last asked who is behind an id, and a copy of the picture that they
    show there: its address lives days.
    """

    identity = models.OneToOneField(
        "contacts.ContactIdentity", on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField(_("perguntado em"))
    picture = models.FileField(_("foto"), upload_to=picture_path, max_length=255, blank=True)
    mime_type = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("perfil da pessoa")
        verbose_name_plural = _("perfis das pessoas")

    def __str__(self) -> str:
        return str(self.identity_id)
