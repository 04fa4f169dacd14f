"""Companies (tenants) and the people who work in them."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models.calendar import check_zone
from common.models import Base
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from common.zones import zone_named


class Company(Base):
    """A clinic: the tenant that owns channels, patients and conversations."""

    name = models.CharField(_("nome"), max_length=120)
    time_zone = models.CharField(
        _("fuso horário"), max_length=64, default="America/Sao_Paulo", validators=(check_zone,)
    )
    is_active = models.BooleanField(_("ativa"), default=True)
    attendants_see_all = models.BooleanField(
        _("atendentes veem todas as conversas"),
        default=True,
        help_text=_("Desligado, cada atendente vê as suas e as que ainda não têm atendente."),
    )
    attendants_see_private = models.BooleanField(
        _("atendentes veem telefone e CPF por inteiro"),
        default=False,
        db_default=False,
        help_text=_(
            "Desligado, aparecem mascarados; Revelar mostra por 15 minutos e fica registrado."
        ),
    )
    sign_messages = models.BooleanField(
        _("assinar mensagens"),
        default=False,
        help_text=_("Ligado, o nome do atendente abre cada mensagem de texto enviada."),
    )

    idle_minutes = models.PositiveSmallIntegerField(
        _("encerrar sessões paradas depois de (minutos)"),
        null=True,
        blank=True,
        validators=(MinValueValidator(5), MaxValueValidator(720)),
        help_text=_("Sem ninguém mexer na página. Vazio: depois de 12 horas, mexendo ou não."),
    )

    two_factor = models.CharField(
        _("segundo fator"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=[
            ("", _("Quem quiser")),
            ("gestores", _("Exigido de administradores e supervisores")),
            ("todos", _("Exigido de todos")),
        ],
        help_text=_("Quem ainda não tem é levado a ligar o seu ao entrar."),
    )

    class Meta:
        verbose_name = _("empresa")
        verbose_name_plural = _("empresas")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The company's clock."""
        return zone_named(self.time_zone)


def email_folded(address: str) -> str:
    """Give the one spelling of an e-mail address under which it is kept, found and counted."""
    return unicodedata.normalize("NFKC", address).strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find by e-mail, whatever the case it is typed in."""
        return self.at(username or "").get()

    def at(self, address: str) -> models.QuerySet[User]:
        """Keep the login of an address, however it is typed; none or one."""
        # By the same folding that failures are counted by: iexact finds more spellings than that.
        return self.alias(folded=Lower("email")).filter(folded=email_folded(address))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a user; without a password nobody can log in as them."""
        user = self.model(email=email_folded(email), **fields)
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
    # Somebody else typed the password: nothing opens before the person has one of their own.
    must_change_password = models.BooleanField(
        _("precisa trocar a senha"), default=False, db_default=False, editable=False
    )
    language = models.CharField(
        _("idioma"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=settings.LANGUAGES,
        help_text=_("Vazio: o do navegador."),
    )
    # Confirmed; the key is in TwoFactor. It is asked with every request, so it stands here.
    has_two_factor = models.BooleanField(
        _("segundo fator"), default=False, db_default=False, editable=False
    )
    # What the person chose, by the names of accounts.preferences; what is not there is as usual.
    chosen = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), editable=False
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("usuário")
        verbose_name_plural = _("usuários")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_ci",
                violation_error_message=_("Já existe um acesso com este e-mail."),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Return the name shown on screen."""
        return self.name


class MembershipQuerySet(CompanyQuerySet["Membership"]):
    """Named filters of memberships."""

    def active(self) -> MembershipQuerySet:
        """Keep people who may work: they accepted, and they, their user and their company are
        switched on.
        """
        return self.filter(
            is_invited=False, is_active=True, user__is_active=True, company__is_active=True
        )

    def accepted(self) -> MembershipQuerySet:
        """Keep places that are the person's, not those they are only invited to."""
        return self.filter(is_invited=False)


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
    # Offered, not taken yet: until the person accepts, the place opens nothing and tells the
    # company nothing of them.
    is_invited = models.BooleanField(
        _("convite pendente"), default=False, db_default=False, editable=False
    )
    capacity = models.PositiveSmallIntegerField(
        _("atendimentos simultâneos"),
        null=True,
        blank=True,
        help_text=_("Ao todo, em todas as filas. Vazio usa o padrão da instalação."),
    )

    objects = CompanyManager.from_queryset(MembershipQuerySet)()
    unscoped = models.Manager.from_queryset(MembershipQuerySet)()

    class Meta:
        verbose_name = _("membro")
        verbose_name_plural = _("membros")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "user"),
                name="membership_once",
                violation_error_message=_("Esta pessoa já faz parte da equipe."),
            ),
        )

    def __str__(self) -> str:
        return self.user.email if self.is_invited else self.user.name

    @property
    def sees_numbers(self) -> bool:
        """Whether people's phones and documents are shown in full without asking."""
        return self.is_manager or self.company.attendants_see_private

    @property
    def is_administrator(self) -> bool:
        """May change channels, people and settings."""
        return self.role == self.Role.ADMINISTRATOR

    @property
    def is_manager(self) -> bool:
        """May see and move everything in the company."""
        return self.role in (self.Role.ADMINISTRATOR, self.Role.SUPERVISOR)

    @property
    def needs_two_factor(self) -> bool:
        """Whether the company wants a second factor of them."""
        wanted = self.company.two_factor
        return wanted == "todos" or (wanted == "gestores" and self.is_manager)

    @property
    def limit(self) -> int:
        """How many tickets the person may have at once, in all queues together."""
        return settings.FILA_DEFAULT_SIMULTANEOUS if self.capacity is None else self.capacity
