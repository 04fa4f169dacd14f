"""The table of every address, and two companies furnished alike, for tests/test_tenancy.py."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from channels.testing import WebsocketCommunicator
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework import serializers

from accounts.models import Company, Membership, User
from accounts.services.calendars import calendar_save
from accounts.services.tokens import token_issue
from agenda.services.appointments import appointment_create
from agenda.services.places import place_take
from agenda.services.professionals import professional_save
from bot.services.knowledge import entry_save
from campaigns.services.audiences import audience_build, audience_request
from campaigns.services.campaigns import VariantDraft, campaign_save
from common.scoping import CompanyOwned, company_scope
from contacts.imports.jobs import import_receive_objects
from contacts.models import DuplicateReason
from contacts.services.contacts import contact_save
from contacts.services.duplicates import pair_note
from contacts.services.merging import contacts_merge
from flows.services.drawing import flow_make
from inbox import sockets
from integrations.services.subscriptions import hook_create, hook_test
from leadscoring.services.counting import conversations_count
from leadscoring.services.scoring import score_recalculate
from leadscoring.services.words import word_save
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Conversation, PersonProfile, Template
from omnichannel.services.drafts import draft_save
from omnichannel.services.outbound import message_send, note_add
from omnichannel.services.scheduling import message_schedule
from queues.models import Ticket
from queues.services.macros import macro_save
from queues.services.queues import members_set, queue_save
from queues.services.quick_replies import quick_reply_save
from queues.services.rules import rule_save
from queues.services.saved_views import saved_view_save
from tests import make

MARK = "MARCADACLINICA"
Attempt = Callable[..., AbstractContextManager[None]]
METHODS = ("get", "post", "put", "patch", "delete")
API = "central-atendimento/"
TALK = f"{API}conversas/<uuid:conversation_id>/"
PAGE = "atendimento/conversas/<uuid:conversation_id>/"
QUEUE = f"{API}filas/<uuid:queue_id>/"
QUICK = f"{API}respostas-rapidas/<uuid:quick_reply_id>/"
DRAWN = "atendimento/fluxos/<uuid:flow_id>/"
RULE = "atendimento/regras/<uuid:rule_id>/"
MACRO = f"{API}macros/<uuid:macro_id>/"
TICKET = f"{API}atendimentos/<uuid:ticket_id>/"
REPORT = f"{API}analytics/"
CAMPAIGN = f"{API}campanhas/<uuid:campaign_id>/"
SHEET = "atendimento/campanhas/<uuid:campaign_id>/"
APPOINTMENT = f"{API}agenda/compromissos/<uuid:appointment_id>/"
BOOKING = {"starts_at": "2090-05-14T14:00:00Z", "ends_at": "2090-05-14T14:30:00Z"}
MEMBER, MANAGER, ADMINISTRATOR, NOBODY = "member", "manager", "administrator", "nobody"


@dataclass(frozen=True)
class Address:
    """One line of the table: what each method needs, and a body that gets past its reading.

    `roles` maps methods to the least role; other methods are refused. `body` is sent with every
    write.
    """

    roles: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    is_form: bool = False


def reads() -> Address:
    return Address({"get": MEMBER})


def acts(role: str = MEMBER, **body: Any) -> Address:
    return Address({"post": role}, body)


LETTER = "atendimento/mensagens/<uuid:message_id>/email/"
CHANNEL = {"kind": "whatsapp", "name": "Novo", "account_id": "777000777"}
HOOKED = f"{API}integracoes/<uuid:webhook_id>/"
HOOK = {
    "name": "Novo",
    "url": "https://sistema.example.com/",
    "events": ["mensagem.recebida"],
}
TABLE: dict[str, Address] = {
    # --- pages ---
    "": Address({method: NOBODY for method in METHODS}),
    "admin/atendimento/": Address({method: NOBODY for method in METHODS}),
    "admin/atendimento/<path:rest>": Address({method: NOBODY for method in METHODS}),
    "atendimento/": reads(),
    # For whoever has a letter's own address (campaigns.services.leaving).
    "sair-da-lista/<str:key>/": Address({"get": NOBODY, "post": NOBODY}),
    "sw.js": Address({"get": NOBODY}),
    "atendimento/entrar/": Address({"get": NOBODY, "post": NOBODY, "put": NOBODY}),
    **{
        f"atendimento/{page}": Address({method: NOBODY for method in methods})
        for page, methods in {
            "nova-senha/": ("get", "post"),
            "nova-senha/escolher/": ("get", "post"),
            "nova-senha/<str:token>/": ("get",),
            "convite/": ("get", "post"),
            "entrar/codigo/": ("get", "post"),
            "convite/<str:token>/": ("get",),
        }.items()
    },
    "atendimento/sair/": Address({"post": NOBODY}),
    "atendimento/anexos/<uuid:attachment_id>/baixar-de-novo/": Address(
        {"post": MEMBER}, {}, is_form=True
    ),
    "atendimento/anexos/<uuid:attachment_id>/transcrever/": Address(
        {"post": MEMBER}, {}, is_form=True
    ),
    "atendimento/senha/": Address({"get": MEMBER, "post": MEMBER}, {}, is_form=True),
    "atendimento/conta/": Address({"get": MEMBER, "post": MEMBER}, {"nome": "x"}, is_form=True),
    "atendimento/conta/segundo-fator/": Address({"get": MEMBER, "post": MEMBER}, {}, is_form=True),
    "atendimento/conta/sessoes/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/conta/empresa/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/convites/": reads(),
    "atendimento/convites/<uuid:membership_id>/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/lista/": Address({"post": MEMBER}, {"filtro": "todas"}, is_form=True),
    "atendimento/lista/acoes/": Address(
        {"get": MEMBER, "post": MEMBER}, {"acao": "lida"}, is_form=True
    ),
    "atendimento/lista/filtros/": reads(),
    "atendimento/lista/todas/": Address({"post": MEMBER}, {"filtro": "todas"}, is_form=True),
    "atendimento/conversas/nova/": Address({"get": MEMBER, "post": MEMBER}, {}, is_form=True),
    PAGE: reads(),
    f"{PAGE}mensagens/": Address(
        {"get": MEMBER, "post": MEMBER}, {"texto": "x", "client_id": "a"}, is_form=True
    ),
    f"{PAGE}modelos/": reads(),
    f"{PAGE}foto/": reads(),
    f"{PAGE}controle/": acts(),
    f"{PAGE}midia/": reads(),
    f"{PAGE}estrelas/": reads(),
    "atendimento/mensagens/<uuid:message_id>/estrela/": Address(
        {"post": MEMBER}, {"marcada": "sim"}, is_form=True
    ),
    "atendimento/mensagens/<uuid:message_id>/reagir/": Address(
        {"post": MEMBER}, {"emoji": "👍", "client_id": "r"}, is_form=True
    ),
    "atendimento/mensagens/<uuid:message_id>/encaminhar/": Address(
        {"get": MEMBER, "post": MEMBER}, {"client_id": "f"}, is_form=True
    ),
    "atendimento/mensagens/<uuid:message_id>/encaminhar/para/": Address(
        {"post": MEMBER}, {"q": "x"}, is_form=True
    ),
    "atendimento/pacientes/": Address({"get": MEMBER, "post": MEMBER}, {"q": MARK}, is_form=True),
    "atendimento/pacientes/exportar/": Address(
        {"post": MANAGER}, {"q": MARK, "formato": "csv"}, is_form=True
    ),
    "atendimento/paleta/": Address({"post": MEMBER}, {"q": MARK}, is_form=True),
    f"{PAGE}medida/": Address({"post": MEMBER}, {"texto": "x"}, is_form=True),
    f"{PAGE}respostas/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}rascunho/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}ler/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}leitura/": Address(
        {"post": MEMBER}, {"leitura": "sentimento", "valor": "neutro"}, is_form=True
    ),
    f"{PAGE}reescrita/": Address({"post": MEMBER}, {"texto": "x", "jeito": "curto"}, is_form=True),
    f"{PAGE}rapidas/": reads(),
    f"{PAGE}rascunhos/": Address(
        {"get": MEMBER, "post": MEMBER}, {"modo": "nota", "texto": "x"}, is_form=True
    ),
    "atendimento/rascunhos/": reads(),
    f"{PAGE}rapidas/<uuid:quick_reply_id>/usar/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/acompanhadas/": reads(),
    f"{PAGE}participantes/": Address({"get": MEMBER, "post": MEMBER}, {}, is_form=True),
    f"{PAGE}participantes/tirar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}macros/": reads(),
    f"{PAGE}macros/<uuid:macro_id>/": Address(
        {"get": MEMBER, "post": MEMBER}, {"client_id": "um"}, is_form=True
    ),
    "atendimento/macros/": reads(),
    "atendimento/macros/nova/": Address({"get": MEMBER, "post": MEMBER}, {}, is_form=True),
    "atendimento/macros/<uuid:macro_id>/": Address(
        {"get": MEMBER, "post": MEMBER},
        {"nome": "m", "para": "empresa", "acao_0": "nota", "texto_0": "x"},
        is_form=True,
    ),
    "atendimento/macros/<uuid:macro_id>/apagar/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/finalizacao/": Address(
        {"get": MANAGER, "post": MANAGER}, {"motivos": "Resolvido"}, is_form=True
    ),
    "atendimento/fluxos/": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    DRAWN: Address({"get": MANAGER, "post": MANAGER}, {"revision": 1}),
    f"{DRAWN}publicar/": Address({"post": MANAGER}, {"revision": 1}),
    f"{DRAWN}ligar/": Address({"post": MANAGER}, {"acao": "desligar"}, is_form=True),
    f"{DRAWN}testar/": Address({"post": MANAGER}, {}),
    f"{DRAWN}exportar/": Address({"get": MANAGER}),
    f"{DRAWN}percursos/": Address({"get": MANAGER}),
    "atendimento/regras/": Address({"get": MANAGER}),
    "atendimento/regras/nova/": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    f"{RULE}": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    f"{RULE}simular/": Address({"get": MANAGER}),
    f"{RULE}ligar/": Address({"post": MANAGER}, {}, is_form=True),
    f"{RULE}apagar/": Address({"post": MANAGER}, {}, is_form=True),
    "atendimento/respostas-rapidas/": reads(),
    "atendimento/respostas-rapidas/nova/": Address(
        {"get": MEMBER, "post": MEMBER},
        {"nome": "oi", "para": "pessoal", "texto": "Oi"},
        is_form=True,
    ),
    "atendimento/respostas-rapidas/<uuid:quick_reply_id>/": Address(
        {"get": MEMBER, "post": MEMBER},
        {"nome": "oi", "para": "empresa", "texto": "Oi"},
        is_form=True,
    ),
    "atendimento/respostas-rapidas/<uuid:quick_reply_id>/apagar/": Address(
        {"post": MEMBER}, {}, is_form=True
    ),
    f"{PAGE}anexos/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}assumir/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}liberar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}devolver-robo/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}pausar-robo/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}fechar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}reabrir/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}nao-lida/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}lida/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}contato/": Address(
        {"get": MEMBER, "post": MEMBER}, {"situacao": "lead", "nome": "Rita"}, is_form=True
    ),
    f"{PAGE}revelar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}bloquear-visitante/": Address({"post": MEMBER}, {"tipo": "visitante"}, is_form=True),
    f"{PAGE}sobre/": Address({"post": MEMBER}, {"sobre": ""}, is_form=True),
    f"{PAGE}dependentes/": Address({"post": MEMBER}, {"nome": "Enzo"}, is_form=True),
    f"{PAGE}dependentes/<uuid:contact_id>/desfazer/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}outros-canais/": Address({"post": MEMBER}, {"texto": "x"}, is_form=True),
    "atendimento/continuar/<uuid:conversation_id>/": Address(
        {"post": MEMBER}, {"meio": "x"}, is_form=True
    ),
    f"{PAGE}sugestoes/<uuid:pair_id>/confirmar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}sugestoes/<uuid:pair_id>/recusar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}mesclas/<uuid:merge_id>/desfazer/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}transcricao/": reads(),
    f"{PAGE}mencoes/": Address({"get": MEMBER}),
    f"{PAGE}fixar/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/lista/filtros/salvar/": Address({"post": MEMBER}, {"nome": "x"}, is_form=True),
    "atendimento/lista/filtros/<uuid:view_id>/apagar/": Address(
        {"post": MANAGER}, {}, is_form=True
    ),
    f"{PAGE}mencoes/vistas/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}agendar/": Address(
        {"get": MEMBER, "post": MEMBER},
        {"quando": "uma_hora", "client_id": "a", "texto": "x"},
        is_form=True,
    ),
    f"{PAGE}agendadas/": reads(),
    f"{PAGE}agendadas/<uuid:scheduled_id>/cancelar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}adiar/": Address({"get": MEMBER, "post": MEMBER}, {"quando": "resposta"}, is_form=True),
    f"{PAGE}retomar/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}transferir/": Address(
        {"get": MEMBER, "post": MEMBER}, {"destino": "", "motivo": "x"}, is_form=True
    ),
    f"{PAGE}passada/": Address({"get": MEMBER}),
    f"{PAGE}finalizar/": Address({"get": MEMBER, "post": MEMBER}, {"motivo": "x"}, is_form=True),
    "atendimento/proximo/": Address({"post": MEMBER}, {}, is_form=True),
    "atendimento/preferencias/": Address(
        {"get": MEMBER, "post": MEMBER}, {"tema": "escuro"}, is_form=True
    ),
    "atendimento/avisos/": Address({"post": MEMBER}, {"endpoint": "x"}, is_form=True),
    "atendimento/presenca/": Address(
        {"get": MEMBER, "post": MEMBER}, {"estado": "online"}, is_form=True
    ),
    f"{API}presenca/": Address({"get": MEMBER, "post": MEMBER}, {"state": "online"}),
    f"{API}motivos-pausa/": reads(),
    f"{API}equipe/": reads(),
    f"{API}equipe/<uuid:member_id>/": reads(),
    f"{API}etiquetas/": reads(),
    f"{API}segmentos/": reads(),
    f"{API}contatos/<uuid:contact_id>/consentimentos/": reads(),
    f"{API}atendimentos/": reads(),
    f"{API}mudancas/": Address({"get": MANAGER}),
    f"{API}eu/": Address({"get": MEMBER}),
    f"{API}eu/ticket/": Address({"post": MEMBER}, {}),
    f"{API}preferencias/": Address({"get": MEMBER, "patch": MEMBER}, {"theme": "escuro"}),
    f"{API}calendarios/": Address({"get": MEMBER, "post": ADMINISTRATOR}, {"name": "Novo"}),
    f"{API}calendarios/<uuid:calendar_id>/": Address(
        {"get": MEMBER, "patch": ADMINISTRATOR, "delete": ADMINISTRATOR}, {"name": "Outro"}
    ),
    f"{API}filas/": Address({"get": MEMBER, "post": MANAGER}, {"name": "Nova"}),
    f"{QUEUE}": Address({"get": MEMBER, "patch": MANAGER, "delete": MANAGER}),
    f"{API}macros/": Address(
        {"get": MEMBER, "post": MEMBER}, {"name": "m", "steps": [{"act": "nota", "text": "x"}]}
    ),
    f"{MACRO}": Address({"get": MEMBER, "patch": MANAGER, "delete": MANAGER}, {"name": "Outra"}),
    f"{MACRO}executar/": acts(conversations=[]),
    "atendimento/agenda/": reads(),
    "atendimento/agenda/<uuid:appointment_id>/": Address(
        {"post": MEMBER}, {"ato": "confirmada"}, is_form=True
    ),
    f"{PAGE}compromissos/": Address({"post": MEMBER}, {}, is_form=True),
    f"{PAGE}compromissos/<uuid:appointment_id>/": Address(
        {"post": MEMBER}, {"ato": "confirmada"}, is_form=True
    ),
    "agenda/<str:key>.ics": Address({"get": NOBODY}),
    f"{API}agenda/compromissos/": Address({"get": MEMBER, "post": MEMBER}, BOOKING),
    f"{APPOINTMENT}": Address({"get": MEMBER, "patch": MEMBER}, {"kind": "Outro"}),
    f"{APPOINTMENT}cancelar/": Address({"post": MEMBER}),
    f"{APPOINTMENT}resposta/": Address({"post": MEMBER}, {"meaning": "confirmada"}),
    f"{API}agenda/profissionais/": Address({"get": MANAGER, "post": MANAGER}, {"name": "Nova"}),
    f"{API}agenda/profissionais/<uuid:professional_id>/endereco/": Address({"post": MANAGER}),
    f"{API}agenda/calendarios/": Address({"get": MANAGER, "post": MANAGER}, {"name": "Sistema"}),
    f"{API}agenda/espera/": Address({"get": MEMBER, "post": MEMBER}, {"kind": "Retorno"}),
    f"{API}agenda/espera/<uuid:waiting_id>/": Address({"delete": MEMBER}),
    f"{API}respostas-rapidas/": Address(
        {"get": MEMBER, "post": MEMBER}, {"name": "oi", "text": "Oi"}
    ),
    f"{QUICK}": Address({"get": MEMBER, "patch": MANAGER, "delete": MANAGER}, {"text": "Outra"}),
    # Without a file it is refused before anybody asks who sent it.
    f"{QUICK}arquivos/": Address({"post": MEMBER, "delete": MANAGER}),
    f"{QUEUE}metricas/": reads(),
    f"{REPORT}metricas/": reads(),
    f"{REPORT}metricas/tempo-real/": reads(),
    f"{REPORT}relatorio/diario/": reads(),
    f"{REPORT}relatorio/semanal/": reads(),
    f"{REPORT}atendente/<uuid:membership_id>/performance/": reads(),
    f"{REPORT}fila/<uuid:queue_id>/metricas/": reads(),
    f"{QUEUE}atendimentos/": reads(),
    f"{QUEUE}proximo-atendimento/": acts(),
    f"{QUEUE}membros/": Address({"get": MEMBER, "put": MANAGER}, {"members": []}),
    f"{QUEUE}distribuir/": acts(MANAGER),
    f"{TICKET}": reads(),
    f"{TICKET}historico/": reads(),
    f"{TICKET}assumir/": acts(),
    f"{TICKET}atribuir/": acts(MANAGER),
    f"{TICKET}transferir/": acts(reason="x"),
    f"{TICKET}devolver/": acts(),
    f"{TICKET}finalizar/": acts(reason="x"),
    f"{TICKET}prioridade/": acts(MANAGER, priority=9),
    f"{API}campanhas/": Address({"get": MANAGER, "post": MANAGER}, {"name": "Nova"}),
    CAMPAIGN: Address({"get": MANAGER, "patch": MANAGER, "delete": MANAGER}),
    f"{CAMPAIGN}metricas/": Address({"get": MANAGER}),
    f"{CAMPAIGN}destinatarios/": Address({"get": MANAGER, "post": MANAGER}, {}),
    f"{CAMPAIGN}previsao/": Address({"get": MANAGER}),
    f"{CAMPAIGN}iniciar/": acts(MANAGER),
    f"{CAMPAIGN}pausar/": acts(MANAGER),
    f"{CAMPAIGN}retomar/": acts(MANAGER),
    f"{CAMPAIGN}cancelar/": acts(MANAGER),
    f"{CAMPAIGN}copiar/": acts(MANAGER),
    "atendimento/painel/": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    "atendimento/painel/<uuid:ticket_id>/": Address(
        {"post": MANAGER}, {"acao": "urgente"}, is_form=True
    ),
    # Attendants are led to their own numbers.
    "atendimento/dashboard/": reads(),
    "atendimento/relatorios/": reads(),
    "atendimento/relatorios/atendimentos/": reads(),
    "atendimento/campanhas/": Address({"get": MANAGER}),
    "atendimento/campanhas/nova/": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    SHEET: Address({"get": MANAGER, "post": MANAGER}, {"acao": "pausar"}, is_form=True),
    f"{SHEET}publico/": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    f"{SHEET}mensagem/": Address(
        {"get": MANAGER, "post": MANAGER}, {"A.modelo": "", "A.texto": "Oi"}, is_form=True
    ),
    f"{SHEET}envio/": Address({"get": MANAGER, "post": MANAGER}, {}, is_form=True),
    f"{SHEET}revisao/": Address(
        {"get": MANAGER, "post": MANAGER}, {"acao": "montar"}, is_form=True
    ),
    f"{SHEET}pessoas/": Address({"get": MANAGER}),
    "atendimento/mensagens/<uuid:message_id>/reenviar/": Address(
        {"post": MEMBER}, {}, is_form=True
    ),
    LETTER: reads(),
    f"{LETTER}citado/": reads(),
    f"{LETTER}pagina/": reads(),
    f"{LETTER}original/": reads(),
    f"{LETTER}encaminhada/": Address({"post": MEMBER}, {}, is_form=True),
    # A frame has no session; the address itself is the right (test_letters).
    "atendimento/emails/imagens/<str:token>/<int:place>/": Address({"get": NOBODY}),
    f"{PAGE}assinatura/": Address({"get": MEMBER, "post": MEMBER}, {"texto": "x"}, is_form=True),
    "atendimento/anexos/<uuid:attachment_id>/": reads(),
    # --- API ---
    f"{API}auth/token/": Address({"post": NOBODY}, {"email": "x@y.example", "password": "x"}),
    f"{API}auth/logout/": acts(),
    f"{API}canais/": Address({"get": MEMBER, "post": ADMINISTRATOR}, CHANNEL),
    f"{API}canais/<uuid:channel_id>/": Address(
        {"get": MEMBER, "patch": ADMINISTRATOR, "delete": ADMINISTRATOR}, {"name": "Outro"}
    ),
    f"{API}canais/<uuid:channel_id>/assinar/": acts(ADMINISTRATOR),
    f"{API}canais/<uuid:channel_id>/registrar/": acts(ADMINISTRATOR, pin="123456"),
    f"{API}canais/<uuid:channel_id>/testar/": acts(ADMINISTRATOR, phone_number="41999990000"),
    f"{API}canais/<uuid:channel_id>/trocar-endereco/": acts(ADMINISTRATOR),
    f"{API}canais/<uuid:channel_id>/validar/": acts(ADMINISTRATOR),
    f"{API}contatos/buscar/": Address({"post": MEMBER}, {"q": MARK}),
    f"{API}contatos/": Address({"get": MEMBER, "post": MEMBER}, {"name": "Novo"}),
    f"{API}contatos/<uuid:contact_id>/": Address(
        {"get": MEMBER, "patch": MEMBER, "delete": MANAGER}, {"name": "Outro"}
    ),
    f"{API}contatos/sugestoes/": reads(),
    f"{API}contatos/sugestoes/<uuid:suggestion_id>/confirmar/": acts(),
    f"{API}contatos/sugestoes/<uuid:suggestion_id>/recusar/": acts(),
    f"{API}contatos/mesclas/<uuid:merge_id>/desfazer/": acts(),
    f"{API}contatos/importar/": acts(MANAGER, contacts=[{"name": "Nova"}]),
    f"{API}contatos/importar/<uuid:job_id>/": Address({"get": MANAGER}),
    f"{API}contatos/importar/<uuid:job_id>/recusadas/": Address({"get": MANAGER}),
    f"{API}contatos/<uuid:contact_id>/revelar/": acts(),
    f"{API}contatos/<uuid:contact_id>/score/": reads(),
    f"{API}contatos/<uuid:contact_id>/score/recalcular/": acts(),
    f"{API}conversas/buscar/": Address({"post": MEMBER}, {"q": MARK}),
    f"{API}conversas/": Address({"get": MEMBER, "post": MEMBER}, {"address": "41 98811-0077"}),
    TALK: Address({"get": MEMBER, "patch": MEMBER}, {"about": None}),
    f"{TALK}mensagens/": Address({"get": MEMBER, "post": MEMBER}, {"text": "x"}),
    f"{TALK}agendadas/": Address(
        {"get": MEMBER, "post": MEMBER},
        {"text": "x", "client_id": MARK, "send_at": "2999-01-01T00:00:00Z"},
    ),
    f"{TALK}agendadas/<uuid:scheduled_id>/": Address({"delete": MEMBER}),
    f"{TALK}medir/": acts(text="x"),
    f"{TALK}anexos/": acts(),
    f"{TALK}alcances/": acts(text="x"),
    f"{TALK}continuar/": acts(key="x"),
    f"{TALK}transferir-humano/": acts(),
    f"{TALK}fechar/": acts(),
    f"{TALK}assumir/": acts(),
    f"{TALK}liberar/": acts(),
    f"{TALK}devolver-robo/": acts(),
    f"{TALK}adiar/": acts(),
    f"{API}conversas/acoes/": acts(act="lida", conversations=[]),
    f"{TALK}retomar/": acts(),
    f"{TALK}pausar-robo/": acts(),
    f"{TALK}sugestoes/": acts(),
    f"{TALK}ler/": acts(),
    f"{TALK}leituras/": Address(
        {"get": MEMBER, "post": MEMBER}, {"kind": "sentimento", "value": "neutro"}
    ),
    f"{TALK}reescrever/": acts(text="x", style="curto"),
    f"{TALK}reabrir/": acts(),
    f"{TALK}lida/": acts(),
    f"{API}robo/assistentes/": reads(),
    f"{API}robo/entradas/": Address(
        {"get": MEMBER, "post": MANAGER}, {"question": "Abre domingo?", "answer": "Não."}
    ),
    f"{API}robo/entradas/<uuid:entry_id>/": Address(
        {"get": MEMBER, "patch": MANAGER}, {"label": "Domingo"}
    ),
    f"{API}robo/sessoes/": reads(),
    f"{API}fluxos/": reads(),
    f"{API}fluxos/<uuid:flow_id>/iniciar/": acts(MANAGER),
    f"{API}fluxos/<uuid:flow_id>/percursos/": reads(),
    f"{API}mensagens/<uuid:message_id>/reenviar/": acts(),
    f"{API}anexos/<uuid:attachment_id>/": reads(),
    f"{API}whatsapp/config/": Address({"get": ADMINISTRATOR}),
    f"{API}whatsapp/perfil-negocio/": Address(
        {"get": MEMBER, "patch": ADMINISTRATOR}, {"about": "x"}
    ),
    f"{API}whatsapp/templates/": reads(),
    f"{API}whatsapp/templates/sincronizar/": acts(ADMINISTRATOR),
    f"{API}whatsapp/test-envio/": acts(ADMINISTRATOR, telefone=make.PHONE, mensagem="x"),
    f"{API}integracoes/": Address({"get": ADMINISTRATOR, "post": ADMINISTRATOR}, HOOK),
    HOOKED: Address(
        {"get": ADMINISTRATOR, "patch": ADMINISTRATOR, "delete": ADMINISTRATOR}, {"name": "Outro"}
    ),
    f"{HOOKED}segredo/": acts(ADMINISTRATOR),
    f"{HOOKED}teste/": acts(ADMINISTRATOR),
    f"{HOOKED}reenviar/": acts(ADMINISTRATOR),
    f"{HOOKED}entregas/": Address({"get": ADMINISTRATOR}),
    f"{HOOKED}entregas/<uuid:delivery_id>/": Address({"get": ADMINISTRATOR}),
    f"{API}schema/": Address({"get": NOBODY}),
    f"{API}docs/": Address({"get": NOBODY}),
    f"{API}^[\\s\\S]*$": Address(),
}
# Ids that travel beside the path: address, method, where the id goes, whose id.
BESIDE = [
    (f"{API}conversas/", "get", "?channel", "channel"),
    (f"{API}conversas/", "get", "?contact", "contact"),
    (f"{API}conversas/", "get", "?attendant", "member"),
    (f"{API}conversas/", "post", "channel", "channel"),
    ("atendimento/conversas/nova/", "get", "?pessoa", "contact"),
    (f"{QUEUE}atendimentos/", "get", "?contact", "contact"),
    (f"{QUEUE}atendimentos/", "get", "?attendant", "member"),
    (f"{QUEUE}", "patch", "calendar", "calendar"),
    (f"{API}respostas-rapidas/", "post", "queue", "queue"),
    (f"{API}macros/", "post", "queue", "queue"),
    (MACRO, "patch", "queue", "queue"),
    (f"{MACRO}executar/", "post", "conversations", "conversation"),
    (f"{API}agenda/compromissos/", "get", "?contact", "contact"),
    (f"{API}agenda/compromissos/", "get", "?professional", "professional"),
    (f"{API}agenda/compromissos/", "post", "contact", "contact"),
    (APPOINTMENT, "patch", "professional", "professional"),
    (f"{API}agenda/espera/", "post", "contact", "contact"),
    (QUICK, "patch", "queue", "queue"),
    ("atendimento/respostas-rapidas/nova/", "get", "?mensagem", "message"),
    (f"{API}whatsapp/perfil-negocio/", "get", "?canal", "channel"),
    (f"{API}whatsapp/perfil-negocio/", "patch", "?canal", "channel"),
    (f"{API}whatsapp/templates/", "get", "?canal", "channel"),
    (f"{API}whatsapp/templates/sincronizar/", "post", "canal", "channel"),
    (f"{API}whatsapp/test-envio/", "post", "canal", "channel"),
    (f"{TALK}mensagens/", "post", "reply_to", "message"),
    (f"{TALK}mensagens/", "post", "attachment", "attachment"),
    (f"{TALK}mensagens/", "post", "content.reaction.message_id", "message"),
    (f"{PAGE}participantes/", "post", "pessoa", "member"),
    (f"{PAGE}mensagens/", "post", "responde_a", "message"),
    (f"{PAGE}mensagens/", "post", "anexo", "attachment"),
    (f"{PAGE}mensagens/", "post", "modelo", "template"),
    ("atendimento/lista/", "post", "id", "conversation"),
    (f"{PAGE}sobre/", "post", "sobre", "contact"),
    (TALK, "patch", "about", "contact"),
    (f"{API}contatos/", "post", "guardian", "contact"),
    (f"{API}contatos/sugestoes/", "get", "?contact", "contact"),
    (
        f"{API}contatos/sugestoes/<uuid:suggestion_id>/confirmar/",
        *("post", "keep", "contact"),
    ),
    (f"{API}contatos/<uuid:contact_id>/", "patch", "guardian", "contact"),
]


def walk(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address with its view, the admin's apart."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, route)
        else:
            yield route, entry


ADDRESSES = dict(walk())
# The door of visitors has no members: tests/visitors/test_door.py walks through it.
VISITORS = {route for route in ADDRESSES if route.startswith("chat/")}
OURS = {route for route in ADDRESSES if not route.startswith("admin/") or "atendimento" in route}
OURS -= VISITORS
BACK_OFFICE = {route: entry for route, entry in ADDRESSES.items() if route not in OURS | VISITORS}
PARAMETER = re.compile(r"<(?:uuid|path|str|int):(\w+)>")


def path_of(route: str, ids: dict[str, Any]) -> str:
    """Fill a route with ids by the parameter's name."""
    # Addresses that hold a seal instead of an id are nobody's here.
    known = {"key": "nada", "token": "nada", "place": 0, **ids}
    filled = PARAMETER.sub(lambda match: str(known[match[1].removesuffix("_id")]), route)
    return "/" + filled.replace("^[\\s\\S]*$", "nao-existe/")


