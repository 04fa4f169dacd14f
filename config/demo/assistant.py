"""The demo's assistant: it answers whoever writes to the demo's WhatsApp for the first time."""

from __future__ import annotations

from accounts.models import Company, Membership
from bot.choices import AssistantMode, EntryStatus
from bot.models import Assistant, KnowledgeCategory, KnowledgeEntry
from bot.services.assistants import assistant_publish, assistant_save
from bot.services.knowledge import entry_save
from bot.services.starting import starter_import
from omnichannel.models import Channel
from queues.models import Queue

# What the clinic wrote in the place of the brackets, by button.
ANSWERS = {
    "Horário": "Atendemos de segunda a sexta das 8h às 18h e aos sábados das 8h às 12h.",
    "Endereço": "Estamos na Rua das Acácias, 250, Vila Nova, ao lado da praça.",
    "Estacionamento": "Temos estacionamento conveniado, gratuito por duas horas.",
    "Marcar consulta": (
        "Para agendar, diga seu nome completo, a especialidade e os melhores dias. Confirmamos em"
        " seguida."
    ),
    "Remarcar": "Avise com 24 horas de antecedência e escolha outra data por aqui mesmo.",
    "Cancelar consulta": "Cancele por aqui até 24 horas antes, sem custo.",
    "Retorno": "O retorno é gratuito em até 30 dias.",
    "Valor da consulta": "A consulta particular custa R$ 280, com retorno em até 30 dias.",
    "Pagamento": "Aceitamos Pix, dinheiro, débito e crédito em até 6 vezes.",
    "Convênios": "Aceitamos Unimed, Bradesco Saúde, Amil e SulAmérica.",
    "Resultado de exame": "Os resultados saem em até 5 dias úteis e chegam por aqui.",
    "Documentos": "Leve um documento com foto e a carteirinha do convênio.",
    "Crianças": "Atendemos crianças a partir de 2 anos, com um responsável.",
    "Consulta online": "Fazemos teleconsulta de segunda a sexta; o link chega por aqui.",
}
FEATURED = frozenset({"Horário", "Marcar consulta"})


def assistant_make(
    company: Company, channel: Channel, queues: list[Queue], admin: Membership
) -> Assistant:
    """Make the assistant, what it knows, and publish it; the rest of the starter set stays as
    drafts.
    """
    office = queues[-1]
    starter_import(company=company, actor=admin)
    KnowledgeCategory.objects.for_company(company).filter(name="Valores").update(queue=office)
    rows = {row.label: row for row in KnowledgeEntry.objects.for_company(company)}
    for label, answer in ANSWERS.items():
        entry_save(
            company=company,
            actor=admin,
            entry=rows[label],
            answer=answer,
            status=EntryStatus.PUBLISHED,
            is_featured=label in FEATURED,
        )
    assistant = assistant_save(
        company=company,
        actor=admin,
        name="Assistente da recepção",
        mode=AssistantMode.ALWAYS,
        greeting="Olá! Aqui é da Clínica Vida Leve. Como posso ajudar?",
        calendar=office.calendar,
        channels=[channel],
    )
    assistant_publish(assistant=assistant, actor=admin)
    return assistant
