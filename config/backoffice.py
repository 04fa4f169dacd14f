"""How the back-office looks and what its menu holds; django-unfold reads it as settings.UNFOLD."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _is_owner(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def _page(words: Any, icon: str, model: str, **more: Any) -> dict[str, Any]:
    """Make a line of the menu that opens the list of `app_model`."""
    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": words, "icon": icon, "link": link, **more}


# The teal of the inbox, so that both halves of the product look like one.
PRIMARY = {
    "50": "#effaf8",
    "100": "#d6f2ed",
    "200": "#aee4db",
    "300": "#7cd0c4",
    "400": "#4fb8aa",
    "500": "#2b9a8c",
    "600": "#0b6b60",
    "700": "#08564d",
    "800": "#0a463f",
    "900": "#0b3a35",
    "950": "#03211e",
}

NAVIGATION: list[dict[str, Any]] = [
    {
        "title": "",
        "items": [
            {"title": _("Painel"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            {"title": _("Atendimento"), "icon": "forum", "link": reverse_lazy("inbox:home")},
        ],
    },
    {
        "title": _("Canais"),
        "items": [
            _page(_("Canais"), "sensors", "omnichannel_channel"),
            _page(_("Modelos de mensagem"), "description", "omnichannel_template"),
            _page(_("Custos"), "payments", "omnichannel_messagecost"),
            _page(_("Tarifas"), "price_change", "omnichannel_rate"),
            _page(_("Avisos dos provedores"), "campaign", "omnichannel_channelnotice"),
        ],
    },
    {
        "title": _("Conversas"),
        "items": [
            _page(_("Conversas"), "chat", "omnichannel_conversation"),
            _page(_("Mensagens"), "sms", "omnichannel_message"),
            _page(_("Anexos"), "attach_file", "omnichannel_attachment"),
            _page(_("Visitantes bloqueados"), "block", "visitors_visitorblock"),
        ],
    },
    {
        "title": _("Filas"),
        "items": [
            _page(_("Atendimentos"), "confirmation_number", "queues_ticket"),
            _page(_("Filas"), "group_work", "queues_queue"),
            _page(_("Calendários"), "calendar_month", "accounts_businesscalendar"),
            _page(_("Motivos de pausa"), "coffee", "accounts_pausereason"),
            _page(_("Próximo atendimento"), "tune", "queues_nextweights"),
        ],
    },
    {
        "title": _("Inteligência artificial"),
        "items": [
            _page(_("Provedores de IA"), "hub", "bot_aiprovider"),
            _page(_("Uso da IA"), "rule", "bot_aipolicy"),
            _page(_("Custos da IA"), "payments", "bot_aiusage"),
            _page(_("Tarifas de IA"), "price_change", "bot_airate"),
            _page(_("O que saiu"), "outbound", "bot_aideparture"),
        ],
    },
    {
        "title": _("Robô"),
        "items": [
            _page(_("Assistentes"), "smart_toy", "bot_assistant"),
            _page(_("Conhecimento"), "menu_book", "bot_knowledgeentry"),
            _page(_("Categorias"), "category", "bot_knowledgecategory"),
            _page(_("Sessões"), "forum", "bot_botsession"),
            _page(_("Casos de teste"), "checklist", "bot_evalcase"),
            _page(_("Rodadas de testes"), "science", "bot_evalrun"),
        ],
    },
    {
        "title": _("Fluxos"),
        "items": [
            _page(_("Fluxos"), "account_tree", "flows_flow"),
            _page(_("Percursos"), "route", "flows_flowrun"),
            _page(_("Arquivos de fluxos"), "attach_file", "flows_flowfile"),
            _page(_("Segredos de fluxos"), "key", "flows_flowsecret"),
        ],
    },
    {
        "title": _("Campanhas"),
        "items": [
            _page(_("Campanhas"), "campaign", "campaigns_campaign"),
            _page(_("Destinatários"), "group", "campaigns_recipient"),
        ],
    },
    {
        "title": _("Pessoas"),
        "items": [
            _page(_("Contatos"), "contacts", "contacts_contact"),
            _page(_("Importações"), "upload_file", "contacts_importjob"),
            _page(_("Etiquetas"), "label", "contacts_tag"),
            _page(_("Segmentos"), "filter_alt", "contacts_segment"),
            _page(_("Duplicados"), "join_inner", "contacts_duplicatepair"),
            _page(_("Mesclas"), "merge", "contacts_contactmerge"),
            _page(_("Acessos"), "visibility", "contacts_contactview"),
            _page(_("Pedidos dos titulares"), "assignment_ind", "contacts_datarequest"),
            _page(_("Guardas legais"), "gavel", "contacts_legalhold"),
            _page(_("Prazos de guarda"), "auto_delete", "contacts_retentionrule"),
        ],
    },
    {
        "title": _("Pontuação"),
        "items": [
            _page(_("Scores"), "local_fire_department", "leadscoring_leadscore"),
            _page(_("Palavras de intenção"), "spellcheck", "leadscoring_signalword"),
            _page(_("Modelos aprendidos"), "model_training", "leadscoring_learnedmodel"),
        ],
    },
    {
        "title": _("Equipe"),
        "items": [
            _page(_("Equipe"), "badge", "accounts_membership"),
            _page(_("Usuários"), "person", "accounts_user"),
            _page(_("Empresas"), "apartment", "accounts_company"),
            _page(_("Auditoria"), "policy", "accounts_auditentry"),
        ],
    },
    {
        "title": _("Integrações"),
        "items": [
            _page(_("Webhooks"), "webhook", "integrations_hooksubscription"),
            _page(_("Entregas"), "outbox", "integrations_outgoingevent"),
        ],
    },
    {
        "title": _("Plataforma"),
        "items": [
            {
                "title": _("Operação"),
                "icon": "monitor_heart",
                "link": reverse_lazy("operations"),
                "permission": _is_owner,
            },
            _page(_("Eventos recebidos"), "inbox", "webhooks_inboundevent", permission=_is_owner),
            _page(
                _("Recibos adiantados"),
                "done_all",
                "omnichannel_statusreceipt",
                permission=_is_owner,
            ),
            {
                "title": _("Documentação da API"),
                "icon": "api",
                "link": reverse_lazy("docs"),
            },
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Central de Atendimento"),
    "SITE_HEADER": _("Central de Atendimento"),
    "SITE_SYMBOL": "forum",
    "SITE_URL": reverse_lazy("inbox:home"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("inbox/img/icon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"primary": PRIMARY},
    "STYLES": [lambda request: static("common/admin.css")],
    "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
    "ENVIRONMENT": "config.dashboard.clock",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
