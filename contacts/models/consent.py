"""What people allowed: a ledger that is only ever added to, and what holds of it now."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.crypto import EncryptedJSONField
from common.scoping import CompanyOwned


class Purpose(models.TextChoices):
    """What a clinic may want to write for (LGPD art. 6, I: never "in general")."""

    CARE = "cuidado", _("Cuidado e atendimento")
    REMINDERS = "lembretes", _("Lembretes de consulta")
    MARKETING = "marketing", _("Marketing")
    SURVEY = "pesquisa", _("Pesquisa de satisfação")
    AI_TRAINING = "ia", _("Treino de inteligência artificial")


class LegalBasis(models.TextChoices):
    """Why the law lets the clinic (LGPD arts. 7 and 11)."""

    CONSENT = "consentimento", _("Consentimento")
    CONTRACT = "contrato", _("Execução de contrato")
    LEGITIMATE_INTEREST = "legitimo_interesse", _("Legítimo interesse")
    HEALTH = "tutela_da_saude", _("Tutela da saúde")
    LEGAL_DUTY = "obrigacao_legal", _("Obrigação legal")


class Consent(CompanyOwned):
    """One thing a person allowed or withdrew, with its proof (LGPD art. 8; Meta, opt-in).

    Rows are added, never changed: the database itself refuses UPDATE and DELETE. `hash` binds each
    row of a company to the one before it, so that a row changed behind the database's back is found
    (`manage.py verify_consents`). An empty `channel` means every channel.
    """

    Purpose = Purpose

    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.PROTECT, related_name="consents"
    )
    purpose = models.CharField(_("finalidade"), max_length=30, choices=Purpose)
    channel = models.CharField(_("canal"), max_length=20, blank=True)
    is_granted = models.BooleanField(_("permitido"))
    legal_basis = models.CharField(
        _("base legal"), max_length=30, choices=LegalBasis, default=LegalBasis.CONSENT
    )
    text_version = models.CharField(_("versão do texto"), max_length=60, blank=True)
    source = models.CharField(_("origem"), max_length=60)
    proof = models.CharField(_("prova"), max_length=255, blank=True)
    author = models.ForeignKey(
        "accounts.Membership",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("quem registrou"),
    )
    occurred_at = models.DateTimeField(_("quando"))
    seq = models.PositiveBigIntegerField(_("nº"), editable=False)
    hash = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        verbose_name = _("consentimento")
        verbose_name_plural = _("consentimentos")
        ordering = ("-occurred_at",)
        constraints = (
            # A repeated webhook tells the same fact.
            models.UniqueConstraint(
                fields=("contact", "purpose", "source", "occurred_at", "is_granted"),
                name="consent_once",
            ),
            # No gap, no second row in a place of the chain.
            models.UniqueConstraint(fields=("company", "seq"), name="consent_chain_place"),
        )
        indexes = (
            models.Index(fields=("contact", "purpose", "-occurred_at"), name="consent_latest"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.is_granted}"


class ConsentChain(CompanyOwned):
    """Where a company's ledger ends. Whoever adds holds this row; it also shows a ledger that was
    cut short.

    `sealed_end` says the same under a key that is not in the database: whoever can write there, but
    does not hold CREDENTIALS_KEYS, cannot change the ledger and make the chain fit again.
    """

    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    sealed_end = EncryptedJSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("fim do registro de consentimentos")
        verbose_name_plural = _("fins dos registros de consentimentos")
        constraints = (models.UniqueConstraint(fields=("company",), name="consent_chain_once"),)

    def __str__(self) -> str:
        return str(self.seq)


class ConsentState(CompanyOwned):
    """What holds now of a person, a purpose and a channel: the ledger's newest fact, kept in step
    by the one service that adds to it, so that a million people can be asked in one statement.
    """

    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, related_name="consent_states"
    )
    purpose = models.CharField(max_length=30, choices=Purpose)
    channel = models.CharField(max_length=20, blank=True)
    is_granted = models.BooleanField()
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("consentimento em vigor")
        verbose_name_plural = _("consentimentos em vigor")
        constraints = (
            models.UniqueConstraint(
                fields=("contact", "purpose", "channel"), name="consent_state_once"
            ),
        )
        indexes = (
            # Audiences: whoever allows, or withdrew, something in a company.
            models.Index(
                fields=("company", "purpose", "is_granted", "contact"), name="consent_state_who"
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.is_granted}"


class RefusalKey(CompanyOwned):
    """The key under which a company remembers the refusals of people whose data were erased; sealed
    like any secret, so it outlives the rotation of the keys that seal it.
    """

    secret = EncryptedJSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("chave das recusas lembradas")
        verbose_name_plural = _("chaves das recusas lembradas")
        constraints = (models.UniqueConstraint(fields=("company",), name="refusal_key_once"),)

    def __str__(self) -> str:
        return str(self.pk)


class RememberedRefusal(CompanyOwned):
    """That somebody whose data were erased did not want advertising: a keyed hash of each of their
    addresses, from which nobody reads the address.
    """

    digest = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("recusa lembrada")
        verbose_name_plural = _("recusas lembradas")
        constraints = (models.UniqueConstraint(fields=("company", "digest"), name="refusal_once"),)

    def __str__(self) -> str:
        return self.digest[:8]
