"""Entries that most clinics need, as drafts: what is in brackets is the clinic's to write. None is
published by itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StarterEntry:
    """A draft: question, button, answer with brackets, further ways to ask, category."""

    question: str
    label: str
    answer: str
    aliases: tuple[str, ...]
    category: str


def _entries() -> tuple[StarterEntry, ...]:
    rows = []
    category = ""
    for line in _TEXT.strip().splitlines():
        if line.startswith("# "):
            category = line[2:]
        elif line.strip():
            question, label, answer, aliases = (part.strip() for part in line.split("|"))
            ways = tuple(one.strip() for one in aliases.split(";"))
            rows.append(StarterEntry(question, label, answer, ways, category))
    return tuple(rows)


# question | button | answer | other ways to ask
_TEXT = """
# Atendimento
Qual é o horário de funcionamento? | Horário | Atendemos [dias e horários]. | Que horas vocês abrem e fecham?; Vocês atendem aos sábados?; Até que horas ficam abertos?
Onde fica a clínica? | Endereço | Estamos na [endereço completo e ponto de referência]. | Qual é o endereço?; Como chego aí?; Em que bairro vocês ficam?
Tem estacionamento? | Estacionamento | [Onde o paciente pode estacionar e se é pago]. | Onde posso parar o carro?; O estacionamento é pago?; Tem vaga para moto?
Qual é o telefone da clínica? | Telefone | Nosso telefone é [número com DDD]. | Qual número eu ligo?; Me passa o telefone fixo; Tem outro número para contato?
O local tem acessibilidade? | Acessibilidade | [Rampa, elevador, banheiro adaptado]. | Tem rampa para cadeira de rodas?; Tem elevador?; Meu pai é cadeirante, consegue entrar?
Posso levar acompanhante? | Acompanhante | [Quantos acompanhantes e em quais salas]. | Meu marido pode entrar comigo?; Dá para ir com uma amiga?; Criança pode ficar na sala de espera?
Tem ônibus ou metrô perto? | Transporte | [Linhas e estação mais próxima]. | Qual ônibus passa aí?; Fica perto do metrô?; Como vou de transporte público?
# Agendamento
Como marco uma consulta? | Marcar consulta | Para agendar, diga [nome completo, especialidade e melhores dias]. | Quero agendar um horário; Gostaria de marcar uma consulta; Tem vaga para esta semana?
Como remarco minha consulta? | Remarcar | Avise com [prazo] de antecedência e escolha outra data por aqui. | Preciso mudar o dia da minha consulta; Posso trocar meu horário?; Não vou poder no dia, dá para adiar?
Como cancelo minha consulta? | Cancelar consulta | Cancele por aqui até [prazo] antes. [Regra de cobrança]. | Quero desmarcar; Não vou mais poder ir; Cobram se eu faltar?
Como confirmo minha consulta? | Confirmar consulta | Responda a mensagem de lembrete ou diga [o que informar] por aqui. | Quero confirmar minha presença; Minha consulta está confirmada?; Preciso confirmar antes?
Vou me atrasar, o que faço? | Atraso | Toleramos [minutos] de atraso. Avise por aqui. | Estou preso no trânsito, ainda me atendem?; Chego depois da hora, tem problema?; Qual a tolerância de atraso?
Vocês atendem sem hora marcada? | Sem hora marcada | [Se há encaixe e como funciona]. | Dá para ir sem agendar?; Atendem por ordem de chegada?; Tem encaixe hoje?
O retorno é pago? | Retorno | O retorno é [gratuito ou pago] em até [dias]. | Tenho que pagar de novo para mostrar os exames?; Em quantos dias é o retorno?; A volta ao médico é de graça?
Vocês fazem consulta online? | Consulta online | [Se há teleconsulta e como funciona]. | Atende por chamada de vídeo?; Tem telemedicina?; Moro longe, dá para consultar pelo celular?
Quais especialidades vocês têm? | Especialidades | Temos [lista de especialidades]. | Que médicos atendem aí?; Tem cardiologista?; Vocês têm dermatologista?
Vocês atendem crianças? | Crianças | [A partir de que idade e com quem]. | Tem pediatra?; Meu filho pode consultar aí?; Minha bebê pode passar com vocês?
Preciso de encaminhamento para consultar? | Encaminhamento | [Quando é preciso pedido de outro médico]. | Precisa de pedido médico para agendar?; Tenho que levar guia?; Posso ir direto ao especialista?
# Valores
Quanto custa a consulta? | Valor da consulta | A consulta particular custa [valor]. | Qual o valor da consulta particular?; Preço da consulta; Quanto fica para passar com o médico?
Quais são as formas de pagamento? | Pagamento | Aceitamos [formas de pagamento]. | Aceita cartão de crédito?; Posso pagar no Pix?; Dá para parcelar?
Vocês emitem nota fiscal? | Nota fiscal | Sim. [Como pedir e em quanto tempo chega]. | Preciso do recibo para o imposto de renda; Me manda a nota; Quero comprovante de pagamento
Como peço reembolso ao plano? | Reembolso do plano | Enviamos [documentos] para você pedir o reembolso. | Preciso do recibo para o reembolso do convênio; Meu plano reembolsa, o que vocês me dão?; Vocês preenchem o pedido de reembolso?
Tem alguma promoção? | Promoções | [Condições atuais e até quando valem]. | Tem desconto?; Se eu fechar um pacote fica mais barato?; Tem oferta este mês?
Quanto custa o exame? | Valor do exame | O valor depende do exame: [tabela ou como consultar]. | Qual o preço do ultrassom?; Quanto fica o hemograma particular?; Vocês cobram quanto pelo exame?
# Convênios
Quais convênios vocês aceitam? | Convênios | Aceitamos [lista de convênios]. | Vocês atendem plano de saúde?; Aceita Unimed?; Meu plano dá para usar aí?
O convênio precisa de autorização? | Autorização | [Quais procedimentos e quem pede]. | Vocês pedem a guia ao plano?; Quanto demora a autorização do convênio?; A liberação do plano é com vocês?
Vocês atendem pelo SUS? | SUS | [Sim ou não, e onde procurar]. | Dá para consultar pelo SUS?; É particular ou público?; Atende posto de saúde?
# Exames
Como recebo o resultado do exame? | Resultado de exame | Os resultados ficam prontos em [prazo] e chegam por [meio]. | Quando sai meu resultado?; O laudo já está pronto?; Onde vejo meus exames?
Preciso estar em jejum para o exame? | Jejum | [Horas de jejum por exame]. | Quantas horas sem comer?; Posso tomar água antes do exame?; Posso tomar café antes de colher sangue?
Que exames vocês fazem? | Exames | Fazemos [lista de exames]. | Faz ultrassom aí?; Vocês colhem sangue?; Tem raio x na clínica?
Como me preparo para o exame? | Preparo | [Orientações aprovadas por exame, ou onde ler]. | Qual o preparo do ultrassom?; Precisa de bexiga cheia?; Tenho que parar algum hábito antes do exame?
# Documentos
Quais documentos preciso levar? | Documentos | Leve [documentos e carteirinha]. | Que documento levo na primeira consulta?; Precisa de identidade?; O que tenho que apresentar na recepção?
Vocês fornecem atestado? | Atestado | O médico avalia na consulta. [Como funciona]. | Dão atestado médico?; Preciso justificar a falta no trabalho; Tem declaração de comparecimento?
Como renovo minha receita? | Receita | [Se é preciso consulta e como pedir]. | Acabou minha receita de uso contínuo; Consigo outra via da receita?; O doutor manda receita por aqui?
Como peço meu prontuário? | Prontuário | Peça por aqui. [Prazo e documento exigido]. | Quero cópia da minha ficha; Preciso dos meus registros médicos; Como pego meu histórico de consultas?
Como vocês cuidam dos meus dados? | Privacidade | Seguimos a LGPD. [Onde ler a política e com quem falar]. | Meus dados são protegidos?; Quem vê minhas informações?; Onde leio a política de privacidade?
# Outros
Como envio meu currículo? | Trabalhe conosco | Envie para [endereço de e-mail]. | Estão contratando?; Tem vaga de emprego?; Onde mando meu currículo?
Esqueci um objeto na clínica | Achados e perdidos | Guardamos na recepção por [prazo]. Diga o que é e quando esteve aqui. | Deixei meu casaco aí; Acharam meu guarda-chuva?; Perdi meu óculos na recepção
Vocês vendem ou aplicam vacinas? | Vacinas | [Quais vacinas e como agendar]. | Tem vacina da gripe?; Aplica vacina aí?; Qual o valor da vacina?
Tem Wi-Fi para pacientes? | Wi-Fi | [Nome da rede e senha, ou que não há]. | Qual a senha do wifi?; Tem internet na sala de espera?; Como conecto na rede?
"""  # noqa: E501

STARTER = _entries()
