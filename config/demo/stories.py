"""The demo's conversations: every stage, most kinds of message, and the things that go wrong."""

from __future__ import annotations

from config.demo import people as who
from config.demo.steps import (
    Story,
    attached,
    close,
    handed,
    note,
    other,
    release,
    reply,
    said,
    shown,
    spoken,
    stuck,
    take,
    template,
)
from config.demo.stories_serving import SERVING
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

WAITING = (
    Story(
        who.MARIANA,
        ends=4,
        unread=4,
        steps=(
            said("Oi, boa tarde!", extra={"referral": AD}),
            said("Vi o anúncio de vocês no Instagram 😊"),
            said("Como funciona a avaliação? Precisa pagar alguma coisa?"),
            said("Tenho horário livre na quinta depois das 14h", gap=2),
        ),
    ),
    Story(
        who.DEBORA,
        ends=21,
        unread=3,
        steps=(
            said("Gente, preciso de ajuda"),
            spoken("voz-7"),
            said("Estou com muita dor desde ontem, tem encaixe hoje?", gap=1),
        ),
    ),
    Story(
        who.PRISCILA,
        ends=38,
        unread=1,
        steps=(
            template(
                "campanha_checkup",
                {"1": "Priscila", "header": "foto-5"},
                key="campanha",
                by="marcos",
            ),
            release(gap=1),
            other(
                "button",
                {"payload": "Quero agendar", "text": "Quero agendar"},
                gap=95,
                quotes="campanha",
            ),
        ),
    ),
    Story(
        who.MARCELO,
        ends=23 * HOUR + 18,
        unread=2,
        steps=(
            said("Bom dia, vocês fazem implante?"),
            said("Se sim, qual o valor e em quantas vezes dá para parcelar?", gap=1.2),
        ),
    ),
    Story(
        who.ELISA,
        ends=55,
        unread=2,
        steps=(
            said("Oi! A doutora pediu a foto da receita antiga"),
            shown("foto-11", "É essa aqui, dá para ler?"),
            other("unsupported", {"type": "view_once"}, gap=0.5),
        ),
    ),
    Story(
        who.CECILIA,
        ends=9,
        unread=1,
        steps=(said("Oi, voltei 😅 esqueci de perguntar se posso tomar café antes do exame"),),
    ),
)

QUICK = (
    Story(
        who.ALICE,
        ends=2,
        steps=(
            said("Oi"),
            take("bianca", gap=0.2),
            reply("Olá, Alice! Aqui é da Clínica Vida Leve. Como posso ajudar?", gap=0.4),
            said("Quero saber os convênios que vocês atendem", gap=1),
            reply("Atendemos Vida Mais, Saúde Total e Bem Cuidar. Qual é o seu?", gap=0.6),
            said("Vida Mais", gap=0.8),
        ),
    ),
    Story(
        who.BRUNO,
        ends=13,
        steps=(
            said("Bom dia, tem estacionamento?"),
            take("rafael"),
            reply("Bom dia! Sim, gratuito para pacientes, com entrada pela rua lateral."),
        ),
    ),
)

ENDED = (
    Story(
        who.HELOISA,
        ends=7 * HOUR,
        steps=(
            said("Preciso da segunda via da nota fiscal"),
            take("rafael"),
            reply("Olá, Heloísa! De qual mês?"),
            said("Do mês passado", gap=2),
            attached(MessageKind.DOCUMENT, "document", "pedido", filename="Nota fiscal.pdf", gap=4),
            said("Recebi, muito obrigada!", gap=3),
            stuck(),
            reply("Disponha! Um ótimo dia. 🌷", gap=1),
            close(),
        ),
    ),
    Story(
        who.NATALIA,
        ends=DAY + 2 * HOUR,
        steps=(
            template(
                "confirmacao_consulta",
                {"1": "Natália", "2": "Dra. Helena", "3": "amanhã às 10h"},
                key="confirma",
                by="bianca",
            ),
            other(
                "button", {"payload": "Confirmar", "text": "Confirmar"}, gap=18, quotes="confirma"
            ),
            reply("Consulta confirmada! Até amanhã, Natália. 😊"),
            said("Até! 💚", gap=1),
            close(gap=20),
        ),
    ),
    Story(
        who.QUITERIA,
        ends=2 * DAY,
        steps=(
            said("Boa tarde, aqui é a filha da dona Quitéria"),
            said("Ela usa cadeira de rodas, a clínica é acessível?"),
            take("bianca"),
            reply("Boa tarde! Sim, temos rampa, elevador e banheiro adaptado."),
            said("Ótimo. E dá para ser atendida no térreo?", gap=3),
            reply("Dá sim, a sala 1 fica no térreo. Vou deixar anotado no cadastro."),
            note("Agendar sempre na sala 1."),
            said("Maravilha. Pode ser terça?", gap=4),
            reply("Terça às 10h ou às 15h?"),
            said("10h", gap=1),
            reply("Agendado: terça, 10h, com o Dr. Paulo. 📅", reaction="👏"),
            handed("Carteirinha do convênio.pdf", gap=6),
            said("Segue a carteirinha dela", gap=0.3),
            reply("Recebida, obrigada!"),
            said("Nós que agradecemos", gap=2),
            close(gap=5),
        ),
    ),
    Story(
        who.CECILIA,
        ends=4 * DAY,
        steps=(
            said("Oi, queria marcar o retorno com o Dr. Paulo"),
            take("rafael"),
            reply("Oi, Cecília! Ele atende segunda e quarta. Prefere manhã ou tarde?"),
            said("Quarta à tarde", gap=5),
            reply("Fechado: quarta às 16h."),
            said("Obrigada!", gap=1),
            close(gap=8),
        ),
    ),
    Story(
        who.TIAGO,
        ends=3 * DAY,
        steps=(
            template("campanha_checkup", {"1": "Tiago", "header": "foto-5"}, by="marcos"),
            said("PARAR", gap=42),
            reply("Certo, Tiago. Você não receberá mais ofertas. Desculpe o incômodo!", gap=3),
            note("Pediu para sair das campanhas. Consentimento retirado."),
            close(),
        ),
    ),
    Story(
        who.FABRICIO,
        ends=5 * DAY,
        steps=(
            said("Não vou conseguir ir hoje"),
            take("bianca", gap=10),
            reply("Tudo bem, Fabrício. Quer remarcar?"),
            reply(
                "Se preferir, me chame quando puder.", gap=3 * HOUR, status=MessageStatus.DELIVERED
            ),
            close(gap=2 * HOUR),
        ),
    ),
)

STORIES = (*WAITING, *SERVING, *QUICK, *ENDED)