# --- the cast -------------------------------------------------------------------------------------


@dataclass
class Tenant:
    """A company with one of everything, and its people."""

    company: Company
    administrator: Membership
    attendant: Membership
    ids: dict[str, Any]


def furnish(company: Company, mark: str, account: str) -> Tenant:
    """Give a company one row of everything, `mark` in every text."""
    administrator = make.member(
        company, f"{mark} Chefe", Membership.Role.ADMINISTRATOR, is_staff=True
    )
    attendant = make.member(company, f"Atendente {mark}")
    channel = make.channel(company, name=mark, account_id=account, waba_id=account, is_default=True)
    calendar = calendar_save(company=company, actor=None, name=mark, hours=[])
    queue = queue_save(company=company, actor=None, name=mark, is_default=True)
    members_set(queue=queue, actor=None, members=[{"membership": attendant}])
    inbound = make.inbound(channel, text=mark, person=make.person(name=mark))
    with company_scope(company):
        conversation = Conversation.objects.get(pk=inbound.conversation_id)
        Conversation.objects.update(subject=mark)
        contact_save(
            actor=administrator, contact=conversation.contact, tags=[mark], custom={"k": mark}
        )
        template = Template.unscoped.create(
            company=company,
            waba_id=channel.waba_id,
            name=mark.lower(),
            language="pt_BR",
            status="APPROVED",
            components=[{"type": "BODY", "text": mark}],
        )
        word_save(company_id=company.pk, kind="preco", text=mark)
        message_send(conversation=conversation, author=attendant, text=mark)
        note_add(conversation=conversation, author=administrator, text=mark)
        draft_save(member=attendant, conversation=conversation, mode="nota", text=mark, version="")
        scheduled = message_schedule(
            conversation=conversation,
            author=attendant,
            text=mark,
            send_at=timezone.now() + timedelta(hours=1),
            client_id=mark,
        )
        attachment = Attachment(
            company=company,
            conversation=conversation,
            kind="documento",
            state=AttachmentState.READY,
            filename=f"{mark}.pdf",
            mime_type="application/pdf",
            size=len(mark),
        )
        attachment.file.save("", ContentFile(mark.encode()), save=True)
        profile = PersonProfile(
            company=company,
            identity_id=conversation.identity_id,
            asked_at=timezone.now(),
            mime_type="image/png",
        )
        profile.picture.save("", ContentFile(mark.encode()), save=True)
        job = import_receive_objects(actor=administrator, people=[{"name": mark}])
        conversations_count(company_id=company.pk, conversation_ids=[conversation.pk])
        score_recalculate(contact=conversation.contact)
        others = [contact_save(actor=administrator, name=f"{mark} {number}") for number in range(2)]
        pair = pair_note(one=conversation.contact, other=others[0], reason=DuplicateReason.BY_HAND)
        merge = contacts_merge(kept=conversation.contact, gone=others[1], actor=administrator)
        campaign = campaign_save(
            actor=administrator,
            name=mark,
            channel=channel,
            filters={"conditions": [{"field": "nome", "operator": "preenchido"}]},
            variants=[VariantDraft(template, "", {})],
        )
        audience_build(campaign=audience_request(campaign=campaign, actor=administrator))
    macro = macro_save(
        actor=administrator, scope="empresa", name=mark, steps=[{"act": "nota", "text": mark}]
    )
    rule = rule_save(
        actor=administrator, name=mark, event="nova", steps=[{"act": "nota", "text": mark}]
    )
    quick = quick_reply_save(
        actor=administrator, scope="empresa", folder=mark, name=mark, text=mark
    )
    view = saved_view_save(actor=administrator, name=mark, tab="todas", scope="empresa")
    professional = professional_save(actor=administrator, name=mark)
    starts = timezone.now() + timedelta(days=900)
    appointment = appointment_create(
        actor=administrator,
        contact=conversation.contact,
        professional=professional,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        kind=mark,
    )
    waiting = place_take(actor=administrator, contact=conversation.contact, kind=mark)
    entry = entry_save(company=company, actor=administrator, question=mark, answer=mark)
    hook, _secret = hook_create(
        actor=administrator,
        name=mark,
        url=f"https://{mark.lower()}.example.com/",
        events=["mensagem.recebida"],
    )
    delivery = hook_test(row=hook, actor=administrator)
    ids = {
        "webhook": hook.pk,
        "delivery": delivery.pk,
        "campaign": campaign.pk,
        "appointment": appointment.pk,
        "professional": professional.pk,
        "waiting": waiting.pk,
        "entry": entry.pk,
        "quick_reply": quick.pk,
        "macro": macro.pk,
        "view": view.pk,
        "rule": rule.pk,
        "flow": flow_make(company=company, actor=None, name=f"Fluxo {mark}").pk,
        "scheduled": scheduled.pk,
        "event": make.event(make.body(channel, make.said(mark))).pk,
        "channel": channel.pk,
        "conversation": conversation.pk,
        "contact": conversation.contact_id,
        "message": inbound.pk,
        "attachment": attachment.pk,
        "template": template.pk,
        "member": attendant.pk,
        "membership": attendant.pk,
        "queue": queue.pk,
        "calendar": calendar.pk,
        "job": job.pk,
        "pair": pair.pk,
        "suggestion": pair.pk,
        "merge": merge.pk,
        "ticket": Ticket.unscoped.get(conversation=conversation).pk,
        "rest": "filas",
    }
    return Tenant(company, administrator, attendant, ids)


