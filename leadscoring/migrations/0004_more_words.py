"""Give the companies that have words those that new companies begin with; a word that a company has
stays as it is. Messages are read again: how far a refusal reaches is judged anew.
"""

from django.db import migrations
from django.utils import timezone
from uuid_utils.compat import uuid7

BATCH = 200
WORDS = {
    "preco": (
        *("quanto", "quantos reais", "investimento", "custo", "custos", "custa", "custam"),
        *("cobra", "cobram", "cobrando", "em média", "tabela", "cobrar", "valores*", "cotação"),
        *("orçar", "sai por", "fica por"),
    ),
    "agendamento": (
        *("quer uma", "quer um", "me avisa se alguém desmarcar"),
        *("agende", "agendem", "agendamos", "agendando", "agendaria", "marca", "marque"),
        *("marquem", "marcamos", "marcaria", "marcando", "marcação", "marcarmos", "marco"),
        *("remarc*", "reagend*", "encaix*", "disponíve*", "tem consulta", "lista de espera"),
        *("me atender", "pode atender", "podem atender", "consegue atender"),
        *("consegue me atender", "atende", "atendem", "atende hoje", "atendem hoje"),
        *("atendendo hoje", "atende amanhã", "atendem amanhã", "atende que", "atendem que"),
        *("atende de", "atendem de", "atende domingo", "atende em casa", "me ver hoje"),
        *("tem dia", "ser antes", "posso trocar", "passar com", "passar pela", "passar pelo"),
        *("me consultar", "consultar com", "posso ir aí", "posso ir agora", "posso ir hoje"),
        *("posso ir amanhã", "posso passar aí", "posso ir na", "posso ir no"),
        *("que horas posso ir", "posso passar amanhã", "avaliar", "posso passar hoje"),
        *("dias de atendimento", "horário de atendimento", "tem médic*", "de atendimento"),
        *("tem dermat*", "tem oftalm*", "tem psic*", "tem fisio*", "tem dentist*"),
        *("tem doutor*", "tem dra", "tem dr", "tem cardio*", "tem gineco*", "tem nutri*"),
        *("tem orto*", "tem outr*", "tem mais tarde", "tem mais cedo", "qualquer horário"),
        *("qualquer dia", "prefiro segunda", "prefiro terça", "prefiro quarta"),
        *("prefiro quinta", "prefiro sexta", "prefiro sábado", "prefiro de manhã"),
        *("prefiro à tarde", "prefiro à noite", "prefiro com", "trocar o horário"),
        *("trocar de horário", "consigo trocar", "consigo hoje", "consigo amanhã", "quer ir"),
        *("quer marcar", "quer o", "tem às", "mais tarde", "pode confirmar", "deixa agendad*"),
        *("avaliada", "pode ser qualquer*", "tem nada pra", "sem agendar", "ser atendida"),
        *("dar tempo", "dá tempo", "quando posso começar", "quando começo", "posso ir sexta"),
        *("dia mais próximo", "data mais próxima", "próxima data", "primeira data"),
        *("tem pra hoje", "tem pra amanhã", "tem pra semana*", "tem pra essa semana"),
        *("tem pra", "tem data", "tem à noite", "tem de manhã", "tem à tarde", "tem de tarde"),
        *("tem de noite", "tem sábado", "tem hoje", "tem amanhã", "tem na segunda"),
        *("tem na terça", "tem na quarta", "tem na quinta", "tem na sexta", "tem no sábado"),
        *("tem segunda", "tem terça", "tem quarta", "tem quinta", "tem sexta", "tem outro dia"),
        *("tem outra data", "outro dia", "outra data", "mudar o dia", "mudar a data"),
        *("trocar o dia", "trocar a data", "que dia", "algo mais cedo", "nada mais cedo"),
        *("adiantar minha*", "adiantar a consulta", "antecipar*", "pode ser hoje"),
        *("pode ser amanhã", "pode ser segunda", "pode ser terça", "pode ser quarta"),
        *("pode ser quinta", "pode ser sexta", "pode ser sábado", "pode ser às"),
        *("pode ser de manhã", "pode ser à tarde", "pode ser à noite", "pode ser na"),
        *("pode ser no", "pode ser dia", "pode ser sim", "reservar", "reserva"),
        *("confirma pra mim", "confirmo", "me coloca", "me bota", "me põe", "abre agenda"),
        *("quando tem", "qual dia", "quais dias", "que horas tem", "ser atendid*"),
        *("dar uma passada", "passar aí", "ir aí", "primeira vaga", "próxima vaga"),
        *("algum dia", "deixar marcado", "deixa marcado", "deixe marcado", "deixar agendado"),
        *("meu nome na agenda", "colocar meu nome", "coloca meu nome", "ponha meu nome"),
        *("guarda a vaga", "atenda", "pode ser o das", "pode ser o de", "ser mais cedo"),
        *("não cancela", "não cancele", "não cancelem", "não desmarca", "não desmarque"),
        *("não desmarquem", "não quero cancelar", "não quero desmarcar", "vaga da desistência"),
        *("primeiro horário", "próximo horário"),
    ),
    "oferta": (
        *("parcel*", "descont*", "promoç*", "dividir", "divide", "dividem", "dividido"),
        *("quantas vezes", "2x", "3x", "4x", "5x", "6x", "8x", "10x", "12x", "18x", "24x"),
        *("débito", "crédito", "tem entrada", "dar entrada", "dou entrada", "de entrada"),
        *("faço o pagamento", "fazer o pagamento", "pagamento", "pagar", "cashback"),
        *("pagar no", "pagar na", "pagar com", "pagar em", "pagando", "mais barato"),
        *("mais em conta", "cupom", "combo", "black friday", "oferta", "ofertas"),
        *("condição especial", "condições especiais", "financia*", "carnê", "aceita"),
        *("aceitam", "dar um sinal", "pagar o sinal", "por menos", "fazer por", "faz por"),
        *("baixar o valor", "boleto parcelado", "aceita dinheiro", "em dinheiro", "juros"),
    ),
    "compra": (
        *("queremos", "queríamos", "gostaríamos", "me interess*", "interess*", "fechar"),
        *("fechado", "fechou", "fecho", "fechamos", "fecha", "topo", "topei", "aceito", "bora"),
        *("vou fazer", "vou fechar", "vamos fazer", "vamos sim", "vou sim", "pode mandar"),
        *("contratar", "desejo", "pretendo", "tô afim", "tô a fim", "tô querendo"),
        *("estou querendo", "tô precisando", "precisando", "precisava", "precisamos"),
        *("preciso de", "preciso muito", "preciso marcar", "preciso", "precisa de consulta"),
        *("precisa de uma consulta", "precisa de um dentista", "precisa de dentista"),
        *("precisa de avaliação", "precisa de tratamento", "precisa passar", "precisa fazer"),
        *("começar o tratamento", "iniciar o tratamento", "começar a terapia", "doido pra"),
        *("doida pra", "louco pra", "louca pra", "ansiosa pra", "ansioso pra", "tenho vontade"),
        *("meu sonho", "sonho em", "garantir", "me inscrev*", "como faço", "como faz pra"),
        *("vocês colocam", "vocês trabalham", "faz aí", "fazem aí", "tem como fazer"),
        *("como funciona", "mais informações", "aceitamos", "dar continuidade"),
        *("dar sequência", "dar andamento", "prosseguir", "arrumar", "resolvi fazer"),
        *("decidi fazer", "consertar", "quero tratar", "aprovado", "de acordo", "procuro"),
        *("procurando", "à procura", "busco", "buscando", "necessito", "necessitando"),
        *("quer fazer", "escolhi vocês", "mudei de ideia e quero", "pra eu pagar"),
        *("pronto pra*", "pronta pra*", "vocês olham", "vocês cuidam", "começar"),
        *("tenho intenção", "aceitar", "vou precisar", "manda o link", "me manda o link"),
        *("envia o link", "saber mais", "me explica", "me passa", "me manda o valor"),
        *("quero mais",),
    ),
    "convenio": (
        *("atende convênio", "atendem convênio", "atendem plano", "planos", "bradesco"),
        *("hapvida", "notredame", "notre dame", "gndi", "odontoprev", "cassi", "geap", "ipe"),
        *("porto seguro", "porto saúde", "sul américa", "golden cross", "prevent senior"),
        *("saúde caixa", "metlife", "planserv", "ipsemg", "ipasgo", "uniodonto", "interodonto"),
        *("são francisco", "assim saúde", "petrobras", "convenia*", "particular"),
    ),
    "urgencia": (
        *("urgen*", "dor de dente", "dor de ouvido", "dor horrível", "dor insuportável"),
        *("dor terrível", "dor no dente", "dor absurda", "doendo muito", "doendo"),
        *("dói demais", "socorro", "me ajuda", "me ajude", "me ajudem", "me socorre"),
        *("preciso de ajuda", "insuportável", "morrendo de dor", "não aguento mais"),
        *("dente quebrou", "quebrou o dente", "quebrou meu dente", "quebrei o dente"),
        *("quebrei um dente", "quebrei meu dente", "dente caiu", "caiu minha"),
        *("caiu a obturação", "caiu o bloco", "caiu a coroa", "travou", "travada", "travado"),
        *("inflamad*", "mais rápido possível", "o quanto antes", "com pressa", "logo possível"),
        *("aguentando", "não dá pra esperar", "não posso esperar", "não consigo esperar"),
        *("não quero esperar",),
    ),
    "desistencia": (
        *("desistimos", "desistir", "dispensamos", "só tava olhando", "só olhando"),
        *("só pesquisando", "sem grana", "sem dinheiro", "achei salgado", "ficou salgado"),
        *("ficou pesado", "tá puxado", "caríssimo", "não coube no*", "fora da minha realidade"),
        *("fora da nossa realidade", "não vou fechar", "não vou seguir", "não vou continuar"),
        *("não vamos fechar", "não vamos fazer", "não vamos seguir", "prefiro não"),
        *("melhor não", "não tenho vontade", "não temos interesse", "não há interesse"),
        *("não tem interesse", "cancelar minha consulta", "não faço mais", "nunca mais volto"),
        *("fechei com a concorrência", "já resolvi", "não compensa", "não vale a pena"),
        *("não me convenceu", "não gostei"),
    ),
    "neutro": (
        *("vou pensar", "vou ver", "te aviso", "quem sabe", "mais pra frente", "outra hora"),
        *("fica pra próxima", "não vai dar", "não tem como", "não deu", "preciso pensar"),
        *("em quanto tempo", "quanto em quanto", "quanto tempo", "quanto tempo*"),
        *("quanto dura", "quanto demora", "quanto a", "quanto ao", "quanto mais"),
        *("quanto menos", "quanto dói", "quanto isso", "quanto às", "preciso levar"),
        *("preciso chegar", "preciso tomar", "preciso estar", "preciso ir de", "preciso parar"),
        *("preciso saber", "preciso ficar", "preciso tirar", "preciso trocar", "preciso pagar"),
        *("preciso sair", "preciso assinar", "preciso confirmar", "preciso repetir"),
        *("preciso continuar", "preciso usar", "preciso de jejum", "atende o telefone"),
        *("atendem o telefone", "atende telefone", "ninguém atende", "tem pra estacionar"),
        *("vai me atender", "vai fechar", "vão fechar", "está fechad*", "não me atende"),
        *("não me atendem", "comprovante de pagamento", "comprovante do pagamento"),
        *("comprovante do pix", "estava fechad*", "estão fechad*", "tava fechad*"),
    ),
}


def fold(text):
    """Fold as words are compared; no word above has anything else to fold."""
    return text.lower().translate(str.maketrans("áâãàéêíóôõúç", "aaaaeeiooouc"))


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
        ("leadscoring", "0003_refusals"),
    ]

    operations = [
        migrations.RunPython(add, migrations.RunPython.noop, elidable=True),
    ]
