"""What was done, by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib import admin
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
    Act,
    AdminQuestion,
    CompanyAdmin,
    QuestionFilter,
    access_of,
    json_of,
    link_to,
    since,
)
from common.admin.filters import today


def act_record(act: Act) -> None:
    """Put what was done in the back-office into the audit of the row's company."""
    if act.company_id is not None:
        audit_record(
            company=act.company_id,
            actor=act.request.user,
            action=f"{act.obj._meta.model_name}.{act.action}",
            target=act.obj,
            detail={"campos": list(act.fields)} if act.fields else {},
            address=act.request.META.get("REMOTE_ADDR") or None,
        )


WORDS = {
    "sessao.entrou": _("Entrou no sistema"),
    "sessao.falhou": _("Alguém errou a senha deste acesso"),
    "sessao.encerrada": _("Encerrou sessões de uma pessoa"),
    "sessao.trocou_de_empresa": _("Passou a trabalhar nesta empresa"),
    "sessao.desbloqueada": _("Desbloqueou um acesso"),
    "perfil.alterado": _("Alterou o próprio nome"),
    "segundo_fator.ligado": _("Ligou o segundo fator"),
    "segundo_fator.desligado": _("O segundo fator foi desligado"),
    "segundo_fator.falhou": _("Alguém errou o código do segundo fator"),
    "segundo_fator.codigos_renovados": _("Renovou os códigos de recuperação"),
    "segundo_fator.codigo_de_recuperacao": _("Entrou com um código de recuperação"),
    "senha.redefinida": _("Escolheu outra senha pelo link do e-mail"),
    "membro.convite_reenviado": _("Reenviou um convite"),
    "membro.convite_retirado": _("Retirou um convite"),
    "sessao.saiu": _("Saiu do sistema"),
    "visitante.bloqueado": _("Bloqueou um visitante do site"),
    "visitante.desbloqueado": _("Desbloqueou um visitante do site"),
    "compromisso.marcado": _("Marcou um compromisso"),
    "compromisso.mudado": _("Mudou um compromisso"),
    "compromisso.cancelado": _("Cancelou um compromisso"),
    "compromisso.realizado": _("Anotou que o paciente veio"),
    "compromisso.falta": _("Anotou que o paciente faltou"),
    "compromisso.resposta_corrigida": _("Corrigiu a resposta a um lembrete"),
    "profissional.calendario_salvo": _("Salvou um calendário externo"),
    "profissional.salvo": _("Salvou um profissional"),
    "profissional.endereco_trocado": _("Trocou o endereço de um calendário"),
    "espera.entrou": _("Pôs alguém na lista de espera"),
    "espera.saiu": _("Tirou alguém da lista de espera"),
    "canal.salvo": _("Salvou um canal"),
    "canal.apagado": _("Apagou um canal"),
    "canal.validado": _("Validou um canal"),
    "canal.numero_registrado": _("Registrou o número de um canal"),
    "canal.webhooks_assinados": _("Assinou os webhooks de um canal"),
    "canal.comprovacao_encerrada": _("O provedor deixou de confirmar a conta de um canal"),
    "canal.testado": _("Enviou um teste por um canal"),
    "canal.endereco_trocado": _("Trocou o endereço de webhooks de um canal"),
    "canal.token_de_verificacao.revelado": _("Viu o token de verificação"),
    "provedor_ia.salvo": _("Salvou um provedor de IA"),
    "provedor_ia.testado": _("Testou um provedor de IA"),
    "provedor_ia.desligado": _("Um provedor de IA foi desligado por falha da conta"),
    "regra_ia.alterada": _("Alterou as regras de uso da IA"),
    "regra_ia.orcamento_quase_gasto": _("O orçamento de IA do mês está quase no fim"),
    "tarifa_ia.salva": _("Salvou uma tarifa de IA"),
    "transcricao.pedida": _("Pediu a transcrição de um áudio"),
    "conversa.assumida": _("Assumiu uma conversa"),
    "conversa.robo_pausado": _("Pausou o robô em uma conversa"),
    "conhecimento.salvo": _("Salvou uma entrada de conhecimento"),
    "conhecimento.rascunho": _("Fez um rascunho de entrada a partir de uma conversa"),
    "caso_de_teste.criado": _("Fez um caso de teste a partir de uma conversa"),
    "conhecimento.importado": _("Importou entradas de conhecimento de um arquivo"),
    "assistente.salvo": _("Salvou um assistente"),
    "assistente.publicado": _("Publicou uma versão de um assistente"),
    "fluxo.criado": _("Criou um fluxo"),
    "fluxo.publicado": _("Publicou uma versão de um fluxo"),
    "fluxo.ligado": _("Ligou um fluxo"),
    "fluxo.desligado": _("Desligou um fluxo"),
    "fluxo.esvaziado": _("Tirou de um fluxo quem estava nele"),
    "conversa.liberada": _("Liberou uma conversa"),
    "conversa.robo": _("Devolveu uma conversa ao robô"),
    "conversa.robo_passou": _("O robô passou uma conversa para a equipe"),
    "conversa.iniciada": _("Iniciou uma conversa"),
    "conversa.encerrada": _("Encerrou uma conversa"),
    "conversa.reaberta": _("Reabriu uma conversa"),
    "conversa.continua_em": _("Continuou uma conversa por outro canal"),
    "conversa.continua_de": _("Abriu a continuação de uma conversa"),
    "conversa.voltou": _("Juntou ao atendimento o que o paciente escreveu por outro canal"),
    "conversa.transferida": _("Passou uma conversa do robô para a equipe"),
    "conversa.transcricao": _("Baixou a transcrição de um atendimento"),
    "contato.criado": _("Criou um contato"),
    "contato.alterado": _("Alterou um contato"),
    "contato.apagado": _("Apagou um contato"),
    "contato.numero_deixado": _("Passou um número a outra pessoa, que agora escreve dele"),
    "contato.possivel_duplicado": _("Encontrou um possível contato duplicado"),
    "contato.exportado": _("Exportou contatos"),
    "importacao.iniciada": _("Começou uma importação de contatos"),
    "importacao.concluida": _("Terminou uma importação de contatos"),
    "importacao.cancelada": _("Cancelou uma importação de contatos"),
    "importacao.retomada": _("Continuou uma importação de contatos"),
    "membro.incluido": _("Incluiu alguém na equipe"),
    "membro.convidado": _("Convidou alguém para a equipe"),
    "membro.aceitou_convite": _("Aceitou o convite para a equipe"),
    "membro.recusou_convite": _("Recusou o convite para a equipe"),
    "membro.entrou_em_outra_empresa": _("Passou a trabalhar também em outra empresa"),
    "senha.trocada": _("Trocou a própria senha"),
    "membro.alterado": _("Alterou o perfil de alguém"),
    "mensagem.revelado": _("Viu o texto de uma mensagem"),
    "webhook.revelado": _("Viu o conteúdo de um evento recebido"),
    "calendario.apagado": _("Apagou um calendário"),
    "calendario.salvo": _("Salvou um calendário"),
    "campanha.agendada": _("Agendou uma campanha"),
    "campanha.alterada": _("Alterou uma campanha"),
    "campanha.apagada": _("Apagou uma campanha"),
    "campanha.cancelada": _("Cancelou uma campanha"),
    "campanha.criada": _("Criou uma campanha"),
    "campanha.desagendada": _("Tirou uma campanha da agenda"),
    "campanha.exportada": _("Exportou os resultados de uma campanha"),
    "campanha.iniciada": _("Iniciou uma campanha"),
    "campanha.lista": _("Trocou a lista de uma campanha"),
    "campanha.pausada": _("Pausou uma campanha"),
    "campanha.retomada": _("Retomou uma campanha"),
    "conversa.assumida_de_outro_app": _("Assumiu uma conversa que outro aplicativo respondia"),
    "canal.tela_inicial_alterada": _("Alterou a tela inicial de um canal"),
    "canal.perfil_alterado": _("Alterou o perfil público de um canal"),
    "canal.salvo_pela_plataforma": _("Salvou um canal pela plataforma"),
    "contato.eliminado": _("Eliminou os dados de uma pessoa"),
    "contato.mescla_desfeita": _("Desfez a mescla de dois contatos"),
    "contato.mesclado": _("Mesclou dois contatos"),
    "contato.sao_diferentes": _("Disse que dois contatos são diferentes"),
    "conversa.sobre_quem": _("Disse sobre quem é uma conversa"),
    "fila.apagada": _("Apagou uma fila"),
    "fila.equipe": _("Alterou a equipe de uma fila"),
    "fila.finalizacao_salva": _("Alterou o que se pergunta ao finalizar"),
    "fila.macro_apagada": _("Apagou uma macro da equipe"),
    "fila.macro_salva": _("Salvou uma macro da equipe"),
    "fila.pesos": _("Alterou os pesos do próximo atendimento"),
    "fila.regra_apagada": _("Apagou uma regra"),
    "fila.regra_desligada": _("Desligou uma regra"),
    "fila.regra_ligada": _("Ligou uma regra"),
    "fila.regra_salva": _("Salvou uma regra"),
    "fila.resposta_rapida_apagada": _("Apagou uma resposta rápida da equipe"),
    "fila.resposta_rapida_salva": _("Salvou uma resposta rápida da equipe"),
    "fila.salva": _("Salvou uma fila"),
    "modelo.editado": _("Editou um modelo de mensagem"),
    "modelo.enviado": _("Enviou um modelo para análise"),
    "modelo.excluido": _("Excluiu um modelo de mensagem"),
    "pedido.respondido": _("Respondeu a um pedido de titular"),
    "segmento.salvo": _("Salvou um segmento"),
    "tarifa.salva": _("Salvou uma tarifa"),
    "tarifas.conferidas": _("Conferiu tarifas"),
    "tarifas.importadas": _("Importou tarifas"),
    "user.criado": _("Criou um usuário"),
    "user.alterado": _("Alterou um usuário"),
    "company.criado": _("Abriu uma empresa"),
    "company.alterado": _("Alterou a empresa"),
    "tag.criado": _("Criou uma etiqueta"),
    "tag.alterado": _("Alterou uma etiqueta"),
    "integracao.criada": _("Criou um webhook para outro sistema"),
    "integracao.alterada": _("Alterou um webhook para outro sistema"),
    "integracao.apagada": _("Apagou um webhook para outro sistema"),
    "integracao.segredo_trocado": _("Trocou o segredo de um webhook para outro sistema"),
    "integracao.testada": _("Enviou um teste a outro sistema"),
    "integracao.reenviada": _("Reenviou eventos a outro sistema"),
    "integracao.desligada": _("Um webhook para outro sistema foi desligado por falhas"),
    "integracao.perdida": _("Eventos não chegaram a outro sistema em 24 horas"),
    "tag.apagado": _("Apagou uma etiqueta"),
}


class AuditQuestions(QuestionFilter):
    """Questions about what was done."""

    questions: ClassVar[dict[str, AdminQuestion]] = {
        "hoje": AdminQuestion(_("Hoje"), lambda rows, now: rows.filter(created_at__gte=today(now))),
        "semana": AdminQuestion(
            _("Últimos 7 dias"),
            lambda rows, now: rows.filter(created_at__gte=now - timedelta(days=7)),
        ),
        "revelados": AdminQuestion(
            _("Conteúdos revelados"), lambda rows, now: rows.filter(action__endswith=".revelado")
        ),
        "canais": AdminQuestion(
            _("Mexeram em canais"), lambda rows, now: rows.filter(action__startswith="canal.")
        ),
        "sistema": AdminQuestion(
            _("Feitos pelo sistema"), lambda rows, now: rows.filter(actor=None)
        ),
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
