"""How people come in: places offered by mail, and mails of the product itself."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Membership, User
from common.models import Base
from common.scoping import CompanyOwned


def new_nonce() -> str:
    """Return what makes the next token of a row another one."""
    return secrets.token_urlsafe(18)


class Invitation(CompanyOwned):
    """A place in a company that was offered by mail; the place itself is a membership that waits.

    pending -> accepted | declined | withdrawn. The mail's token is derived from the installation's
    secret, the row and its `nonce`, and kept as a hash, so that neither this table nor the broker
    holds anything that opens.
    """

    membership = models.OneToOneField(
        Membership, on_delete=models.SET_NULL, null=True, related_name="invitation"
    )
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    nonce = models.CharField(max_length=40, default=new_nonce, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("vence em"))
    accepted_at = models.DateTimeField(null=True, editable=False)
    declined_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("convite")
        verbose_name_plural = _("convites")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return str(self.pk)


class AccountMail(Base):
    """A mail of the product to a person who works with it. It has no words: they are written when
    it is sent, in the person's language.

    `due_at` is when it is tried next, null once it was sent or given up.
    """

    class Kind(models.TextChoices):
        INVITATION = "convite", _("Convite")
        RESET = "nova_senha", _("Nova senha")
        CHANGED = "senha_trocada", _("Senha trocada")

    kind = models.CharField(max_length=20, choices=Kind)
    # Nobody: an address without a login asked, and must take as long as one that has it.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, null=True, related_name="+"
    )
    language = models.CharField(max_length=10)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("e-mail do sistema")
        verbose_name_plural = _("e-mails do sistema")
        ordering = ("-created_at",)
        indexes = (
            # Serves the sweep for mails that are due.
            models.Index(
                fields=("due_at",),
                name="account_mail_due",
                condition=models.Q(due_at__isnull=False),
            ),
            # Serves the count of a person's recent mails of a kind.
            models.Index(fields=("user", "kind", "created_at"), name="account_mail_recent"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
