"""Records that may be one person, and records that were made one."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned

UNDO_WITHIN = timedelta(days=30)


class DuplicateReason(models.TextChoices):
    """Why two records are thought to be one person."""

    PHONE = "telefone", _("Mesmo telefone digitado")
    EMAIL = "email", _("Mesmo e-mail digitado")
    NAME = "nome", _("Mesmo nome e final do telefone")
    SAME_NAME = "mesmo_nome", _("Mesmo nome")
    USERNAME = "usuario", _("Mesmo nome de usuário")
    VERIFIED_PHONE = "telefone_verificado", _("Mesmo telefone verificado")
    VERIFIED_EMAIL = "email_verificado", _("Mesmo e-mail verificado")
    CODE = "codigo", _("Continuou a conversa com um código")
    IDENTITIES = "identidades", _("O provedor os trata como uma pessoa")
    NUMBER = "numero", _("Mesmo número, outra conta do WhatsApp")
    BY_HAND = "manual", _("Indicado pela equipe")


class DuplicateStatus(models.TextChoices):
    """What staff decided about a pair."""

    OPEN = "aberto", _("A conferir")
    MERGED = "mesclado", _("Mesclado")
    DIFFERENT = "diferente", _("São pessoas diferentes")


class DuplicatePair(CompanyOwned):
    """Two records that may be one person; `first` is the older one. Decided once: a pair that staff
    called different is not brought up again for what they refused.

    `is_strong` tells that both addresses are proven. `evidence` is a digest of what the two have in
    common, `refused` those that staff have refused already: only a proof that is new brings a
    pair back.
    """

    first = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("motivo"), max_length=20, choices=DuplicateReason)
    status = models.CharField(
        _("situação"), max_length=20, choices=DuplicateStatus, default=DuplicateStatus.OPEN
    )
    is_strong = models.BooleanField(_("comprovado"), default=False, db_default=False)
    evidence = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    refused = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    decided_by = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decidido por"),
        # Nobody asks for it but whoever deletes a member, which is seldom, of a small table.
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decidido em"), null=True, blank=True)

    class Meta:
        verbose_name = _("duplicado provável")
        verbose_name_plural = _("duplicados prováveis")
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="duplicate_pair_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="duplicate_pair_ordered"
            ),
        )
        indexes = (
            models.Index(
                fields=("company", "-id"),
                condition=models.Q(status=DuplicateStatus.OPEN),
                name="duplicate_pair_open",
            ),
            # What two people have in common who are two: a family's address tells nobody apart.
            models.Index(
                fields=("company", "evidence"),
                condition=models.Q(status=DuplicateStatus.DIFFERENT) & ~models.Q(evidence=""),
                name="duplicate_pair_refused",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"


class ContactMerge(CompanyOwned):
    """What became of two records that were made one, from which it can be undone for 30 days.

    `moved` names, for each table, the rows that changed hands: {"omnichannel.conversation": [ids]}.
    `before` and `after` hold the kept record's own fields on either side.
    """

    kept = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+"
    )
    moved = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("desfeita em"), null=True, blank=True)

    class Meta:
        verbose_name = _("mescla de contatos")
        verbose_name_plural = _("mesclas de contatos")
        ordering = ("-id",)
        constraints = (
            # A record is part of one other at a time.
            models.UniqueConstraint(
                fields=("gone",),
                condition=models.Q(undone_at=None),
                name="contact_merge_one_standing",
            ),
        )

    def __str__(self) -> str:
        return str(self.kept)

    @property
    def may_be_undone(self) -> bool:
        """Whether it stands and is young enough."""
        return self.undone_at is None and self.created_at > timezone.now() - UNDO_WITHIN
