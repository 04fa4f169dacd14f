"""The second thing that somebody proves themselves with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from common.crypto import EncryptedJSONField
from common.models import Base


class TwoFactor(Base):
    """A person's application of one-time codes (TOTP, RFC 6238), and their recovery codes as
    hashes. It counts once it is confirmed; `User.has_two_factor` says so to whoever asks often.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="two_factor")
    # {"key": base32}
    secret = EncryptedJSONField(editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    # The step of the last code that was taken: it and all before it are used up (RFC 6238, 5.2).
    last_step = models.BigIntegerField(default=0, editable=False)
    recovery = models.JSONField(default=list, editable=False)
    failed_count = models.PositiveSmallIntegerField(default=0, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("segundo fator")
        verbose_name_plural = _("segundos fatores")

    def __str__(self) -> str:
        return str(self.pk)
