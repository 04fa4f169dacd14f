"""Everybody in the demo is invented; their phones begin with 9 0000, which no operator has."""

from __future__ import annotations

from typing import Final

from accounts.models import Membership
from config.demo.steps import DemoPatient

COMPANY: Final = "Clínica Vida Leve"
PHONE_NUMBER_ID: Final = "104900000000001"
WABA_ID: Final = "102900000000001"
# In which Meta bills the account.
CURRENCY: Final = "BRL"
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

MARIANA = DemoPatient("Mariana Alves", "5511990000301", tags=("Primeira consulta",))
CARLOS = DemoPatient(
    "Carlos Eduardo Prado",
    "5541990000302",
    status="cliente",
    email="carlos.prado@exemplo.example",
    tags=("Convênio", "Retorno"),
    marketing=True,
)
DEBORA = DemoPatient("Débora Nunes", "5521990000303", status="cliente", tags=("Urgência",))
# An account from before the ninth digit: WhatsApp still knows it with eight.
EVERTON = DemoPatient("Everton Siqueira", "555190000304", status="cliente", tags=("Retorno",))
FERNANDA = DemoPatient(
    "Fernanda Lobo",
    "5531990000305",
    status="cliente",
    tags=("Convênio",),
    notes="Prefere contato à tarde.",
)
GUSTAVO = DemoPatient("Gustavo Amaral", "5511990000306", status="qualificado", tags=("Orçamento",))
HELOISA = DemoPatient("Heloísa Brandão", "5561990000307", status="cliente")
ICARO = DemoPatient("Ícaro Vasconcelos", "5571990000308", status="qualificado", is_online=False)
JOANA = DemoPatient(
    "Joana D'Ávila", "5511990000309", username="joana.davila", is_phone_hidden=True, status="lead"
)
KAIQUE = DemoPatient("Kaique Monteiro", "5519990000310", status="cliente", tags=("Particular",))
LIVIA = DemoPatient("Lívia Sampaio", "5585990000311", status="qualificado", tags=("Orçamento",))
MARCELO = DemoPatient("Marcelo Teixeira", "5511990000312", tags=("Primeira consulta",))
NATALIA = DemoPatient(
    "Natália Queiroz",
    "5548990000313",
    status="cliente",
    email="natalia.q@exemplo.example",
    tags=("Convênio",),
    marketing=True,
)
OTAVIO = DemoPatient("Otávio Rezende", "5562990000314", status="qualificado", tags=("Orçamento",))
PRISCILA = DemoPatient("Priscila Figueira", "5513990000315", status="cliente", marketing=True)
QUITERIA = DemoPatient(
    "Quitéria Lins",
    "5581990000316",
    status="cliente",
    tags=("Convênio", "Retorno"),
    notes="Usa cadeira de rodas: agendar na sala 1.",
)
RENATO = DemoPatient("Renato Couto", "5511990000317", status="cliente", tags=("Particular",))
SONIA = DemoPatient("Sônia Maria Peixoto", "5527990000318", status="cliente", tags=("Convênio",))
TIAGO = DemoPatient("Tiago Bandeira", "5592990000319", status="inativo", marketing=False)
VITORIA = DemoPatient("Vitória Meireles", "5511990000320", status="lead")
# She writes by other channels too (config/demo/oneperson.py); the sample site knows her mail.
MARINA = DemoPatient(
    "Marina Sales", "5511990000327", status="cliente", email="marina.sales@exemplo.com.br"
)
ALICE = DemoPatient("Alice Fontoura", "5511990000321")
BRUNO = DemoPatient("Bruno Teles", "5551990000322")
CECILIA = DemoPatient(
    "Cecília Ramos", "5511990000323", status="cliente", tags=("Particular", "Retorno")
)
DAVI = DemoPatient("Davi Lins", "5584990000324", status="cliente", tags=("Convênio",))
ELISA = DemoPatient("Elisa Barreto", "5511990000325", status="qualificado")
FABRICIO = DemoPatient("Fabrício Moura", "5547990000326", status="inativo")
