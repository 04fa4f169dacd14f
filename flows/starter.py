"""Six flows that clinics begin with, as data. In the clinics' language: patients read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.graph import FORMAT

ACROSS, DOWN = 320, 330


@dataclass(frozen=True, slots=True)
class StarterFlow:
    """A flow to begin with."""

    key: str
    name: str
    about: str
    graph: dict[str, Any]


def _node(key: str, kind: str, name: str = "", **data: Any) -> dict[str, Any]:
    return {"id": key, "kind": kind, "name": name, "data": data}


def _ask(key: str, name: str, text: str, answer: str, **data: Any) -> dict[str, Any]:
    given = {"tries": 3, "timeout_minutes": 1440, "variable": key, **data}
    return _node(key, "pergunta", name, text=text, answer=answer, **given)


def _menu(key: str, name: str, text: str, **choices: str) -> dict[str, Any]:
    listed = [{"id": one, "title": title} for one, title in choices.items()]
    return _ask(key, name, text, "escolha", choices=listed)


def _graph(*nodes: dict[str, Any], edges: str) -> dict[str, Any]:
    """Lay blocks out from left to right, three rows; edges are written `from.exit>to`."""
    placed = [
        {**one, "x": ACROSS * (n // 2), "y": 40 + DOWN * (n % 2)} for n, one in enumerate(nodes)
    ]
    lines = []
    for edge in edges.split():
        source, _dot, rest = edge.partition(".")
        way, _arrow, target = rest.partition(">")
        lines.append({"source": source, "exit": way, "target": target})
    return {"format": FORMAT, "nodes": placed, "edges": lines}


FIRST_CONTACT = _graph(
    _node("inicio", "inicio", "Início", every=True, again_hours=12),
    _menu(
        "menu",
        "Menu",
        "Olá, {{primeiro_nome}}! Aqui é a {{empresa}}. Como podemos ajudar?",
        marcar="Marcar consulta",
        exame="Resultado de exame",
        outro="Outro assunto",
    ),
    _ask("nome_completo", "Nome", "Qual é o seu nome completo?", "nome", save_to="name"),
    _menu(
        "atendimento",
        "Convênio",
        "A consulta será por:",
        convenio="Convênio",
        particular="Particular",
    ),
    _ask("convenio", "Qual convênio", "Qual é o seu convênio?", "texto", save_to="Convênio"),
    _node("etiqueta", "etiqueta", "Marca interesse", tag="Quer consulta", act="por"),
    _node(
        "agenda",
        "fila",
        "Agendamento",
        text="Obrigado! Uma pessoa da equipe vai combinar o melhor horário com você.",
    ),
    _node("recepcao", "fila", "Recepção"),
    edges="inicio.segue>menu menu.marcar>nome_completo menu.exame>recepcao menu.outro>recepcao"
    " menu.sem_acerto>recepcao nome_completo.respondida>atendimento"
    " nome_completo.sem_acerto>recepcao atendimento.convenio>convenio"
    " atendimento.particular>etiqueta atendimento.sem_acerto>recepcao"
    " convenio.respondida>etiqueta convenio.sem_acerto>etiqueta etiqueta.segue>agenda",
)
TRIAGE = _graph(
    _node("inicio", "inicio", "Início", words=["triagem", "consulta"]),
    _ask(
        "nome_completo", "Nome", "Para começar, qual é o seu nome completo?", "nome", save_to="name"
    ),
    _ask("cpf", "CPF", "Qual é o seu CPF? Ele só é usado no seu cadastro.", "cpf", save_to="CPF"),
    _ask("nascimento", "Nascimento", "Qual é a sua data de nascimento?", "data"),
    _menu(
        "especialidade",
        "Especialidade",
        "Com qual especialidade você quer falar?",
        clinica="Clínica geral",
        pediatria="Pediatria",
        outra="Outra",
    ),
    _node(
        "aberto",
        "condicao",
        "Estamos abertos?",
        tests=[
            {
                "id": "aberto",
                "title": "aberto",
                "field": "aberto",
                "operator": "igual",
                "value": "sim",
            }
        ],
    ),
    _node("fila", "fila", "Recepção", text="Obrigado, {{nome_completo}}! Já vamos atender você."),
    _node(
        "depois",
        "fila",
        "Fora do horário",
        text="Obrigado! Estamos fora do horário; respondemos assim que abrirmos.",
    ),
    edges="inicio.segue>nome_completo nome_completo.respondida>cpf nome_completo.sem_acerto>aberto"
    " cpf.respondida>nascimento cpf.sem_acerto>nascimento nascimento.respondida>especialidade"
    " nascimento.sem_acerto>especialidade especialidade.clinica>aberto"
    " especialidade.pediatria>aberto especialidade.outra>aberto especialidade.sem_acerto>aberto"
    " aberto.aberto>fila aberto.senao>depois",
)
CONFIRMATION = _graph(
    _node("inicio", "inicio", "Início", api=True, words=["confirmar consulta"]),
    _menu(
        "confirma",
        "Confirma?",
        "Olá, {{primeiro_nome}}! Você confirma a sua consulta {{quando}}?",
        sim="Confirmo",
        remarcar="Quero remarcar",
        nao="Não vou",
    ),
    _node("marca", "etiqueta", "Confirmada", tag="Consulta confirmada", act="por"),
    _node("fim", "fim", "Até lá", text="Presença confirmada. Até lá!", closes=True),
    _node("remarca", "fila", "Remarcar", text="Certo! Vamos ver outro horário para você."),
    _node("cancela", "fila", "Cancelar", text="Obrigado por avisar. Vamos liberar o horário."),
    edges="inicio.segue>confirma confirma.sim>marca marca.segue>fim confirma.remarcar>remarca"
    " confirma.nao>cancela confirma.sem_acerto>remarca",
)
AFTER_CARE = _graph(
    _node("inicio", "inicio", "Início", api=True, words=["pós-consulta"]),
    _menu(
        "como_esta",
        "Como está?",
        "Olá, {{primeiro_nome}}! Como você está depois da consulta?",
        bem="Estou bem",
        duvida="Tenho uma dúvida",
        pior="Não estou bem",
    ),
    _node("dia", "espera", "Dois dias", until="tempo", minutes=2880),
    _menu(
        "de_novo",
        "E agora?",
        "Passando de novo: segue tudo bem?",
        bem="Tudo bem",
        falar="Quero falar",
    ),
    _node("fim", "fim", "Fim", text="Que bom! Se precisar, é só escrever.", closes=True),
    _node("equipe", "fila", "Equipe", text="Vou chamar a equipe para falar com você."),
    edges="inicio.segue>como_esta como_esta.bem>dia como_esta.duvida>equipe como_esta.pior>equipe"
    " como_esta.sem_acerto>equipe dia.segue>de_novo de_novo.bem>fim de_novo.falar>equipe"
    " de_novo.sem_acerto>equipe",
)
SATISFACTION = _graph(
    _node("inicio", "inicio", "Início", api=True, words=["avaliar"]),
    _menu(
        "nota",
        "Nota",
        "Como foi o seu atendimento na {{empresa}}?",
        otimo="Ótimo",
        regular="Regular",
        ruim="Ruim",
    ),
    _ask("motivo", "Motivo", "Sentimos muito. O que podemos melhorar?", "texto"),
    _node("critico", "etiqueta", "Insatisfeito", tag="Insatisfeito", act="por"),
    _node("equipe", "fila", "Equipe", text="Obrigado por contar. Vamos falar com você."),
    _node("fim", "fim", "Obrigado", text="Obrigado pela resposta!", closes=True),
    edges="inicio.segue>nota nota.otimo>fim nota.regular>motivo nota.ruim>motivo"
    " nota.sem_acerto>fim motivo.respondida>critico motivo.sem_acerto>critico"
    " critico.segue>equipe",
)
REACTIVATION = _graph(
    _node("inicio", "inicio", "Início", api=True, tag="Reativar"),
    _node(
        "ab",
        "teste_ab",
        "Dois textos",
        parts=[
            {"id": "curto", "title": "curto", "weight": 50},
            {"id": "longo", "title": "longo", "weight": 50},
        ],
    ),
    _menu("curto", "Curto", "Que tal marcar o seu retorno?", sim="Quero marcar", nao="Agora não"),
    _menu(
        "longo",
        "Longo",
        "Olá, {{primeiro_nome}}! Faz um tempo que não nos vemos. Quer marcar um retorno?",
        sim="Quero marcar",
        nao="Agora não",
    ),
    _node("tira", "etiqueta", "Tira a marca", tag="Reativar", act="tirar"),
    _node("fim", "fim", "Até mais", text="Tudo bem! Estamos por aqui.", closes=True),
    _node("fila", "fila", "Agendamento", text="Ótimo! Vamos ver os horários para você."),
    edges="inicio.segue>ab ab.curto>curto ab.longo>longo curto.sim>fila curto.nao>tira"
    " curto.sem_acerto>fila longo.sim>fila longo.nao>tira longo.sem_acerto>fila tira.segue>fim",
)
STARTERS = (
    StarterFlow(
        "primeiro_contato",
        "Primeiro contato",
        "Recebe quem escreve, pergunta o assunto e o convênio.",
        FIRST_CONTACT,
    ),
    StarterFlow("triagem", "Triagem", "Nome, CPF, nascimento e especialidade.", TRIAGE),
    StarterFlow(
        "confirmacao", "Confirmação de consulta", "Confirma, remarca ou cancela.", CONFIRMATION
    ),
    StarterFlow("pos_consulta", "Pós-consulta", "Pergunta como a pessoa está.", AFTER_CARE),
    StarterFlow("satisfacao", "Satisfação", "Nota e motivo, com aviso à equipe.", SATISFACTION),
    StarterFlow("reativacao", "Reativação", "Convida ao retorno, com dois textos.", REACTIVATION),
)
