"""Browsers that opened the chat of a site, and what was agreed with them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class VisitorQuerySet(CompanyQuerySet["VisitorSession"]):
    """Named filters of sessions."""

    def going_on(self) -> VisitorQuerySet:
        """Keep sessions that have not ended."""
        return self.filter(ended_at=None)


class VisitorSession(CompanyOwned):
    """One browser in the chat of one channel.

    Two secrets of 256 bits open it, of which only the hashes are kept: the cookie's and the
    pointer's. `subject` is who the site signed that they are, "" for somebody unknown: it stays
    what it was when the session began. Name, e-mail and phone are what they typed, proven by
    nobody, but those that `signed` names: these the site signed. `address` is a keyed hash of the
    network they came from.
    """

    class AnswerBy(models.TextChoices):
        CHAT = "chat", _("Neste chat")
        EMAIL = "email", _("Por e-mail")
        WHATSAPP = "whatsapp", _("Pelo WhatsApp")

    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    pointer_hash = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    subject = models.CharField(_("identificação do site"), max_length=200, blank=True)
    # Without a new signature the session is theirs no longer than the last one holds.
    identified_until = models.DateTimeField(null=True, editable=False)
    # Whom their messages belong to, from the first one on.
    identity = models.ForeignKey(
        "contacts.ContactIdentity", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField(_("nome digitado"), max_length=200, blank=True)
    email = models.CharField(_("e-mail digitado"), max_length=254, blank=True)
    phone = models.CharField(_("telefone digitado"), max_length=40, blank=True)
    signed = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), editable=False
    )
    notice_version = models.CharField(_("versão do aviso"), max_length=20, blank=True)
    noticed_at = models.DateTimeField(_("aviso aceito em"), null=True)
    answer_by = models.CharField(
        _("como responder"), max_length=10, choices=AnswerBy, default=AnswerBy.CHAT
    )
    # {"path", "title", "utm"} of where they are: never more of an address than that.
    page = models.JSONField(_("página"), default=dict, blank=True)
    address = models.CharField(max_length=64, editable=False)
    seen_at = models.DateTimeField(_("visto em"))
    ended_at = models.DateTimeField(_("encerrada em"), null=True)

    objects = CompanyManager.from_queryset(VisitorQuerySet)()
    unscoped = models.Manager.from_queryset(VisitorQuerySet)()

    class Meta:
        verbose_name = _("visitante")
        verbose_name_plural = _("visitantes")
        indexes = (
            # Who of a conversation's people is there now.
            models.Index(fields=("identity", "-seen_at"), name="visitor_of_identity"),
            # Forgetting those who never wrote.
            models.Index(
                fields=("seen_at",),
                condition=models.Q(identity=None),
                name="visitor_unknown",
            ),
        )

    def __str__(self) -> str:
        return self.name or str(self.pk)

    @property
    def visitor(self) -> str:
        """The id of their identity: signed people have one in every browser, others one each."""
        return f"s:{self.subject}" if self.subject else f"v:{self.pk.hex}"

    @property
    def is_identified(self) -> bool:
        """Whether the site signed who they are."""
        return bool(self.subject)


class VisitorProof(CompanyOwned):
    """A signed identity that was shown once: it belongs to the session that showed it."""

    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(VisitorSession, on_delete=models.CASCADE, related_name="+")
    jti_hash = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("identificação usada")
        verbose_name_plural = _("identificações usadas")
        constraints = (
            models.UniqueConstraint(fields=("channel", "jti_hash"), name="visitor_proof_once"),
        )
        indexes = (models.Index(fields=("expires_at",), name="visitor_proof_age"),)

    def __str__(self) -> str:
        return self.jti_hash[:12]


class VisitorBlock(CompanyOwned):
    """Somebody who may not write on a channel: one visitor, or everybody of a network."""

    class Kind(models.TextChoices):
        VISITOR = "visitante", _("Visitante")
        ADDRESS = "endereco", _("Endereço de rede")

    channel = models.ForeignKey("omnichannel.Channel", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("tipo"), max_length=10, choices=Kind)
    value = models.CharField(max_length=255, editable=False)
    session = models.ForeignKey(
        VisitorSession, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    author = models.ForeignKey(
        "accounts.Membership", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("visitante bloqueado")
        verbose_name_plural = _("visitantes bloqueados")
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "kind", "value"),
                name="visitor_blocked_once",
                violation_error_message=_("Este visitante ou esta rede já está bloqueado."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%d/%m/%Y %H:%M}"


class VisitorCode(CompanyOwned):
    """A code by which a visitor goes on elsewhere: whoever sends it from there is the same person.
    Ten characters, half an hour, once; only its hash is kept.
    """

    session = models.ForeignKey(VisitorSession, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("vale até"))
    used_at = models.DateTimeField(_("usado em"), null=True)
    # Who sent it, on the other channel.
    identity = models.ForeignKey(
        "contacts.ContactIdentity", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("código de continuação")
        verbose_name_plural = _("códigos de continuação")
        indexes = (models.Index(fields=("expires_at",), name="visitor_code_age"),)

    def __str__(self) -> str:
        return self.code_hash[:12]
