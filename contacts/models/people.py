"""People: one record per person, however many ways they reach the clinic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet

if TYPE_CHECKING:
    from accounts.models import Membership


class Tag(CompanyOwned):
    """A label that staff put on people."""

    name = models.CharField(_("nome"), max_length=60)
    colour = models.CharField(_("cor"), max_length=7, default="#5b7083")

    class Meta:
        verbose_name = _("etiqueta")
        verbose_name_plural = _("etiquetas")
        ordering = ("name",)
        constraints = (models.UniqueConstraint("company", Upper("name"), name="tag_name_once"),)

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(CompanyQuerySet["Contact"]):
    """Named filters of people."""

    def standing(self) -> ContactQuerySet:
        """Leave out records that were made part of another."""
        return self.filter(merged_into=None)

    def visible_to(self, membership: Membership) -> ContactQuerySet:
        """Keep the people this person may see: whom nobody has spoken with, and those of a
        conversation that is theirs or nobody's; everyone where attendants see all.
        """
        mine = self.standing().filter(company_id=membership.company_id)
        if membership.is_manager or membership.company.attendants_see_all:
            return mine
        # Conversations live in a package above; the relation is all that is known of them here.
        talks: Any = self.model._meta.get_field("conversations").related_model
        # A dependant is spoken of where their guardian writes.
        of_person = talks.unscoped.filter(
            models.Q(contact_id=models.OuterRef("pk"))
            | models.Q(contact_id=models.OuterRef("guardian_id"))
        )
        open_to = of_person.filter(models.Q(attendant=membership) | models.Q(attendant=None))
        return mine.filter(~models.Exists(of_person) | models.Exists(open_to))

    def search(self, words: str, *, is_clear: bool = True) -> ContactQuerySet:
        """Keep people whose name, e-mail or phone holds the words; phones in any format.

        Who sees phones masked (`is_clear` false) finds them by the four digits on screen or by all
        of a local number: parts of it would tell the rest, digit by digit.
        """
        digits = "".join(c for c in words if c.isdigit())
        match = models.Q(name__icontains=words) | models.Q(email__icontains=words)
        if is_clear and len(digits) >= 4:
            match |= models.Q(phone__contains=digits)
        elif len(digits) == 4 or len(digits) >= 8:
            match |= models.Q(phone__endswith=digits)
        return self.filter(match)


class Contact(CompanyOwned):
    """A person who writes to the clinic: lead, patient, or someone who asks for one.

    `phone` is the canonical E.164 number with the ninth digit, for people to read; what the
    provider calls the person is in ContactIdentity, exactly as received (reference: Meta, Brazilian
    ninth digit).

    A dependant is somebody for whom another person writes: a child, say, without a phone of their
    own. Records and consents are theirs; conversations are the guardian's, and say whom they are
    about. A guardian depends on nobody (services.dependents).
    """

    class Status(models.TextChoices):
        LEAD = "lead", _("Lead")
        QUALIFIED = "qualificado", _("Qualificado")
        CUSTOMER = "cliente", _("Cliente")
        INACTIVE = "inativo", _("Inativo")

    class Relation(models.TextChoices):
        CHILD = "filho", _("Filho ou filha")
        PARENT = "pai_mae", _("Pai ou mãe")
        PARTNER = "conjuge", _("Cônjuge ou companheiro")
        RELATIVE = "parente", _("Outro parente")
        OTHER = "outro", _("Outro")

    name = models.CharField(_("nome"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail"), max_length=255, blank=True)
    phone = models.CharField(_("telefone"), max_length=20, blank=True)
    status = models.CharField(_("situação"), max_length=20, choices=Status, default=Status.LEAD)
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="contacts", verbose_name=_("etiquetas")
    )
    custom = models.JSONField(_("dados adicionais"), default=dict, blank=True)
    notes = models.TextField(_("observações"), blank=True)
    last_contact_at = models.DateTimeField(_("último contato"), null=True, blank=True)
    guardian = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dependents",
        verbose_name=_("responsável"),
        help_text=_("Quem escreve por esta pessoa, pelo próprio telefone."),
        db_index=False,
    )
    relation = models.CharField(
        _("vínculo com o responsável"),
        max_length=12,
        choices=Relation,
        blank=True,
        default="",
        db_default="",
    )
    # The record this one was made part of; it keeps what it was, for the merge to be undone.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )

    objects = CompanyManager.from_queryset(ContactQuerySet)()
    unscoped = models.Manager.from_queryset(ContactQuerySet)()

    class Meta:
        verbose_name = _("contato")
        verbose_name_plural = _("contatos")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(guardian=models.F("id")), name="contact_not_own_guardian"
            ),
        )
        indexes = (
            # Serves the contact list, newest first.
            models.Index(fields=("company", "-id"), name="contact_company_recent"),
            models.Index(fields=("company", "phone"), name="contact_phone"),
            # Serves the key that points here: a merge and its undoing ask for it.
            models.Index(
                fields=("merged_into",),
                condition=models.Q(merged_into__isnull=False),
                name="contact_merged",
            ),
            # Serves the dependants of a person.
            models.Index(
                fields=("guardian",),
                condition=models.Q(guardian__isnull=False),
                name="contact_guardian",
            ),
            # Imports know people without a phone by their e-mail.
            models.Index(
                "company", Upper("email"), condition=~models.Q(email=""), name="contact_email"
            ),
            # Serves the search box: part of a name, an e-mail or a number, any case.
            GinIndex(
                OpClass(Upper("name"), "gin_trgm_ops"),
                OpClass(Upper("email"), "gin_trgm_ops"),
                OpClass("phone", "gin_trgm_ops"),
                name="contact_search",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(self.pk)

    @property
    def first_name(self) -> str:
        """The name's first word, for greetings and avatars."""
        return self.name.split(" ", 1)[0] if self.name else ""


class ContactIdentity(CompanyOwned):
    """One way a provider names a person, exactly as received; it never changes, only moves."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("tipo"), max_length=20)
    realm = models.CharField(_("escopo"), max_length=64, blank=True)
    value = models.CharField(_("identificador"), max_length=255)
    username = models.CharField(_("nome de usuário"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("identidade")
        verbose_name_plural = _("identidades")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "kind", "realm", "value"), name="identity_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
