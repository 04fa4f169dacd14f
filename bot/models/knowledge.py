"""What a clinic knows: questions with approved answers, and the ways people ask for them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bot.choices import EntryStatus, EntryUse, PhraseKind
from common.scoping import CompanyManager, CompanyOwned, CompanyQuerySet

# A WhatsApp button shows no more.
LABEL = 20
ANSWER = 900
# What stands in a draft where the clinic has to write something of its own.
PLACEHOLDER = "["


class KnowledgeCategory(CompanyOwned):
    """What entries are about, and which queue has it."""

    name = models.CharField(_("nome"), max_length=60)
    queue = models.ForeignKey(
        "queues.Queue",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fila"),
        help_text=_("Onde espera quem é passado a uma pessoa por uma dúvida desta categoria."),
    )

    class Meta:
        verbose_name = _("categoria")
        verbose_name_plural = _("categorias")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("name"),
                name="knowledge_category_once",
                violation_error_message=_("Já existe uma categoria com este nome."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class EntryQuerySet(CompanyQuerySet["KnowledgeEntry"]):
    """Named filters of entries."""

    def in_force(self, on: date | None = None) -> EntryQuerySet:
        """Keep published entries that are valid on a day; without one, today by the server's
        clock.
        """
        day = on or timezone.localdate()
        return self.filter(
            models.Q(valid_from=None) | models.Q(valid_from__lte=day),
            models.Q(valid_until=None) | models.Q(valid_until__gte=day),
            status=EntryStatus.PUBLISHED,
        )


class KnowledgeEntry(CompanyOwned):
    """A question and the answer that the clinic approved for it."""

    question = models.CharField(_("pergunta"), max_length=200)
    label = models.CharField(
        _("botão"),
        max_length=LABEL,
        help_text=_("Até 20 letras: o nome da dúvida quando o robô oferece opções."),
    )
    answer = models.TextField(
        _("resposta"),
        max_length=ANSWER,
        help_text=_("Enviada como está. Curta: uma ou duas frases."),
    )
    category = models.ForeignKey(
        KnowledgeCategory,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("categoria"),
    )
    status = models.CharField(
        _("situação"), max_length=12, choices=EntryStatus, default=EntryStatus.DRAFT
    )
    use = models.CharField(_("uso"), max_length=12, choices=EntryUse, default=EntryUse.AUTOMATIC)
    is_featured = models.BooleanField(
        _("mostrar na saudação"),
        default=False,
        help_text=_("As duas primeiras aparecem como botões para quem só cumprimenta."),
    )
    valid_from = models.DateField(_("vale de"), null=True, blank=True)
    valid_until = models.DateField(_("vale até"), null=True, blank=True)
    origin = models.CharField(max_length=20, blank=True, editable=False)

    objects = CompanyManager.from_queryset(EntryQuerySet)()
    unscoped = models.Manager.from_queryset(EntryQuerySet)()

    class Meta:
        verbose_name = _("entrada de conhecimento")
        verbose_name_plural = _("entradas de conhecimento")
        ordering = ("question",)
        constraints = (
            models.UniqueConstraint(
                "company",
                Upper("question"),
                name="entry_question_once",
                violation_error_message=_("Já existe uma entrada com esta pergunta."),
            ),
        )
        indexes = (
            # A turn: has anything of a company's knowledge changed?
            models.Index(fields=("company", "updated_at"), name="entry_changed"),
        )

    def __str__(self) -> str:
        return self.question


class Phrase(CompanyOwned):
    """A way to ask for an entry. `vector` holds float16 numbers of `model`; null until they are
    made, and where the model is missing.
    """

    entry = models.ForeignKey(KnowledgeEntry, on_delete=models.CASCADE, related_name="phrases")
    kind = models.CharField(_("tipo"), max_length=12, choices=PhraseKind, default=PhraseKind.ALIAS)
    text = models.CharField(_("texto"), max_length=900)
    vector = models.BinaryField(null=True, editable=False)
    model = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("forma de perguntar")
        verbose_name_plural = _("formas de perguntar")
        ordering = ("created_at",)
        indexes = (
            # Sweep: phrases that the model has not read.
            models.Index(
                fields=("created_at",),
                condition=models.Q(vector__isnull=True),
                name="phrase_to_embed",
            ),
        )

    def __str__(self) -> str:
        return self.text

    def numbers(self) -> Any:
        """Return the vector as float32, or None."""
        if self.vector is None:
            return None
        import numpy

        return numpy.frombuffer(bytes(self.vector), dtype=numpy.float16).astype(numpy.float32)