def client_of(member: Membership | None, route: str) -> Client:
    """Give a browser for pages, a token for the API."""
    if member is None:
        return Client(raise_request_exception=True)
    if route.startswith(API):
        token, _ = token_issue(user=member.user)
        return Client(headers={"Authorization": f"Token {token}"})
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def call(member: Membership | None, route: str, method: str, ids: dict[str, Any], **extra: Any):
    """Send one request, with the body of the table."""
    address = TABLE.get(route, Address())
    body = extra if method == "get" else {**address.body, **extra}
    options = {} if address.is_form or method == "get" else {"content_type": "application/json"}
    return getattr(client_of(member, route), method)(path_of(route, ids), body, **options)


def content_of(answer: Any) -> str:
    """Return what an answer says, but for the moment."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = {key: value for key, value in answer.headers.items() if key != "Expires"}
    return f"{headers}\n{body.decode(errors='replace')}"


def assert_says_nothing(answer: Any, about: Tenant, *given: Any) -> None:
    """Fail when an answer holds the mark or an id of a company's; `given` ids may be echoed."""
    said = content_of(answer)
    assert MARK.lower() not in said.lower()
    for value in about.ids.values():
        if isinstance(value, UUID) and value not in given:
            assert str(value) not in said


CALLS = [(route, method) for route, row in TABLE.items() for method in row.roles]
WITH_ID = [(route, method) for route, method in CALLS if "<uuid:" in route]


