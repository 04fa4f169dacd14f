"""Everybody in the demo is invented; their phones begin with 9 0000, which no operator has."""

from __future__ import annotations

from typing import Final

from accounts.models import Membership
from config.demo.steps import Person

COMPANY: Final = "Clínica Vida Leve"
PHONE_NUMBER_ID: Final = "104900000000001"
WABA_ID: Final = "102900000000001"
CLINIC_PHONE: Final = "+5511900000001"

ADMINISTRATOR: Final = ("helena", "Helena Prado", Membership.Role.ADMINISTRATOR)
# The first word is the e-mail's, at the administrator's domain.
STAFF: Final = (
    ("marcos", "Marcos Tavares", Membership.Role.SUPERVISOR),
    ("bianca", "Bianca Souza", Membership.Role.ATTENDANT),
    ("rafael", "Rafael Nunes", Membership.Role.ATTENDANT),
)

TAGS: Final = {
    "Convênio": "#0f7b6c",
    "Particular": "#7a4bb8",
    "Retorno": "#2f6fb2",
    "Orçamento": "#b5651d",
    "Urgência": "#c0392b",
    "Primeira consulta": "#5b7083",
}

MARIANA = Person("Mariana Alves", "5511990000301", tags=("Primeira consulta",))
CARLOS = Person(
    "Carlos Eduardo Prado",
    "5541990000302",
    status="cliente",
    email="carlos.prado@exemplo.example",
    tags=("Convênio", "Retorno"),
    marketing=True,
)
DEBORA = Person("Débora Nunes", "5521990000303", status="cliente", tags=("Urgência",))
# An account from before the ninth digit: WhatsApp still knows it with eight.
EVERTON = Person("Everton Siqueira", "555190000304", status="cliente", tags=("Retorno",))
FERNANDA = Person(
    "Fernanda Lobo",
    "5531990000305",
    status="cliente",
    tags=("Convênio",),
    notes="Prefere contato à tarde.",
)
GUSTAVO = Person("Gustavo Amaral", "5511990000306", status="qualificado", tags=("Orçamento",))
HELOISA = Person("Heloísa Brandão", "5561990000307", status="cliente")
ICARO = Person("Ícaro Vasconcelos", "5571990000308", status="qualificado", is_online=False)
JOANA = Person(
    "Joana D'Ávila", "5511990000309", username="joana.davila", is_phone_hidden=True, status="lead"
)
KAIQUE = Person("Kaique Monteiro", "5519990000310", status="cliente", tags=("Particular",))
LIVIA = Person("Lívia Sampaio", "5585990000311", status="qualificado", tags=("Orçamento",))
MARCELO = Person("Marcelo Teixeira", "5511990000312", tags=("Primeira consulta",))
NATALIA = Person(
    "Natália Queiroz",
    "5548990000313",
    status="cliente",
    email="natalia.q@exemplo.example",
    tags=("Convênio",),
    marketing=True,
)
OTAVIO = Person("Otávio Rezende", "5562990000314", status="qualificado", tags=("Orçamento",))
PRISCILA = Person("Priscila Figueira", "5513990000315", status="cliente", marketing=True)
QUITERIA = Person(
    "Quitéria Lins",
    "5581990000316",
    status="cliente",
    tags=("Convênio", "Retorno"),
    notes="Usa cadeira de rodas: agendar na sala 1.",
)
RENATO = Person("Renato Couto", "5511990000317", status="cliente", tags=("Particular",))
SONIA = Person("Sônia Maria Peixoto", "5527990000318", status="cliente", tags=("Convênio",))
TIAGO = Person("Tiago Bandeira", "5592990000319", status="inativo", marketing=False)
VITORIA = Person("Vitória Meireles", "5511990000320", status="lead")
ALICE = Person("Alice Fontoura", "5511990000321")
BRUNO = Person("Bruno Teles", "5551990000322")
CECILIA = Person("Cecília Ramos", "5511990000323", status="cliente", tags=("Particular", "Retorno"))
DAVI = Person("Davi Lins", "5584990000324", status="cliente", tags=("Convênio",))
ELISA = Person("Elisa Barreto", "5511990000325", status="qualificado")
FABRICIO = Person("Fabrício Moura", "5547990000326", status="inativo")
