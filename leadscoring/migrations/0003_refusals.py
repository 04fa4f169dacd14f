"""Give the companies that have words those by which people refuse, as new companies begin with; a
word that a company has stays as it is. Messages are read again: wishes in the reach of a "não"
counted until now.
"""

from django.db import migrations
from django.utils import timezone
from uuid_utils.compat import uuid7

BATCH = 200
WORDS = {
    "compra": (
        "vou querer",
    ),
    "desistencia": (
        "não vou querer",
        "não vou mais querer",
        "tá caro",
        "achei caro",
        "achei muito caro",
        "ficou caro",
        "fora do meu orçamento",
        "não tenho mais interesse",
        "não tenho nenhum interesse",
        "perdi o interesse",
        "não estou mais interessado",
        "não estou mais interessada",
        "mudei de ideia",
        "não vou mais fazer",
        "não vou agendar",
        "não vou marcar",
        "não quero agendar",
        "não quero marcar",
        "não quero nada",
        "não quero nenhum",
        "não quero nenhuma",
        "dispenso",
        "já fiz em outra",
        "já fiz com outro",
        "já marquei em outro",
        "já marquei em outra",
        "já agendei em outro",
        "já agendei em outra",
        "fechei com outro",
        "vou fazer em outro",
        "vou fazer em outra",
        "achei mais barato",
        "encontrei mais barato",
        "deixa pra lá",
        "deixa quieto",
        "só estava pesquisando",
        "achei o valor alto",
        "achei o preço alto",
        "valor alto",
        "preço alto",
        "preço salgado",
        "não cabe no meu bolso",
        "não tenho condições",
        "sem condições",
        "não tenho dinheiro",
    ),
    "neutro": (
        "não preciso",
        "quero não",
        "precisa não",
        "sem compromisso",
        "agora não",
        "por enquanto não",
    ),
}


def fold(text):
    """Fold as words are compared; no word above has anything else to fold."""
    return text.lower().translate(str.maketrans("áâãéêíóôõúçà", "aaaeeiooouca"))


def add(apps, schema_editor):
    """Add them, some companies at a time."""
    word = apps.get_model("leadscoring", "SignalWord")
    words = word._base_manager
    companies = list(words.order_by().values_list("company_id", flat=True).distinct())
    for at in range(0, len(companies), BATCH):
        rows = [
            word(id=uuid7(), company_id=company_id, kind=kind, text=text, folded=fold(text))
            for company_id in companies[at : at + BATCH]
            for kind, texts in WORDS.items()
            for text in texts
        ]
        words.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    states = apps.get_model("leadscoring", "ScoringState")._base_manager
    states.update(words_changed_at=timezone.now())


class Migration(migrations.Migration):

    atomic = False
    dependencies = [
        ("leadscoring", "0002_sentences"),
    ]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop, elidable=True),
    ]