def with_id_beside(tenant: Tenant, route: str, method: str, place: str, value: Any) -> Any:
    """Send a call of a tenant's administrator with one id beside the path."""
    member = tenant.administrator
    if not place.startswith("?"):
        first, *rest = place.split(".")
        reaction = {"reaction": {"message_id": str(value), "emoji": "x"}}
        return call(member, route, method, tenant.ids, **{first: reaction if rest else str(value)})
    path, client = f"{path_of(route, tenant.ids)}{place}={value}", client_of(member, route)
    if method == "get":
        return client.get(path)
    return getattr(client, method)(path, TABLE[route].body, content_type="application/json")


def rows_of(company: Company) -> dict[str, list[Any]]:
    """Return every row of a company, of every tenant's table."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, CompanyOwned):
            rows = model.unscoped.for_company(company).order_by("pk")
            found[model.__name__] = list(rows.values_list())
    return found


# --- back-office, sockets, classes ---------------------------------------------------------------


def back_office_path(route: str, row_id: Any) -> str:
    """Fill an admin address; content types and app names do not tell companies apart."""
    return "/" + re.sub(r"<[^>]+>|\^.*", lambda match: str(row_id), route)


def row_of(route: str, tenant: Tenant) -> Any:
    """Return the id of a company's row that an admin address is about; any id for other ones."""
    match = re.match(r"admin/(\w+)/(\w+)/", route)
    if match is None:
        return tenant.ids["conversation"]
    model = apps.get_model(match[1], match[2])
    if issubclass(model, CompanyOwned):
        row = model.unscoped.for_company(tenant.company).first()
        return row.pk if row else uuid4()
    others = {Company: tenant.company.pk, User: tenant.attendant.user_id}
    return others.get(model, tenant.ids["event"])


