"""Companies (tenants), the people who work in them, and what they did."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common.models import Base
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet


class Company(Base):
    """A clinic: the tenant that owns channels, patients and conversations."""

    name = models.CharField(_("nome"), max_length=120)
    time_zone = models.CharField(_("fuso horário"), max_length=64, default="America/Sao_Paulo")
    is_active = models.BooleanField(_("ativa"), default=True)
    attendants_see_all = models.BooleanField(
        _("atendentes veem todas as conversas"),
        default=True,
        help_text=_("Desligado, cada atendente vê as suas e as que ainda não têm atendente."),
    )
    sign_messages = models.BooleanField(
        _("assinar mensagens"),
        default=False,
        help_text=_("Ligado, o nome do atendente abre cada mensagem de texto enviada."),
    )

    class Meta:
        verbose_name = _("empresa")
        verbose_name_plural = _("empresas")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by e-mail, whatever the case it is typed in."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password nobody can log in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create the platform's owner, who sees every company in the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(Base, AbstractBaseUser, PermissionsMixin):
    """A person who logs in, by e-mail. What they may do in a company is in their Membership."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("nome"), max_length=120)
    is_active = models.BooleanField(_("ativo"), default=True)
    is_staff = models.BooleanField(_("acessa o admin"), default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("usuário")
        verbose_name_plural = _("usuários")
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_ci"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name shown on screen."""
        return self.name


class MembershipQuerySet(CompanyQuerySet["Membership"]):
    """Named filters of memberships."""

    def active(self) -> MembershipQuerySet:
        """Keep people who may work: they, their user and their company are switched on."""
        return self.filter(is_active=True, user__is_active=True, company__is_active=True)


class Membership(CompanyOwned):
    """A user's place in a company: the attendant, supervisor or administrator of design and
    spec.
    """

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrador", _("Administrador")
        SUPERVISOR = "supervisor", _("Supervisor")
        ATTENDANT = "atendente", _("Atendente")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("perfil"), max_length=20, choices=Role, default=Role.ATTENDANT)
    is_active = models.BooleanField(_("ativo"), default=True)

    objects = CompanyManager.from_queryset(MembershipQuerySet)()
    unscoped = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta:
        verbose_name = _("membro")
        verbose_name_plural = _("membros")
        constraints = (models.UniqueConstraint(fields=("company", "user"), name="membership_once"),)

    def __str__(self) -> str:
        return self.user.name

    @property
    def is_administrator(self) -> bool:
        """May change channels, people and settings."""
        return self.role == self.Role.ADMINISTRATOR

    @property
    def is_manager(self) -> bool:
        """May see and move everything in the company."""
        return self.role in (self.Role.ADMINISTRATOR, self.Role.SUPERVISOR)


class AuditEntry(CompanyOwned):
    """One act that must be answerable later: who, what, on which object, from where. Never changed.

    `detail` names fields and counts; it holds no message text, phone, name or secret.
    """

    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("quem")
    )
    action = models.CharField(_("ação"), max_length=60)
    object_type = models.CharField(_("tipo"), max_length=60, blank=True)
    object_id = models.CharField(_("objeto"), max_length=64, blank=True)
    detail = models.JSONField(_("detalhe"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("endereço"), null=True, blank=True)

    class Meta:
        verbose_name = _("registro de auditoria")
        verbose_name_plural = _("auditoria")
        ordering = ("-created_at",)
        # Serves the audit list of a company and the history of one object.
        indexes = (
            models.Index(fields=("company", "-created_at"), name="audit_company_recent"),
            models.Index(fields=("object_type", "object_id"), name="audit_object"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type}"


class IdempotencyKey(CompanyOwned):
    """An API write that was already answered: the same key gets the same answer for a day."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        verbose_name = _("chave de idempotência")
        verbose_name_plural = _("chaves de idempotência")
        constraints = (
            models.UniqueConstraint(fields=("membership", "key"), name="idempotency_once"),
        )
        indexes = (models.Index(fields=("created_at",), name="idempotency_age"),)

    def __str__(self) -> str:
        return self.key
