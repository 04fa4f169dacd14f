"""People: who they are, how providers know them, what they allowed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.utils import quote
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator
from unfold.widgets import (
    UnfoldAdminColorInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from common import phones
from common.admin import AdminQuestion, CompanyAdmin, CompanyInline, QuestionFilter, button, since
from common.admin.access import access_of
from common.admin.filters import today
from common.admin.narrowing import CompanyForm
from common.admin.shown import list_link
from common.errors import Forbidden
from contacts.admin.portable import Portable
from contacts.admin.weighing import erasure_words
from contacts.fields import CustomLines
from contacts.models import (
    Consent,
    Contact,
    ContactIdentity,
    ContactTag,
    DuplicateReason,
    LegalBasis,
    Purpose,
    Segment,
    Tag,
)
from contacts.refs import IdentityKind
from contacts.services.consent import consent_holding
from contacts.services.contacts import contact_delete, contact_save
from contacts.services.duplicates import pair_note
from contacts.services.privacy import contact_erase, dossier_give
from contacts.services.segments import segment_people

STATUS_COLOURS = {
    Contact.Status.LEAD: "info",
    Contact.Status.QUALIFIED: "primary",
    Contact.Status.CUSTOMER: "success",
    Contact.Status.INACTIVE: "",
}
CONSENT_COLOURS = {"sim": "success", "nao": "danger"}


class IdentityPanel(CompanyInline):
    """How providers name a person, as received."""

    model = ContactIdentity
    verbose_name_plural = _("identidades")
    fields = ("shown_kind", "value", "username", "realm", "created_at")
    readonly_fields = fields
    show_change_link = False

    @display(description=_("tipo"))
    def shown_kind(self, obj: ContactIdentity) -> str:
        """The kind of identity in words."""
        return str(dict(IdentityKind.choices).get(obj.kind, obj.kind))


class ConsentPanel(CompanyInline):
    """What a person allowed and withdrew, newest first. Rows are only ever added."""

    model = Consent
    verbose_name_plural = _("consentimentos")
    ordering = ("-occurred_at", "-id")
    fields = (
        *("occurred_at", "purpose", "channel", "is_granted", "legal_basis", "source", "proof"),
        *("text_version", "author"),
    )
    readonly_fields = fields
    show_change_link = False


class DependentPanel(CompanyInline):
    """Those a person writes for."""

    model = Contact
    fk_name = "guardian"
    verbose_name_plural = _("dependentes")
    ordering = ("name", "pk")
    fields = ("name", "relation", "status", "created_at")
    readonly_fields = fields

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Leave out records that were made part of another."""
        return rows.standing()  # type: ignore[attr-defined]


class ContactQuestions(QuestionFilter):
    """Questions about people."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "hoje": AdminQuestion(
            _("Falaram hoje"), lambda rows, now: rows.filter(last_contact_at__gte=today(now))
        ),
        "sumidos": AdminQuestion(
            _("Sem contato há 90 dias"),
            lambda rows, now: rows.filter(last_contact_at__lt=now - timedelta(days=90)),
        ),
        "sem_marketing": AdminQuestion(
            _("Não querem marketing"), lambda rows, now: rows.filter(marketing=False)
        ),
        "dependentes": AdminQuestion(
            _("Dependentes de alguém"), lambda rows, now: rows.exclude(guardian=None)
        ),
        "sem_telefone": AdminQuestion(_("Sem telefone"), lambda rows, now: rows.filter(phone="")),
        "sem_etiqueta": AdminQuestion(
            _("Sem etiqueta"),
            lambda rows, now: rows.filter(
                ~Exists(ContactTag.objects.filter(contact_id=OuterRef("pk")))
            ),
        ),
    }


class SegmentFilter(SimpleListFilter):
    """People of a segment of the company."""

    title = _("segmento")
    parameter_name = "segmento"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """List the segments of the companies the person manages."""
        rows = access_of(request).narrow(Segment.unscoped.order_by("name"))
        return [(str(row.pk), row.name) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those who are in it now."""
        asked = self.value()
        if not asked:
            return queryset
        row = access_of(request).narrow(Segment.unscoped.filter(pk=asked)).first()
        return queryset.filter(pk__in=segment_people(row).values("pk")) if row else queryset.none()


