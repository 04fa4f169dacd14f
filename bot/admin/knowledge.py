"""What the clinic knows, in the back-office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import Company
from bot.admin.assistants import member_of
from bot.admin.importing import EntryImportPages
from bot.admin.learning import MissedPages
from bot.choices import PhraseKind
from bot.models import BotTurn, KnowledgeCategory, KnowledgeEntry, Phrase
from bot.services.conflicts import conflicts_of
from bot.services.knowledge import entry_publish, entry_retire, entry_save
from common.admin import CompanyAdmin, Panel, since
from common.admin.narrowing import CompanyForm

FEW = 2


class EntryForm(CompanyForm):
    """An entry with its ways to ask, one a line."""

    aliases = forms.CharField(
        label=_("outras formas de perguntar"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Uma por linha, como os pacientes escrevem. Duas ou três já ajudam muito."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            rows = Phrase.unscoped.filter(entry=self.instance, kind=PhraseKind.ALIAS)
            self.fields["aliases"].initial = "\n".join(rows.values_list("text", flat=True))


@admin.register(KnowledgeEntry)
class KnowledgeEntryAdmin(EntryImportPages, MissedPages):
    """Entries: questions, approved answers, and how often they served."""

    form = EntryForm
    list_display = ("question", "status", "use", "category", "ways", "hits", "shown_company")
    list_filter = (("status", ChoicesDropdownFilter), ("use", ChoicesDropdownFilter))
    list_select_related = ("company", "category")
    search_fields = ("question", "answer")
    ordering = ("question",)
    list_before_template = "admin/bot/entries.html"
    actions = ("publish_chosen", "retire_chosen")
    fieldsets = (
        (None, {"fields": ("question", "aliases", "answer", ("label", "category"))}),
        (_("Uso"), {"fields": (("status", "use"), "is_featured", ("valid_from", "valid_until"))}),
    )

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Count the ways to ask."""
        own = Q(phrases__kind=PhraseKind.ALIAS)
        return rows.annotate(way_count=Count("phrases", filter=own))

    @display(description=_("formas"), ordering="way_count")
    def ways(self, obj: Any) -> str:
        """How many ways to ask it has."""
        few = gettext("poucas formas de perguntar")
        return f"{obj.way_count} · {few}" if obj.way_count < FEW else str(obj.way_count)

    @display(description=_("respondeu"))
    def hits(self, obj: KnowledgeEntry) -> str:
        """How often the bot answered with it."""
        return str(BotTurn.unscoped.filter(entry=obj).exclude(message=None).count())

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show how it serves, and what contradicts it."""
        used = BotTurn.unscoped.filter(entry=obj).exclude(message=None)
        last = used.order_by("-created_at").values_list("created_at", flat=True).first()
        return Panel(
            facts=((_("respondeu"), str(used.count())), (_("última vez"), since(last))),
            warnings=[
                gettext("“%(question)s” diz outra coisa: %(what)s.")
                % {"question": other.question, "what": ", ".join(sorted(values))}
                for other, values in conflicts_of(obj)
            ],
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        given = dict(form.cleaned_data)
        given.pop("company", None)
        aliases = str(given.pop("aliases", "")).splitlines()
        rows = KnowledgeEntry.objects.for_company(obj.company_id)
        saved = entry_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=member_of(request, obj.company_id),
            entry=rows.get(pk=obj.pk) if change else None,
            aliases=aliases,
            **given,
        )
        obj.pk = saved.pk
        form.instance = saved

    @action(description=_("Publicar"), permissions=["act"])
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[KnowledgeEntry]) -> None:
        """Let the bot answer with each."""
        self.act(
            request,
            queryset,
            lambda row: entry_publish(entry=row, actor=self.member(request, row)),
            gettext("%(count)d entradas publicadas."),
        )

    @action(description=_("Retirar"), permissions=["act"])
    def retire_chosen(self, request: HttpRequest, queryset: QuerySet[KnowledgeEntry]) -> None:
        """Let the bot no longer answer with any."""
        self.act(
            request,
            queryset,
            lambda row: entry_retire(entry=row, actor=self.member(request, row)),
            gettext("%(count)d entradas retiradas."),
        )


@admin.register(KnowledgeCategory)
class KnowledgeCategoryAdmin(CompanyAdmin):
    """Categories, and which queue has each."""

    list_display = ("name", "queue", "shown_company")
    list_select_related = ("company", "queue")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "queue")
