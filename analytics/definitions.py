"""Each number in words: what it is, how it is computed, and on which day it counts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Definition:
    """What stands beside a number. `spec` is its name in the product's specification, if it has
    one; `unit` is `n`, `s` (seconds), `%` or `nota`.
    """

    name: str
    label: str | Promise
    words: str | Promise
    unit: str
    spec: str = ""


DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "waiting",
        _("Aguardando na fila"),
        _("Atendimentos que esperam por alguém agora, também fora do expediente."),
        "n",
        "aguardandoNaFila",
    ),
    Definition(
        "serving",
        _("Em atendimento"),
        _("Atendimentos que estão com um atendente agora. Conversas com o robô não contam."),
        "n",
        "emAtendimento",
    ),
    Definition(
        "online",
        _("Atendentes online"),
        _("Pessoas da equipe disponíveis agora. Quem está em pausa não conta."),
        "n",
        "atendentesOnline",
    ),
    Definition(
        "entered",
        _("Atendimentos"),
        _(
            "Atendimentos que entraram na fila no período. Uma transferência continua o mesmo; uma"
            " conversa que volta depois do fim conta de novo."
        ),
        "n",
        "atendimentosHoje",
    ),
    Definition(
        "wait",
        _("Tempo de espera"),
        _(
            "Da entrada na fila até a primeira pessoa assumir. Conta no dia em que alguém assumiu;"
            " uma transferência não começa a espera de novo."
        ),
        "s",
        "tempoMedioEspera",
    ),
    Definition(
        "response",
        _("Primeira resposta"),
        _(
            "Da chegada à fila até a primeira mensagem de uma pessoa da equipe. Robô e mensagens"
            " automáticas não contam; conta no dia da resposta."
        ),
        "s",
    ),
    Definition(
        "response_working",
        _("Primeira resposta no expediente"),
        _("O mesmo, contando só as horas em que a fila atende."),
        "s",
    ),
    Definition(
        "service",
        _("Tempo em atendimento"),
        _(
            "Soma dos trechos em que o atendimento esteve com alguém. O tempo devolvido à fila não"
            " conta; conta no dia do fim."
        ),
        "s",
        "tempoMedioAtendimento",
    ),
    Definition(
        "resolution",
        _("Tempo até resolver"),
        _("Da primeira entrada na fila até o fim do atendimento finalizado."),
        "s",
    ),
    Definition(
        "solved_at_first",
        _("Resolvidos no primeiro contato"),
        _(
            "Dos finalizados no período, os que tiveram um só atendente e cujo paciente não voltou"
            " em 7 dias, por nenhum canal. Os dos últimos 7 dias ainda podem mudar."
        ),
        "%",
        "taxaResolucaoPrimeiroContato",
    ),
    Definition(
        "response_on_time",
        _("Primeira resposta no prazo"),
        _(
            "Das primeiras respostas prometidas que venceram ou foram dadas no período, as dadas no"
            " prazo. Um prazo perdido continua perdido; sem promessa não conta."
        ),
        "%",
        "slaRespondido",
    ),
    Definition(
        "resolution_on_time",
        _("Resolução no prazo"),
        _(
            "Das resoluções prometidas que venceram ou aconteceram no período, as que"
            " aconteceram no prazo."
        ),
        "%",
        "slaResolvido",
    ),
    Definition(
        "gave_up",
        _("Desistências"),
        _("De quem deixou a fila no período, quem desistiu antes de ser atendido."),
        "%",
    ),
    Definition(
        "satisfied",
        _("Satisfação"),
        _("De quem avaliou, quem deu 4 ou 5 estrelas. Quem não avaliou não conta."),
        "%",
    ),
    Definition(
        "average_rating",
        _("Nota média"),
        _("A média das estrelas de quem avaliou."),
        "nota",
    ),
    Definition(
        "people",
        _("Pacientes diferentes"),
        _("Pacientes com atendimento no período, cada um uma vez."),
        "n",
    ),
    Definition(
        "conversations",
        _("Conversas iniciadas"),
        _("Conversas que começaram no período, com ou sem atendimento de uma pessoa."),
        "n",
        "volumePorHora",
    ),
    Definition(
        "by_kind",
        _("Conversas por tipo de canal"),
        _("As mesmas conversas iniciadas, por tipo de canal."),
        "n",
        "porCanal",
    ),
)
