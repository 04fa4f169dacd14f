"""What was done, by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    FieldTextFilter,
    RangeDateFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.models import AuditEntry
from accounts.services.audit import audit_record
from common.admin import (
    CompanyAdmin,
    Question,
    QuestionFilter,
    access_of,
    acted,
    json_of,
    link_to,
    since,
)
from common.admin.filters import today


@receiver(acted, dispatch_uid="accounts.back_office")
def _written_down(
    sender: type[Model],
    request: HttpRequest,
    obj: Model,
    company_id: Any,
    action: str,
    fields: list[str],
    **kwargs: Any,
) -> None:
    """Put what was done in the back-office into the audit of the row's company."""
    if company_id is not None:
        audit_record(
            company=company_id,
            actor=request.user,
            action=f"{sender._meta.model_name}.{action}",
            target=obj,
            detail={"campos": fields} if fields else {},
            address=request.META.get("REMOTE_ADDR") or None,
        )


WORDS = {
    "sessao.entrou": _("Entrou no sistema"),
    "sessao.saiu": _("Saiu do sistema"),
    "canal.salvo": _("Salvou um canal"),
    "canal.apagado": _("Apagou um canal"),
    "canal.validado": _("Validou um canal"),
    "canal.token_de_verificacao.revelado": _("Viu o token de verificação"),
    "conversa.assumida": _("Assumiu uma conversa"),
    "conversa.liberada": _("Liberou uma conversa"),
    "conversa.encerrada": _("Encerrou uma conversa"),
    "conversa.reaberta": _("Reabriu uma conversa"),
    "conversa.transferida": _("Passou uma conversa do robô para a equipe"),
    "contato.criado": _("Criou um contato"),
    "contato.alterado": _("Alterou um contato"),
    "contato.apagado": _("Apagou um contato"),
    "contato.possivel_duplicado": _("Encontrou um possível contato duplicado"),
    "contato.exportado": _("Exportou contatos"),
    "importacao.iniciada": _("Começou uma importação de contatos"),
    "importacao.concluida": _("Terminou uma importação de contatos"),
    "importacao.cancelada": _("Cancelou uma importação de contatos"),
    "importacao.retomada": _("Continuou uma importação de contatos"),
    "membro.incluido": _("Incluiu alguém na equipe"),
    "membro.alterado": _("Alterou o perfil de alguém"),
    "mensagem.revelado": _("Viu o texto de uma mensagem"),
    "webhook.revelado": _("Viu o conteúdo de um evento recebido"),
    "user.criado": _("Criou um usuário"),
    "user.alterado": _("Alterou um usuário"),
    "company.criado": _("Abriu uma empresa"),
    "company.alterado": _("Alterou a empresa"),
    "tag.criado": _("Criou uma etiqueta"),
    "tag.alterado": _("Alterou uma etiqueta"),
    "tag.apagado": _("Apagou uma etiqueta"),
}


class AuditQuestions(QuestionFilter):
    """Questions about what was done."""

    questions: ClassVar[dict[str, Question]] = {
        "hoje": Question(_("Hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))),
        "semana": Question(
            _("Últimos 7 dias"),
            lambda rows, now: rows.filter(created_at__gte=now - timedelta(days=7)),
        ),
        "revelados": Question(
            _("Conteúdos revelados"), lambda rows, now: rows.filter(action__endswith=".revelado")
        ),
        "canais": Question(
            _("Mexeram em canais"), lambda rows, now: rows.filter(action__startswith="canal.")
        ),
        "sistema": Question(_("Feitos pelo sistema"), lambda rows, now: rows.filter(actor=None)),
    }


@admin.register(AuditEntry)
class AuditAdmin(CompanyAdmin):
    """What was done, by whom, to what. A record: nobody changes it."""

    is_read_only = True
    list_display = ("shown_at", "who", "what", "target", "shown_company", "address")
    list_filter = (
        AuditQuestions,
        ("action", FieldTextFilter),
        ("actor", AutocompleteSelectFilter),
        ("created_at", RangeDateFilter),
    )
    list_select_related = ("actor", "company")
    # Ids of rows: this is how a row's history finds its entries.
    search_fields = ("object_id__exact",)
    search_help_text = _("ID do objeto")
    ordering = ("-created_at", "-pk")
    paginator = InfinitePaginator
    fields = (
        ("created_at", "who"),
        ("what", "target"),
        ("address", "shown_company"),
        "details",
    )
    readonly_fields = (
        "created_at",
        "who",
        "what",
        "target",
        "address",
        "shown_company",
        "details",
    )
    details = json_of("detail", _("detalhe"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Supervisors too may ask who did what."""
        return access_of(request).is_any

    @display(description=_("quando"), ordering="created_at")
    def shown_at(self, obj: AuditEntry) -> str:
        """The moment."""
        return since(obj.created_at)

    @display(description=_("quem"), ordering="actor__name")
    def who(self, obj: AuditEntry) -> str:
        """The person, or the system."""
        return obj.actor.name if obj.actor else str(_("Sistema"))

    @display(description=_("ação"), ordering="action")
    def what(self, obj: AuditEntry) -> str:
        """The act in words; one that is not in the list reads as it is stored."""
        known = WORDS.get(obj.action)
        return str(known) if known else obj.action.replace(".", " ").replace("_", " ").capitalize()

    @display(description=_("objeto"))
    def target(self, obj: AuditEntry) -> str:
        """The row it was done to, with a link where it has a page."""
        if not obj.object_id:
            return "-"
        return link_to(obj.object_type, obj.object_id, f"…{obj.object_id[-12:]}")
