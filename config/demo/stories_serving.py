"""The demo's conversations that somebody holds: most kinds of message, and what goes wrong."""

from __future__ import annotations

from config.demo import people as who
from config.demo.steps import (
    Story,
    attached,
    note,
    options,
    other,
    reply,
    said,
    shown,
    spoken,
    take,
    tapped,
    template,
)
from providers.choices import MessageKind, MessageStatus

HOUR = 60.0
DAY = 24 * HOUR
AD = {
    "source_url": "https://instagram.example/p/avaliacao",
    "source_id": "120200000000000001",
    "source_type": "ad",
    "headline": "Avaliação odontológica sem custo",
    "body": "Agende pelo WhatsApp e conheça a clínica.",
    "media_type": "image",
}

SERVING = (
    Story(
        who.MARINA,
        ends=DAY + 3 * HOUR,
        steps=(
            said("Oi, tenho avaliação na quinta. Preciso levar algum exame?"),
            take("bianca", gap=4),
            reply("Oi, Marina! Só o pedido do médico, se tiver.", gap=2),
        ),
    ),
    Story(
        who.CARLOS,
        ends=12,
        subject="Remarcar consulta",
        steps=(
            said("Bom dia! Preciso remarcar minha consulta de amanhã"),
            said("Surgiu uma viagem de trabalho"),
            take("bianca"),
            reply("Bom dia, Carlos! Claro, vamos resolver isso agora. 😊"),
            options(
                "Tenho estes horários com a Dra. Helena. Qual fica melhor?",
                "Qui 14h",
                "Sex 9h30",
                "Seg 11h",
                key="horarios",
            ),
            tapped(2, "Sex 9h30", quotes="horarios", gap=3),
            reply("Perfeito! Remarcado para sexta às 9h30. ✅", reaction="🙏"),
            reply(
                "Chegue dez minutos antes, por favor.",
                gap=0.4,
                status=MessageStatus.DELIVERED,
            ),
        ),
    ),
    Story(
        who.FERNANDA,
        ends=26,
        steps=(
            said("Boa tarde, meu convênio pediu uma guia nova"),
            shown("foto-2", "Segue o pedido do médico", key="guia"),
            take("rafael"),
            reply("Recebido, Fernanda! Vou conferir com o faturamento.", quotes="guia"),
            note("Convênio exige código novo da guia. Pedi ao faturamento, retorno até 17h."),
            said("Obrigada! Fico no aguardo", gap=4, reaction="👍"),
            reply("Assim que a guia sair eu aviso por aqui.", status=MessageStatus.DELIVERED),
        ),
    ),
    Story(
        who.GUSTAVO,
        ends=33,
        steps=(
            said("Oi, pode me mandar o orçamento do clareamento?"),
            take("bianca"),
            reply("Oi, Gustavo! Mando sim, só um instante."),
            reply(
                "O clareamento completo fica em 6 parcelas. Quer que eu detalhe?",
                gap=5,
                status=MessageStatus.FAILED,
                fault="131026",
            ),
        ),
    ),
    Story(
        who.ICARO,
        ends=47,
        steps=(
            said("Vocês emitem recibo para reembolso?"),
            take("rafael"),
            reply("Emitimos sim! Preciso do CPF e do nome completo."),
            said("Ok, já passo", gap=6),
            reply(
                "Pode mandar por aqui mesmo, é seguro.",
                gap=1,
                status=MessageStatus.UNCERTAIN,
            ),
        ),
    ),
    Story(
        who.JOANA,
        ends=17,
        unread=1,
        steps=(
            said("Oi, prefiro não passar meu número por enquanto, tudo bem?"),
            take("bianca"),
            reply("Sem problema, Joana! Podemos conversar por aqui mesmo."),
            said("Que bom! Vocês atendem criança de 4 anos?"),
            reply("Atendemos a partir dos 2 anos, com a Dra. Lúcia, às terças e quintas."),
            said("E como é a primeira consulta? Ele tem um pouco de medo", gap=5),
        ),
    ),
    Story(
        who.KAIQUE,
        ends=64,
        steps=(
            said("Fala pessoal, tudo certo pra hoje às 15h?"),
            take("rafael"),
            reply("Tudo certo, Kaique! Esperamos você.", key="ok", reaction="👍"),
            said("Qual o endereço mesmo?", gap=9),
            reply("Rua das Acácias, 120, ao lado da praça."),
            other(
                "location",
                {
                    "latitude": -22.9056,
                    "longitude": -47.0608,
                    "name": "Estou aqui",
                    "address": "Avenida das Palmeiras, 300",
                },
                gap=14,
            ),
            reply("Você está a uns 5 minutos daqui. 🚗", gap=1),
        ),
    ),
    Story(
        who.LIVIA,
        ends=23 * HOUR + 46,
        steps=(
            said("Oi! Fiquei de decidir sobre o aparelho"),
            take("rafael"),
            reply("Oi, Lívia! Como posso ajudar na decisão?"),
            attached(
                MessageKind.DOCUMENT,
                "document",
                "pedido",
                "Segue o orçamento com as duas opções.",
                filename="Orçamento aparelho.pdf",
                key="orcamento",
            ),
            said("Recebi! Vou falar com meu marido e te respondo", gap=12, quotes="orcamento"),
        ),
    ),
    Story(
        who.OTAVIO,
        ends=3 * HOUR,
        steps=(
            said("Boa tarde, gostaria de um orçamento para facetas"),
            take("bianca"),
            reply("Boa tarde, Otávio! Para quantos dentes seria?"),
            said("Os seis da frente", gap=3),
            attached(
                MessageKind.DOCUMENT,
                "document",
                "pedido",
                "Aqui está. O valor vale por 30 dias.",
                filename="Orçamento facetas.pdf",
            ),
            note("Cliente compara com outra clínica. Supervisor autorizou 5% à vista."),
            said("Achei um pouco alto… tem desconto à vista?", gap=25),
            reply("Consigo 5% no pix. Fechamos?", gap=4),
            said("Vou pensar e te falo amanhã", gap=11),
        ),
    ),
    Story(
        who.RENATO,
        ends=2 * HOUR + 10,
        steps=(
            said("Minha esposa quer marcar também, posso passar o contato dela?"),
            take("rafael"),
            reply("Pode sim, Renato!"),
            other(
                "contacts",
                {
                    "contacts": [
                        {
                            "name": {"formatted_name": "Patrícia Couto", "first_name": "Patrícia"},
                            "phones": [{"phone": "+55 11 90000-0390", "type": "CELL"}],
                        }
                    ]
                },
                gap=2,
            ),
            reply("Anotado! Vou chamar a Patrícia ainda hoje.", reaction="❤️"),
        ),
    ),
    Story(
        who.SONIA,
        ends=31,
        unread=2,
        steps=(
            said("Bom dia minha filha, é a Sônia"),
            take("bianca"),
            reply("Bom dia, dona Sônia! Que bom falar com a senhora. 💚"),
            spoken("voz-11", gap=4),
            reply("Entendi! O remédio é de 8 em 8 horas, depois das refeições."),
            said("Deus te abençoe", gap=2),
            spoken("voz-5", gap=8),
            said("E o exame de sangue, tem que ser em jejum?", gap=0.6),
        ),
    ),
    Story(
        who.VITORIA,
        ends=90,
        steps=(
            said("Oi, qual o horário de funcionamento?"),
            said("Quero marcar pra sabado", gap=1, edited="Quero marcar para sábado de manhã"),
            said("(mensagem enviada por engano)", gap=0.5, is_deleted=True),
            take("marcos", gap=6),
            reply("Olá, Vitória! De segunda a sexta das 8h às 19h, sábado das 8h às 12h."),
            said("Perfeito, sábado às 9h tem?", gap=3, key="sabado"),
            reply("Tem sim! Reservei no seu nome.", quotes="sabado"),
            said("Obrigadaaa", gap=1, reaction="😊"),
        ),
    ),
    Story(
        who.DAVI,
        ends=5 * HOUR,
        steps=(
            said("Oi, como faço o preparo do exame de amanhã?"),
            take("bianca"),
            attached(
                MessageKind.AUDIO,
                "audio",
                "voz-9",
                status=MessageStatus.PLAYED,
                extra={"voice": True},
            ),
            said("Entendi, jejum de 8 horas e só água", gap=7),
            reply("Isso mesmo, Davi! Qualquer dúvida é só chamar."),
            said("Valeu!", gap=2),
        ),
    ),
    Story(
        who.EVERTON,
        ends=6 * HOUR,
        subject="Resultado de exame",
        steps=(
            said("Boa tarde, meu exame já ficou pronto?"),
            take("rafael"),
            reply("Ainda não, Everton. O laboratório deu prazo até amanhã."),
            said("Ok, aguardo", gap=2),
            template(
                "retorno_exame",
                {
                    "nome": "Everton",
                    "exame": "sangue",
                    "prazo": "sexta-feira",
                    "button.0": "centro",
                },
                gap=26 * HOUR,
                status=MessageStatus.DELIVERED,
            ),
        ),
    ),
)
