"""The words in which people answer about an appointment, without accents and in lower case."""

from __future__ import annotations

import re

# Any of these alone confirms; all other words of the text must be FILLING then.
STRONG = frozenset(
    (
        "sim simm siim s ss sii sin yes confirmo confirmado confirmada confirmadissimo "
        "confirmadissima confirma confirmar confirmei confirmamos confimo confirmdo comfirmo "
        "comfirmado cofirmo confirmaado ok okay okey okk oki blz beleza certo certinho "
        "combinado combinada perfeito perfeita isso positivo fechado fechada claro irei estarei "
        "vou vamos comparecerei comparecer pode show joia tranquilo otimo otima aham uhum exato "
        "confirmadinho bele bora estaremos iremos compareceremos certeza presente"
    ).split()
)
# Of the strong ones, these mean nothing without one of the others or a word of coming.
LEAN = frozenset("pode vou vamos comparecer".split())
FILLING = frozenset(
    (
        "a o as os e ai la eu ja que ta esta tudo bem bom boa da de do das dos no na pra para "
        "por pro minha meu nossa nosso presenca consulta horario marcado marcada agendado "
        "agendada exame retorno sessao avaliacao procedimento atendimento amanha hoje dia "
        "segunda terca quarta quinta sexta sabado feira manha tarde noite com em mesmo sem "
        "falta duvida muito viu ne sera estar comparecer comparecimento doutor doutora dr dra "
        "senhora senhor moca moco tbm tambem sempre aqui agradeco agradecida grata grato "
        "obrigado obrigada obg obgd brigada brigado vlw valeu ate ir h hs hrs horas hora meio "
        "ha sao deus quiser se kk kkk rs haha gente querida linda amor abs abraco abracos bjs "
        "beijos beijo fico aguardo lembrar lembrete aviso pelo pela lembranca eh ser um uma sou "
        "minutos local combinado agenda marque deixa anotado ele ela vai ira filho filha mae "
        "pai marido esposa recebi recebido entendi entendido ciente bjo super comigo"
    ).split()
)
COMING = re.compile(
    r"\b(?:nao (?:vou|irei|posso) (?:faltar|perder|esquecer)|conta comigo|pode(?:m)? contar"
    r"|pode(?:m)? confirmar|pode deixar|(?:vou|vamos) (?:sim|estar|ir|comparecer)|sem falta"
    r"|to (?:indo|dentro)|estou (?:confirmad[oa]|dentro)|ta (?:bom|certo|ok|confirmad[oa]|otimo)"
    r"|esta (?:bom|certo|ok|confirmad[oa])|tudo (?:certo|ok)|isso mesmo|ele vai|ela vai|ela ira"
    r"|ele ira|(?:vou|irei|estarei) la|pode marcar|mantem|mantenha|pode manter|estou ciente)\b"
)
UNCERTAIN = re.compile(
    r"\b(?:mas|porem|so que|nao sei|talvez|acho|depende|se der|se eu conseguir|vou ver|vou tentar"
    r"|ainda nao|te aviso|aviso depois|te falo|confirmo (?:depois|mais tarde|amanha cedo)|sera que"
    r"|atras|duvida|faleceu|falecimento|morreu|preco|valor|quanto|preparo|jejum|convenio|endereco"
    r"|onde fica|estacionamento|qual|quando|como|esperando|ja confirmei ontem e)\w*"
)
NOT_MINE = re.compile(
    r"\b(?:nao (?:agendei|marquei|fiz agendamento|tenho (?:consulta|horario|nada)|conheco|sou (?:eu"
    r"|ess[ae]|est[ae]|a|o)|e comigo|e meu|e pra mim)|numero errado|engano|pessoa errada|ja fui"
    r" atendid[oa]|ja fiz (?:essa|a) consulta|esse numero nao e|este numero nao e"
    r"|mandou pra pessoa)\b"
)
MOVE = re.compile(
    r"(?:\b(?:remarc|re marc|remacar|reagend|adiar|adia|adie|antecip|posterg)\w*"
    r"|\b(?:mudar|muda|mude|mudo|trocar|troca|alterar|altera|transferir|passar|passa|jogar)\b"
    r"(?=.*\b(?:horario|hora|dia|data|consulta|semana|segunda|terca|quarta|quinta|sexta|sabado"
    r"|tarde|manha|mes|pra|para)\b)"
    r"|^mudar$"
    r"|\b(?:outr[oa]) (?:dia|horario|data|hora|semana|momento)\b"
    r"|\b(?:mais tarde|mais cedo|proxima semana|semana que vem)\b"
    r"|\b(?:so|apenas) (?:consigo|posso|da) (?:\w+ )?(?:depois|a partir|apos|de tarde|de manha"
    r"|a tarde"
    r"|na|no|as|segunda|terca|quarta|quinta|sexta|sabado)\b"
    r"|\bnova data\b|\bnovo horario\b)"
)
CANNOT = re.compile(
    r"(?:\b(?:desmarc|dismarc|desmarq|cancel|cansel|desist)\w*"
    r"|\bnao (?:\w+ )?(?:vou|vamos|vai|vo|posso|podemos|poderei|poderemos|pude|consigo|conseguirei"
    r"|conseguiremos|conseguimos|irei|iremos|estarei|estaremos|comparec\w+|confirm\w+|da|rola|dara"
    r"|tenho como|tem como|quero|ire|poder)\b"
    r"|\bnao$|^nao\b(?= (?:obrigad|infelizmente|sera|vai|gracas))"
    r"|\binfelizmente (?:nao|estou|fiquei|tive|terei|vou ter)|\b(?:impossivel|impossibilitad\w*)\b"
    r"|\b(?:vou|irei) (?:faltar|ter que faltar|precisar faltar)\b|\bpode(?:m)? (?:cancelar|liberar)"
    r"|\b(?:liberar?|libera) (?:o|a|meu|esse|minha) (?:horario|vaga)\b|\bimprevisto\b)"
)
YES_SIGNS = frozenset("👍👌✅✔☑💯🆗🤝")
NO_SIGNS = frozenset("👎❌🚫✖")
# On a reminder, but not typed alone, they say yes.
WARM_SIGNS = frozenset("❤♥🧡💛💚💙💜🤍😍🥰😘🙏😊😀😁🙂🎉👏🙌")