async def connects(member: Membership | None, path: str, origin: str = "http://testserver") -> bool:
    """Tell whether a socket was accepted."""
    from asgiref.sync import sync_to_async

    headers = [(b"origin", origin.encode()), (b"host", b"testserver")]
    if member is not None:
        client = Client()
        backend = "django.contrib.auth.backends.ModelBackend"
        await sync_to_async(client.force_login)(member.user, backend=backend)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
    socket = WebsocketCommunicator(sockets.sockets, path, headers=headers)
    is_accepted, _ = await socket.connect()
    await socket.disconnect()
    return bool(is_accepted)


def modules(*names: str) -> Iterator[Any]:
    """Import every module of ours whose path holds one of the names."""
    for package in (
        "common",
        "accounts",
        "contacts",
        "omnichannel",
        "queues",
        "leadscoring",
        "agenda",
        "campaigns",
        "bot",
        "visitors",
        "webhooks",
        "inbox",
        "analytics",
        "config",
    ):
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if any(name in found.name for name in names):
                yield importlib.import_module(found.name)


def classes(base: type, *names: str) -> list[type]:
    """Give our subclasses of a base, each once."""
    found = {
        member
        for module in modules(*names)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base) and member.__module__ == module.__name__
    }
    return sorted(found, key=lambda member: (member.__module__, member.__name__))


def related_fields(serializer: Any) -> Iterator[Any]:
    for item in getattr(serializer, "fields", {}).values():
        related = getattr(item, "child_relation", item)
        if isinstance(related, serializers.RelatedField):
            yield related
        elif isinstance(related, serializers.BaseSerializer):
            yield from related_fields(getattr(related, "child", related))
