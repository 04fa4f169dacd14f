"""People: one record per person, however many ways they reach the clinic."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from common import phones
from common.folding import Fold, Joined, Word, holds, words_of
from common.models import Link
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet
from common.slots import Slot
from contacts.first_names import first_name_of
from contacts.refs import FORGOTTEN, LEFT, Proof

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
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="tag_name_once",
                violation_error_message=_("Já existe uma etiqueta com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name


# Which people an attendant may see where they do not see all: each gives a condition on people.
sights: Slot[Callable[[Any], models.Q]] = Slot()


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
        if not sights:
            # Without whoever knows conversations nobody can say whose these people are.
            return mine.none()
        return mine.filter(*(sight(membership) for sight in sights))

    def search(self, asked: str, *, is_clear: bool = True) -> ContactQuerySet:
        """Keep people whose name and e-mail hold all the words, whose tag or @username does, or
        whose phone it is; without accents, case and order, phones in any spelling.

        Who sees phones masked (`is_clear` false) finds them by the four digits on screen or by all
        of a number: parts of it would tell the rest, digit by digit.
        """
        words = words_of(asked)
        if not words:
            return self.none()
        found = holds(WORDS, words)
        if number := phone_asked(asked, is_clear=is_clear):
            found |= number
        elif is_clear and (both := _name_and_number(words)):
            found |= both
        beside = self._beside(words)
        if not beside:
            return self.filter(found)
        # One list of ids: a condition on another table beside one of this would read everybody.
        own = self.filter(found).order_by("-pk").values("pk")[:MOST_FOUND]
        return self.filter(models.Q(pk__in=own) | models.Q(pk__in=beside))

    def _beside(self, words: tuple[Word, ...]) -> list[Any]:
        """Return the ids of people found by what stands beside their record."""
        tags = list(Tag.objects.filter(holds(Fold("name"), words)).values_list("pk", flat=True))
        rows: list[Any] = []
        if tags:
            tagged = self.filter(tags__in=tags).order_by("-pk")
            rows += tagged.values_list("pk", flat=True)[:MOST_FOUND]
        named = ContactIdentity.objects.exclude(username="").filter(holds(Fold("username"), words))
        return rows + list(named.values_list("contact_id", flat=True)[:MOST_FOUND])


WORDS = Fold(Joined("name", "email"))
# Past this a search says too little to be answered whole.
MOST_FOUND = 500


def _name_and_number(words: tuple[Word, ...]) -> models.Q | None:
    """Return the condition of a name beside a part of a phone."""
    parts = [word for word in words if word.plain.replace(" ", "").isdecimal()]
    names = [word for word in words if word not in parts]
    if not (parts and names and all(len(_digits(word.written)) >= 4 for word in parts)):
        return None
    found = holds(WORDS, names)
    for word in parts:
        found &= models.Q(phone__contains=_digits(word.written))
    return found


def phone_asked(asked: str, *, is_clear: bool = True) -> models.Q | None:
    """Return the condition that a phone is what somebody typed, in any spelling; None when they
    typed no number. `is_clear` as in ContactQuerySet.search.
    """
    digits = _digits(asked)
    whole = phones.canonical(asked)
    if len(digits) < 4 or (any(c.isalpha() for c in asked) and whole is None):
        return None
    part = digits.lstrip("0") or digits
    matches = [] if whole is None else [models.Q(phone=whole)]
    if is_clear:
        matches.append(models.Q(phone__contains=part))
    elif len(digits) == 4 or len(part) >= 8:
        matches.append(models.Q(phone__endswith=part))
    return reduce(or_, matches) if matches else None


def _digits(asked: str) -> str:
    return "".join(str(int(c)) for c in asked if c.isdecimal())


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
        Tag,
        through="contacts.ContactTag",
        blank=True,
        related_name="contacts",
        verbose_name=_("etiquetas"),
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
                condition=~models.Q(guardian=models.F("id")),
                name="contact_not_own_guardian",
                violation_error_message=_("Ninguém é responsável por si mesmo."),
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
            # Serves the look for somebody of the same name when a person without an address comes.
            models.Index(
                "company",
                Fold("name"),
                condition=models.Q(merged_into=None, name__contains=" "),
                name="contact_full_name",
            ),
            # Serves the search box: words of name and e-mail, part of a number.
            GinIndex(
                OpClass(Fold(Joined("name", "email")), "gin_trgm_ops"),
                OpClass("phone", "gin_trgm_ops"),
                name="contact_words",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(self.pk)

    @property
    def first_name(self) -> str:
        """What to greet the person by, "" where the name tells nothing."""
        return first_name_of(self.name)


class ContactTag(Link):
    """A tag that a person has."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")

    class Meta:
        auto_created = True
        db_table = "contacts_contact_tags"
        verbose_name = _("etiqueta da pessoa")
        verbose_name_plural = _("etiquetas da pessoa")
        unique_together = (("contact", "tag"),)

    def __str__(self) -> str:
        return str(self.pk)


class IdentityQuerySet(CompanyQuerySet["ContactIdentity"]):
    """Named filters of identities."""

    def current(self) -> IdentityQuerySet:
        """Leave out numbers that their person has left, and what stands for erased ids."""
        return self.exclude(realm__startswith=LEFT).exclude(value__startswith=FORGOTTEN)


class ContactIdentity(CompanyOwned):
    """One way a provider names a person, exactly as received; it never changes, only moves.

    A number that its person has left stays with them in a realm of its own (`leave`): a message
    from it is somebody else's. `came_with` holds, on a number, the user id that the provider told
    beside it, by the account it told it to: ids differ from one business portfolio to another.
    `verified_at` is when it was first proven that the address is theirs, and `proof` how; an
    address that was only typed has neither.
    """

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(_("tipo"), max_length=20)
    realm = models.CharField(_("escopo"), max_length=64, blank=True)
    value = models.CharField(_("identificador"), max_length=255)
    username = models.CharField(_("nome de usuário"), max_length=64, blank=True)
    came_with = models.JSONField(_("usuário do número"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verificado em"), null=True, editable=False)
    proof = models.CharField(
        _("como se sabe"),
        max_length=12,
        choices=Proof,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )

    objects = CompanyManager.from_queryset(IdentityQuerySet)()
    unscoped = models.Manager.from_queryset(IdentityQuerySet)()

    class Meta:
        verbose_name = _("identidade")
        verbose_name_plural = _("identidades")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "kind", "realm", "value"), name="identity_once"
            ),
        )
        indexes = (
            # Serves the search box: part of an @username.
            GinIndex(
                OpClass(Fold("username"), "gin_trgm_ops"),
                condition=~models.Q(username=""),
                name="identity_username",
            ),
            # Serves the look for somebody who has the same @username elsewhere.
            models.Index(
                "company",
                Upper("username"),
                condition=~models.Q(username=""),
                name="identity_same_username",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"

    @property
    def has_left(self) -> bool:
        """Whether the person has left this number."""
        return self.realm.startswith(LEFT)

    @property
    def is_verified(self) -> bool:
        """Whether it is proven that the address is the person's."""
        return self.verified_at is not None

    def leave(self) -> None:
        """Let this number find nobody any more, in memory."""
        self.realm = f"{LEFT}:{self.pk}"
        self.came_with = None
