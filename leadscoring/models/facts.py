"""What people did, counted as it happens, so that nobody has to read a million threads again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.scoping import CompanyOwned
from leadscoring.choices import SignalKind


class SignalWord(CompanyOwned):
    """A word or phrase that says something about a patient's intention; the lists are the
    company's. `folded` is how it is compared: lower case, without accents.
    """

    Kind = SignalKind

    kind = models.CharField(_("o que diz"), max_length=20, choices=SignalKind)
    text = models.CharField(
        _("palavra ou frase"),
        max_length=60,
        help_text=_(
            "Maiúsculas e acentos não importam; dentro de outra palavra não conta. Um * no fim"
            " aceita qualquer terminação: agend* vale para agendar e agendamento."
        ),
    )
    folded = models.CharField(max_length=60, editable=False)
    is_active = models.BooleanField(_("ativa"), default=True)

    class Meta:
        verbose_name = _("palavra de intenção")
        verbose_name_plural = _("palavras de intenção")
        ordering = ("kind", "text")
        constraints = (
            models.UniqueConstraint(
                fields=("company", "folded"),
                name="signal_word_once",
                violation_error_message=_("Esta palavra já está na lista."),
            ),
        )

    def __str__(self) -> str:
        return self.text


class Counted(CompanyOwned):
    """Counters of messages in both directions. `<signal>_on` is the day a word of that kind was
    heard last; `words` are those of the company's lists that were heard.
    """

    inbound_count = models.PositiveIntegerField(default=0)
    outbound_count = models.PositiveIntegerField(default=0)
    # Times we wrote and then waited, and how often and how fast the person answered.
    asked_count = models.PositiveIntegerField(default=0)
    reply_count = models.PositiveIntegerField(default=0)
    reply_seconds = models.PositiveBigIntegerField(default=0)
    daytime_count = models.PositiveIntegerField(default=0)
    day_count = models.PositiveIntegerField(default=0)
    talk_seconds = models.PositiveBigIntegerField(default=0)
    last_inbound_on = models.DateField(null=True)
    price_on = models.DateField(null=True)
    schedule_on = models.DateField(null=True)
    offer_on = models.DateField(null=True)
    buying_on = models.DateField(null=True)
    insurance_on = models.DateField(null=True)
    urgency_on = models.DateField(null=True)
    refusal_on = models.DateField(null=True)

    class Meta:
        abstract = True


class TalkFacts(Counted):
    """One conversation counted up to its message `counted_seq`; counting on from there adds each
    message once, however often it is asked for.
    """

    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    conversation = models.OneToOneField(
        "omnichannel.Conversation", on_delete=models.CASCADE, related_name="counted"
    )
    counted_seq = models.PositiveBigIntegerField(default=0)
    words = models.JSONField(default=list)
    # Where counting goes on: when we wrote last without an answer yet, and when anyone wrote last.
    asked_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("contagem de conversa")
        verbose_name_plural = _("contagens de conversas")

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.counted_seq}"


class ContactFacts(Counted):
    """The sum of a person's conversations, which is all that scoring reads of them."""

    company = models.ForeignKey(
        "accounts.Company",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_index=False,
    )
    contact = models.OneToOneField(
        "contacts.Contact", on_delete=models.CASCADE, related_name="counted"
    )
    talk_count = models.PositiveIntegerField(default=0)
    words = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        verbose_name = _("contagem de contato")
        verbose_name_plural = _("contagens de contatos")

    def __str__(self) -> str:
        return str(self.contact_id)


class ScoringState(CompanyOwned):
    """How far a company's scoring is: messages are read again only for words that changed since
    they were read last.
    """

    words_changed_at = models.DateTimeField(null=True)
    recounted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("estado da pontuação")
        verbose_name_plural = _("estados da pontuação")
        constraints = (models.UniqueConstraint(fields=("company",), name="scoring_state_once"),)

    def __str__(self) -> str:
        return str(self.company_id)
