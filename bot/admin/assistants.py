"""Assistants in the back-office, with a console beside the form."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from accounts.models import Company, Membership
from bot.admin.watching import AssistantWatching
from bot.choices import AssistantMode, TurnAct
from bot.decide import HeardWords, TalkState
from bot.models import Assistant, AssistantVersion, BotSession, BotTurn, KnowledgeEntry
from bot.services.assistants import assistant_publish, assistant_save
from bot.services.evaluating import got_of
from bot.services.starting import starter_import
from common.admin import CompanyInline, Panel, access_of, button, since
from common.admin.narrowing import CompanyForm
from omnichannel.models import Channel

MOST_LETTERS = 500


class AssistantForm(CompanyForm):
    """An assistant with its channels, which have a table of their own."""

    answers_on = forms.ModelMultipleChoiceField(
        queryset=Channel.unscoped.none(),
        required=False,
        label=_("canais"),
        widget=UnfoldAdminSelectMultipleWidget(),
        help_text=_("Um canal tem um assistente só."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Channel.unscoped.filter(company_id=self.company_id)
        field: Any = self.fields["answers_on"]
        field.queryset = rows.order_by("name")
        if self.instance.pk and not self.instance._state.adding:
            field.initial = list(self.instance.channels.values_list("pk", flat=True))


class VersionPanel(CompanyInline):
    """What was published."""

    model = AssistantVersion
    verbose_name_plural = _("versões")
    per_page = 10
    show_change_link = False
    fields = ("number", "created_at", "result")
    readonly_fields = fields


@admin.register(Assistant)
class AssistantAdmin(AssistantWatching):
    """Assistants: when they answer, where, and within which limits."""

    form = AssistantForm
    list_display = ("name", "mode", "shown_version", "shown_company")
    list_filter = ("mode",)
    list_select_related = ("company", "version")
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (VersionPanel,)
    buttons: ClassVar[tuple[str, ...]] = ("console", "metrics", "replay", "publish", "starter")
    fieldsets = (
        (None, {"fields": ("name", "mode", "greeting", "answers_on")}),
        (_("Horário e fila"), {"fields": (("calendar", "queue"),)}),
        (_("Segurança"), {"fields": ("emergency_words",)}),
        (
            _("Limites"),
            {
                "fields": (
                    ("session_turns", "person_daily"),
                    ("monthly_turns", "close_after_hours"),
                    ("answers_campaigns", "takes_again"),
                )
            },
        ),
        (_("Ajuda à equipe"), {"fields": ("rewrites",)}),
    )

    @display(description=_("versão publicada"))
    def shown_version(self, obj: Assistant) -> str:
        """The number of the version that answers."""
        return str(obj.version.number) if obj.version is not None else gettext("nenhuma")

    def panel(self, request: HttpRequest, obj: Any) -> Panel:
        """Show what it does, and what keeps it from answering."""
        sessions = BotSession.unscoped.filter(assistant=obj)
        turns = BotTurn.unscoped.filter(session__assistant=obj)
        known = KnowledgeEntry.unscoped.filter(company_id=obj.company_id).in_force().count()
        last = turns.order_by("-created_at").values_list("created_at", flat=True).first()
        return Panel(
            facts=(
                (_("versão publicada"), self.shown_version(obj)),
                (_("entradas em vigor"), str(known)),
                (_("sessões abertas"), str(sessions.open().count())),
                (_("passadas a pessoas"), str(sessions.filter(state="passada").count())),
                (_("confirmadas"), str(sessions.filter(outcome="confirmada").count())),
                (_("último turno"), since(last)),
                (_("leituras corrigidas"), _corrected(obj)),
            ),
            warnings=_warnings(obj, known),
            notes=[
                _(
                    "O robô só trata de assuntos administrativos, diz quem é na primeira resposta e"
                    " passa a uma pessoa quando ela é pedida (CFM 2.454/2026, LGPD)."
                )
            ],
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save through the service."""
        given = dict(form.cleaned_data)
        given.pop("company", None)
        stored = Assistant.objects.for_company(obj.company_id).get(pk=obj.pk) if change else None
        saved = assistant_save(
            company=Company.objects.get(pk=obj.company_id),
            actor=member_of(request, obj.company_id),
            assistant=stored,
            channels=list(given.pop("answers_on", ())),
            **given,
        )
        obj.pk = saved.pk
        form.instance = saved

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save nothing: the channels went with the assistant, versions are a record."""

    @button(_("Console"), icon="terminal", needs="view")
    def console(self, request: HttpRequest, obj: Assistant) -> HttpResponse:
        """Open the console."""
        return HttpResponseRedirect(reverse("admin:bot_assistant_typing", args=[obj.pk]))

    @button(_("Publicar versão"), icon="rocket_launch", is_main=True)
    def publish(self, request: HttpRequest, obj: Assistant) -> None:
        """Run the test cases and publish."""
        made = assistant_publish(assistant=obj, actor=member_of(request, obj.company_id))
        messages.success(
            request,
            gettext("Versão %(number)d publicada: %(passed)d de %(total)d casos certos.")
            % {"number": made.number, **made.result},
        )

    @button(_("Adicionar entradas iniciais"), icon="library_add")
    def starter(self, request: HttpRequest, obj: Assistant) -> None:
        """Add the starter set as drafts."""
        count = starter_import(company=obj.company, actor=member_of(request, obj.company_id))
        messages.success(request, gettext("%(count)d rascunhos adicionados.") % {"count": count})

    def get_urls(self) -> list[URLPattern]:
        """Add the console's address."""
        typing = path(
            "<path:object_id>/conversar/",
            self.admin_site.admin_view(self.typing_view),
            name="bot_assistant_typing",
        )
        return [typing, *super().get_urls()]

    def typing_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Type as a patient and see what the assistant would do, with its reasons. Sends nothing;
        the talk is kept in the reader's session alone.
        """
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            missing: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return missing
        key = f"bot_console_{obj.pk}"
        lines: list[dict[str, Any]] = request.session.get(key, [])
        if request.method == "POST":
            if "recomecar" in request.POST:
                lines = []
            elif text := request.POST.get("texto", "").strip()[:MOST_LETTERS]:
                lines = [*lines, _tried(obj, text, lines)][-20:]
            request.session[key] = lines
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Console de %(name)s") % {"name": obj.name},
            "opts": self.opts,
            "lines": lines,
            "back": self.address(obj.pk),
        }
        return TemplateResponse(request, "admin/bot/console.html", context)


def _tried(assistant: Assistant, text: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    # Loads the model: only who opens the console pays for it.
    from bot.services.answering import reply_to

    said = tuple(line["answer"] for line in reversed(lines))[:3]
    alarms = tuple(filter(None, assistant.emergency_words.splitlines()))
    talk = TalkState(turns=len(lines), said=said, alarms=alarms)
    reply = reply_to(assistant, HeardWords((text,)), talk)
    return {
        "text": text,
        "answer": reply.text,
        "buttons": [choice.title for choice in reply.choices],
        "did": got_of(reply),
        "act": str(TurnAct(reply.decision.act).label),
        "band": str(reply.decision.band),
        "candidates": reply.candidates,
        "ms": sum(reply.steps.values()),
    }


def _corrected(obj: Assistant) -> str:
    from bot.services.reading import corrections_count

    changed, total = corrections_count(obj.company_id)
    return gettext("%(changed)d de %(total)d") % {"changed": changed, "total": total}


def _warnings(obj: Assistant, known: int) -> list[str]:
    found = []
    if obj.version is None:
        found.append(gettext("Nada foi publicado: ninguém é atendido por este assistente."))
    if obj.mode == AssistantMode.SHADOW:
        found.append(gettext("Modo sombra: nada é enviado aos pacientes."))
    if not known:
        found.append(gettext("Nenhuma entrada em vigor: o robô só saúda e passa a uma pessoa."))
    if not obj.channels.exists():
        found.append(gettext("Nenhum canal escolhido."))
    return found


def member_of(request: HttpRequest, company_id: Any) -> Membership | None:
    """Return who the person is in a company; None for an owner who does not work there."""
    return access_of(request).memberships.get(company_id)