class ContactAdminForm(CompanyForm):
    """A person's card; the consent to marketing goes to its ledger."""

    marketing_opt_in = forms.NullBooleanField(
        label=_("Aceita marketing"),
        required=False,
        widget=UnfoldAdminSelectWidget(
            choices=[("", _("Nunca perguntado")), ("True", _("Sim")), ("False", _("Não"))]
        ),
        help_text=_("Uma mudança aqui entra no histórico de consentimentos com seu nome."),
    )
    legal_basis = forms.ChoiceField(
        label=_("Base legal"),
        choices=[("", "-"), *LegalBasis.choices],
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=_("Obrigatória para permitir marketing."),
    )
    proof = forms.CharField(
        label=_("Prova"),
        max_length=255,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Como a pessoa permitiu e onde está a prova. Obrigatória para permitir."),
    )

    extra = CustomLines(
        label=_("Dados adicionais"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Um por linha, com nome e valor, como Convênio: Unimed."),
    )

    class Meta:
        model = Contact
        # The admin adds `tags` and `guardian` inside a request, where their company is known.
        fields = ("name", "phone", "email", "status", "notes", "relation")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("marketing_opt_in", getattr(self.instance, "marketing", None))
        extra: Any = self.fields["extra"]
        stored = self.instance.custom
        self.initial.setdefault("extra", extra.over(shown=stored, stored=stored))


@admin.register(Contact)
class ContactAdmin(Portable, CompanyAdmin):
    """Patients, leads and others who wrote."""

    form = ContactAdminForm
    can_be_deleted = True
    paginator = InfinitePaginator
    list_display = ("person", "shown_phone", "shown_status", "shown_tags", "marketing", "seen")
    list_filter = (
        ContactQuestions,
        ("status", ChoicesDropdownFilter),
        ("tags", AutocompleteSelectFilter),
        SegmentFilter,
    )
    list_per_page = 50
    search_fields = ("name", "email", "phone")
    search_help_text = _("Nome, e-mail ou telefone em qualquer formato")
    ordering = ("-pk",)
    autocomplete_fields = ("tags", "guardian")
    actions = ("pair_chosen",)
    buttons = ("give_data", "erase")
    readonly_fields = ("last_contact_at", "created_at")
    inlines = (DependentPanel, IdentityPanel, ConsentPanel)
    fieldsets = (
        (None, {"fields": (("name", "status"), ("phone", "email"), "tags", "notes", "extra")}),
        (_("Família"), {"fields": (("guardian", "relation"),)}),
        (
            _("Situação"),
            {
                "fields": (
                    *("marketing_opt_in", ("legal_basis", "proof")),
                    ("last_contact_at", "created_at"),
                )
            },
        ),
    )

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Add what holds of the consent to marketing, and the tags."""
        rows = rows.standing()  # type: ignore[attr-defined]
        return rows.annotate(marketing=consent_holding(Purpose.MARKETING)).prefetch_related("tags")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the inbox does: phones in any format."""
        return (queryset.search(search_term.strip()) if search_term.strip() else queryset), False  # type: ignore[attr-defined]

    @button(_("Exportar dados (LGPD)"), icon="download")
    def give_data(self, request: HttpRequest, obj: Contact) -> FileResponse:
        """Give everything about the person as an archive."""
        archive = dossier_give(contact=obj, actor=self.member(request, obj))
        return FileResponse(archive, as_attachment=True, filename=f"dados-{obj.pk}.zip")

    def weighed(self, name: str, obj: Contact) -> list[str]:
        """Say before an erasure whose data go, how many, and what would refuse it."""
        return erasure_words(obj) if name == "erase" else []

    @button(
        _("Eliminar dados"),
        icon="delete_forever",
        asks=_(
            "Os dados, mensagens e arquivos desta pessoa serão apagados e não voltam. Continuar?"
        ),
    )
    def erase(self, request: HttpRequest, obj: Contact) -> None:
        """Erase what is held of the person."""
        touched = contact_erase(contact=obj, actor=self.member(request, obj))
        count = sum(touched.values())
        messages.success(
            request, gettext("Dados eliminados em %(count)d registros.") % {"count": count}
        )

    @action(description=_("Conferir os dois escolhidos como duplicados"), permissions=["act"])
    def pair_chosen(
        self, request: HttpRequest, queryset: QuerySet[Contact]
    ) -> HttpResponseRedirect | None:
        """Put two records side by side."""
        rows = list(queryset[:3])
        if len(rows) != 2 or rows[0].company_id != rows[1].company_id:
            messages.error(request, gettext("Escolha dois contatos da mesma empresa."))
            return None
        if not all(self.may_act(request, row) for row in rows):
            messages.error(request, str(Forbidden.message))
            return None
        pair = pair_note(one=rows[0], other=rows[1], reason=DuplicateReason.BY_HAND)
        return HttpResponseRedirect(
            reverse("admin:contacts_duplicatepair_change", args=[quote(pair.pk)])
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service, which keeps phones canonical and the ledger complete."""
        names = [name for name in form.fields if name not in ("tags", "extra")]
        values = {name: form.cleaned_data[name] for name in names if name in form.changed_data}
        if values.get("marketing_opt_in", ...) is None:
            del values["marketing_opt_in"]
        told = {name: values.pop(name, "") for name in ("legal_basis", "proof")}
        if "marketing_opt_in" in values:
            values |= told
        if "extra" in form.changed_data:
            values["custom"] = form.cleaned_data["extra"]
        if "tags" in form.changed_data:
            values["tags"] = [tag.name for tag in form.cleaned_data["tags"]]
        stored = Contact.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        saved = contact_save(
            actor=self.member(request, obj), contact=stored, door="retaguarda", **values
        )
        obj.pk = saved.pk
        form.instance = saved

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Tags were saved with the person; the panels are records, so nothing of them changed."""
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete through the service, which keeps people who have conversations."""
        contact_delete(contact=obj, actor=self.member(request, obj))

    def tell(self, request: HttpRequest, obj: Any, action: str, fields: Any = ()) -> None:
        """The services write it down."""

    @display(description=_("pessoa"), ordering="name")
    def person(self, obj: Contact) -> str:
        """The name; what is known instead where there is none."""
        return format_html("<bdi>{}</bdi>", str(obj))

    @display(description=_("telefone"), ordering="phone")
    def shown_phone(self, obj: Contact) -> str:
        """The number as people read it."""
        shown = phones.display(obj.phone) if obj.phone else "-"
        return format_html('<span class="whitespace-nowrap">{}</span>', shown)

    @display(description=_("situação"), ordering="status", label=STATUS_COLOURS)
    def shown_status(self, obj: Contact) -> tuple[str, str]:
        """Where the person stands."""
        return obj.status, obj.get_status_display()

    @display(description=_("etiquetas"))
    def shown_tags(self, obj: Contact) -> str:
        """The tags."""
        return ", ".join(tag.name for tag in obj.tags.all()) or "-"

    @display(description=_("marketing"), label=CONSENT_COLOURS)
    def marketing(self, obj: Any) -> tuple[str, str] | str:
        """What holds of the consent."""
        if obj.marketing is None:
            return ""
        return ("sim", str(_("Aceita"))) if obj.marketing else ("nao", str(_("Recusou")))

    @display(description=_("último contato"), ordering="last_contact_at")
    def seen(self, obj: Contact) -> str:
        """When the person last wrote or was written to."""
        return since(obj.last_contact_at)


class TagForm(CompanyForm):
    """A label and its colour."""

    class Meta:
        model = Tag
        fields = ("name", "colour")
        widgets: ClassVar[dict[str, Any]] = {"colour": UnfoldAdminColorInputWidget()}


@admin.register(Tag)
class TagAdmin(CompanyAdmin):
    """Labels that staff put on people."""

    form = TagForm
    can_be_deleted = True
    list_display = ("swatch", "people", "shown_company")
    list_select_related = ("company",)
    search_fields = ("name",)
    ordering = ("name",)

    def annotate(self, rows: QuerySet[Any]) -> Any:
        """Count the people."""
        return rows.annotate(people_count=Count("contacts"))

    @display(description=_("etiqueta"), ordering="name")
    def swatch(self, obj: Tag) -> str:
        """The label beside its colour."""
        colour = obj.colour if len(obj.colour) == 7 and obj.colour[1:].isalnum() else "#5b7083"
        return format_html(
            '<span class="bo-swatch" style="background:{}"></span>{}', colour, obj.name
        )

    @display(description=_("pessoas"), ordering="people_count")
    def people(self, obj: Any) -> str:
        """How many carry it, with a link to them."""
        return list_link("contacts.contact", obj.people_count, tags__id__exact=obj.pk)
