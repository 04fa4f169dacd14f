"""Browsers that may be told of something while no page of ours is open."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership
from common.crypto import EncryptedJSONField
from common.scoping import CompanyOwned


class PushDevice(CompanyOwned):
    """One browser of one person, with its subscription to its maker's push service. It goes when
    its session ends, and when the service says that the subscription is gone.
    """

    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="push_devices"
    )
    # SHA-256, because the address lets whoever knows it try to write to the browser.
    endpoint_hash = models.CharField(max_length=64, unique=True, editable=False)
    # SHA-256 of the session's key.
    session_hash = models.CharField(max_length=64, db_index=True, editable=False)
    # {"endpoint", "p256dh", "auth", "session"}
    secret = EncryptedJSONField(default=dict, editable=False)
    # That of the page which subscribed, for who chose none.
    language = models.CharField(max_length=10, editable=False)

    class Meta:
        verbose_name = _("aparelho avisado")
        verbose_name_plural = _("aparelhos avisados")

    def __str__(self) -> str:
        return str(self.pk)
