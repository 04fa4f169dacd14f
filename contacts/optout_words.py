"""The words of `contacts.optout`: what is said by whoever asks to be left alone.

Folded: lower case, no accents, single spaces.
"""

from __future__ import annotations

import re

# --- a message that is nothing but this acts ------------------------------------------------------

RUDE = (
    *("bloqueado", "bloqueada", "bloqueando", "denunciado", "me erra", "me larga", "me largue"),
    *("pode parar", "podem parar", "pare com isso", "ja bloqueei", "que saco"),
    *("excluir", "desativar", "desativem", "cancelar tudo", "nunca mais", "ja deu", "remova me"),
    *("responder sair", "excluir numero", "excluir contato", "stop sending"),
    *("me apaga dai", "me apaga daqui", "me tira dai", "me tire dai", "me exclui dai"),
    *("me poupe", "me poupem", "me deixa quieto", "me deixa quieta", "some daqui", "some", "vaza"),
)
STOPS = frozenset(
    {
        *("sair", "parar", "pare", "parem", "cancelar", "cancela", "cancele", "cancelem", "stop"),
        *("descadastrar", "descadastre", "descadastro", "remover", "remova", "remove", "removam"),
        *("unsubscribe", "opt out", "optout", "quero sair", "quero parar", "desinscrever"),
        *("quero cancelar", "sair da lista", "quero sair da lista", "me tira da lista"),
        *("me tire da lista", "me remove da lista", "me remova da lista", "me exclui da lista"),
        *("me exclua da lista", "sair do grupo", "quero sair do grupo", "sair desta lista"),
        *("sair dessa lista", "sair da lista de transmissao", "sair da lista de contatos"),
        *("sair da lista de envio", "quero ser removido da lista", "quero ser removida da lista"),
        *("parar mensagens", "parar de receber", "parar promocoes", "parar propaganda"),
        *("nao quero receber", "nao quero mais receber", "nao quero receber mais"),
        *("nao quero receber nada", "nao quero mais receber nada", "chega de mensagens"),
        *("nao desejo receber", "nao desejo mais receber", "prefiro nao receber"),
        *("nao receber mais", "deixar de receber", "quero deixar de receber", "nao receber"),
        *("pare de me mandar mensagens", "pare de mandar mensagens", "cancelar inscricao"),
        *("cancelar minha inscricao", "cancelar assinatura", "remover inscricao"),
        *("cancelar recebimento", "cancelar o recebimento", "cancelar envio", "cancelar envios"),
        *("nao perturbe", "nao perturbar", "nao me perturbe", "nao me perturbem"),
        *("nao perturbem", "nao incomode", "nao me incomode", "nao me incomodem"),
        *("nao importune", "nao me importune", "nao me importunem", "me deixe em paz"),
        *("me deixem em paz", "me deixa em paz", "nao autorizo", "nao autorizo contato"),
        *("nao autorizo o contato", "nao autorizo mais contato", "nao me chame mais"),
        *("nao me chamem mais", "nao me contate mais", "nao me contatem mais"),
        *("nao entre mais em contato", "nao entrem mais em contato", "nao quero mais contato"),
        *("nao quero mais ser contatado", "nao quero mais ser contatada"),
        *("nao quero ser contatado", "nao quero ser contatada", "stop all", "opt me out"),
        *("remove me", "do not contact", "do not disturb", "baja", "dar baja", "no molestar"),
        *("me exclui", "me exclua", "me excluam", "me remove", "me remova", "me removam"),
        *("me tira", "me tire", "me tirem", "me deleta", "me apaga", "me apague", "me tira daqui"),
        *("me tire daqui", "me tirem daqui", "me exclui daqui", "me remove daqui"),
        *("me bloqueia", "me bloqueie", "me bloqueiem", "sair da campanha", "desejo nao receber"),
        *("nao tenho interesse em receber", "quero nao receber", "sair das promocoes"),
        *("sair da promocao", "sair das ofertas", "chega", "basta", "sai", "para", "sai fora"),
        *("chega disso", "para com isso", "parem com isso", "me esquece", "me esqueca"),
        *("me esquecam", "nao quero ser incomodado", "nao quero ser incomodada"),
        *RUDE,
    }
)
# These fit an appointment at least as well: they act only as an answer to advertising.
MAYBE_CARE = frozenset(
    {
        *("cancelar", "cancela", "cancele", "cancelem", "quero cancelar", "remover", "remova"),
        *("remove", "removam", "me exclui", "me exclua", "me excluam", "me remove", "me remova"),
        *("me removam", "me tira", "me tire", "me tirem", "me deleta", "me apaga", "me apague"),
        *("me tira daqui", "me tire daqui", "me tirem daqui", "me exclui daqui"),
        *("me remove daqui", "cancelar envio", "cancelar envios", "nao autorizo"),
        *("cancelar assinatura", "remover inscricao", "sai", "para", "basta", "sai fora"),
        *("para com isso", "parem com isso", "me esquece", "me esqueca", "me esquecam"),
        *RUDE,
    }
)
# And these act, but not as an answer to what was said about care: a treatment is stopped as well,
# and there are other lists.
MAYBE_STOP = frozenset(
    {
        *("parar", "pare", "parem", "quero parar", "sair da lista", "quero sair da lista"),
        *("me tira da lista", "me tire da lista", "me remove da lista", "me remova da lista"),
        *("me exclui da lista", "me exclua da lista", "sair do grupo", "quero sair do grupo"),
        *("sair desta lista", "sair dessa lista", "quero ser removido da lista"),
        *("quero ser removida da lista", "cancelar inscricao", "cancelar minha inscricao"),
        *("nao receber", "nao receber mais", "chega", "chega disso"),
    }
)

_NOUN = r"(?:mensagem|mensagens|mensagen|msgs?|promoc(?:ao|oes)|promos?|propagandas?|ofertas?"
_NOUN += r"|marketing|publicidades?|anuncios?|notificac(?:ao|oes)|newsletters?|spams?|campanhas?"
_NOUN += r"|divulgac(?:ao|oes)|novidades|comunicac(?:ao|oes)|comunicados|informativos|cupons)"
_FILL = r"(?: (?:d[aeo]s?|com|as?|os?|me|mim|receber|recebimento|mandar|enviar|envios?|mandarem"
_FILL += r"|assinatura|inscricao|enviarem|mandando|enviando|tod[ao]s|suas|seus|mais|nenhuma?"
_FILL += r"|qualquer|tantas?))*"
_TAIL = r"(?: (?:por|no|na|pelo|d[eo]|para|pra|o|meu|este|esse|neste|nesse|numero|whatsapp|whats"
_TAIL += r"|wpp|zap|zapp|celular|telefone|aqui|mim|promocionais|comerciais|publicitarias|mais|nem"
_TAIL += r"|voces|vcs|vc|toda hora|todo dia|direto"
_TAIL += rf"|e|ou|{_NOUN}))*"
_HALT = r"(?:parar|parem?|para(?= de )|interromp(?:er|am?)|encerr(?:ar|em?)|suspend(?:er|am?)"
_HALT += r"|cancel(?:ar|a|em?)|bloque(?:ar|ie|iem|ia)|desativ(?:ar|a|em?)|deslig(?:ar|ue|uem)"
_HALT += r"|silenci(?:ar|a|em?)|dispens(?:ar|o|amos)|remov(?:er|am?|e)|exclu(?:ir|am?|i)|stop"
_HALT += r"|chega(?= de mensage))"
_NOT = r"nao (?:quero|queria|desejo|autorizo|aceito|permito|gostaria de|consinto|concordo em"
_NOT += r"|preciso|tenho interesse em)"
_SEND = r"(?:mand(?:em?|a|ar)|envi(?:em?|a|ar))"
_MINE = r"(?:o |os )?meus? (?:contato|numero|telefone|celular|whats(?:app)?|zap|dados|nome)"
WHOLE = re.compile(
    rf"(?:(?:eu )?(?:quero|queria|gostaria de|desejo|preciso|prefiro|solicito|favor|vou) )?"
    rf"(?:{_HALT}{_FILL} {_NOUN}{_TAIL}"
    rf"|(?:mais )?(?:deixar|parar) de receber{_FILL}(?: {_NOUN}{_TAIL})?"
    r"|(?:me )?(?:d[ei]?s?ca?d\w{0,3}t\w*|desinscrev\w*|desassin\w*|unsubscribe|unsubscribed)"
    r"(?: (?:me|o|meu|numero|contato|telefone|da|de|lista|tudo|por|aqui|daqui))*"
    rf"|bloque(?:ar|ia|ie|iem) {_MINE}|parar d[eo] contato)"
    rf"|{_NOT}(?: mais)?(?: (?:receber|que (?:me )?{_SEND}))?{_FILL} {_NOUN}{_TAIL}"
    rf"|(?:nao|nunca mais) (?:me )?{_SEND}(?: mais)?{_FILL} {_NOUN}{_TAIL}"
    rf"|(?:deix(?:ar?|em?)) de (?:me )?(?:mandar|enviar)(?: {_NOUN}{_TAIL})?"
    r"|(?:quero|desejo|gostaria de|preciso) ser (?:removid|exclui?d|retirad|descadastrad)[oa]"
    r"(?: d[aeo]s? (?:lista|contatos|grupo|mensagens|envios|transmissao))*"
    r"|cancel(?:ar|a|em?) (?:a |o )?(?:minha |meu )(?:inscricao|recebimento)"
    rf"|(?:prefiro )?nao receber{_FILL} {_NOUN}{_TAIL}"
    rf"|sem(?: mais)? (?:mensagens|promocoes|propagandas?|ofertas|publicidade|marketing)"
    rf"|stop (?:promotions?|marketing|messages?|ads|sending(?: me)? messages?)"
    rf"|(?:gostaria|queria|desejo|quero|prefiro|peco|favor|solicito)(?: de| para| que)? nao receber"
    rf"(?: mais)?(?:{_FILL} {_NOUN}{_TAIL})?"
    rf"|opt out of (?:marketing|promotions|messages)"
)
# Whoever wants to be forgotten wants no advertising either, and somebody must read it (LGPD).
ERASE = re.compile(
    rf"(?:(?:apag|exclu|delet|remov|elimin|esquec|re?tir|tir)\w+ (?:{_MINE}|contato)"
    rf"|(?:solicito|peco|quero|favor)? ?(?:a )?(?:exclusao|remocao|retirada) d[eo]s? {_MINE})"
    r"(?: d[aeo] (?:lista|sistema|agenda|base|cadastro))?(?: de voces| de vcs)?"
)

RESUMES = frozenset(
    {
        *("voltar", "start", "quero receber", "voltar a receber", "quero voltar a receber"),
        *("aceito receber", "quero receber promocoes", "retomar", "quero receber novamente"),
        *("quero receber de novo", "quero receber mensagens", "aceito receber mensagens"),
        *("aceito receber promocoes", "quero receber ofertas", "quero receber novidades"),
        *("voltar a receber mensagens", "voltar a receber promocoes"),
    }
)
# The rest of them may answer another question ("Quer receber o resultado por aqui?").
SURE_RESUMES = frozenset(
    {
        *("voltar", "voltar a receber", "quero voltar a receber", "quero receber promocoes"),
        *("quero receber ofertas", "quero receber novidades", "aceito receber promocoes"),
        *("voltar a receber mensagens", "voltar a receber promocoes"),
    }
)

# --- inside a sentence it is asked back -----------------------------------------------------------

BETWEEN = r"(?: (?:d[aeo]s?|dest[ae]s?|dess[ae]s?|ess[ae]s?|est[ae]s?|meus?|minhas?|suas?|seus?"
BETWEEN += r"|eu|nomes?|numeros?|telefone|contato|me|mim|aqui|a|as|o|os|receber|recebimento|mandar"
BETWEEN += r"|enviar|tanta|tantas|tanto|mais|com|por|no|na|whatsapp|zap|se|voces?|vcs)){0,6}"
VERBS = r"(?:sair|sai|par(?:ar?|em?)|remov\w+|(?:re)?tir(?:ar?|em?)|descadastr\w*|cancel(?:ar?|em?)"
VERBS += r"|bloque(?:ar|ie|iem|ia)|chega|interromp\w+|suspend\w+)"
NOUNS = r"(?:lista(?! d[eao]s? (?:espera|presenca|exames|convidados|material|materiais|compras"
NOUNS += r"|encaixe|cirurgia|remedios|medicamentos|pacientes|retorno|fila|vacina\w*|precos)"
NOUNS += r"|( de)? espera)|mensage(?:m|ns)|msgs?|propagandas?|promoc(?:ao|oes)|marketing"
NOUNS += r"|divulgac(?:ao|oes)|ofertas?|newsletter|spam|anuncios?|publicidade|cadastro)"
# "Não quero sair da lista" asks for the opposite.
KEEP = "".join(
    rf"(?<!\bnao {word} )" for word in ("quero", "precisa", "vou", "queria", "pode", "vai", "me")
)
NOTHING = r"(?:nada|isso|isto|essas coisas|essas mensagens|nenhum[ao]?|de (?:voces|vcs))"
SENTENCES = re.compile(
    rf"(?<!\bnao ){KEEP}\b{VERBS}{BETWEEN} {NOUNS}\b"
    # "Apaga a mensagem" is about one that was sent by mistake.
    rf"|\b(?:exclu\w+|apag(?:ar?|uem?)){BETWEEN} (?:lista|cadastro)\b"
    r"|\bnao (?:quero|desejo|aguento|gostaria de|queria|autorizo|aceito|permito) (?:mais )?"
    r"(?:receber|ser conta(?:c)?tad\w)"
    rf"(?:{BETWEEN} (?:{_NOUN}|{NOTHING})\b|(?: mais)?(?: por aqui| aqui| daqui)?$)"
    rf"|\b(?:nao|nunca) (?:me )?{_SEND} mais\b(?! tarde| cedo| para| pra)"
    rf"|\bnunca mais (?:me )?{_SEND}\b"
    rf"|\bnao (?:autorizei|dei autorizacao)\b.*\b{_NOUN}\b"
    r"|\bnao quero (?:mais )?receber (?:mais |seus |os |esses )?(?:sms|e ?mails)\b"
    r"|\bnao (?:quero (?:mais )?fazer|faco mais|faco) parte d\w+ lista\b"
    r"|\b(?:isso e|isto e|como|por) spam\b|^spam$|^(?:quero )?sair (?:disso|daqui|desse grupo)$"
    r"|\bvou (?:te |voces |vcs )?(?:bloquear|denunciar)(?: voces| vcs| esse numero|$)"
    rf"|\b(?:exclusao|remocao) d[eo]s? {_MINE}\b"
    r"|\bnao (?:me )?(?:perturb|importun)em?\b|\bnao (?:me )incomodem?\b"
    rf"|\bnao quero (?:mais )?(?:essas|estas|suas|receber|mais)?{BETWEEN} (?:mensagens|propaganda"
    r"|promocoes|ofertas)\b"
    rf"|\b(?:apag|exclu|delet|remov|elimin|bloque|re?tir|tir)\w* {_MINE}\b"
    r"(?! (?:antig|velh|fix|errad|da lista de|da espera|da fila|da agenda|da sala|do encaixe"
    r"|da cirurgia"
    r"|d[ao] \w+feira))"
    r"|\b(?:me )?descadastr\w+\b|\bunsubscribe\b"
)
# "Não quero sair", "não precisa parar de mandar".
STAYS = re.compile(
    r"\bnao (?:\w+ ){0,2}?(?:sair|sai|par(?:ar?|em)|tir(?:ar|em?)|cancel\w+|bloque\w+)\b"
)
# Weary, angry, surprised that we write at all.
WEARY = re.compile(
    rf"\b(?:par(?:ar?|em?)|chega|cans\w+|cheio|fart[oa]|enjoei|basta|aguento"
    rf"|suporto)(?: \w+){{0,4}}"
    rf" (?:{_NOUN}|encher|mandar (?:isso|msgs?|tudo isso|essas coisas|coisas?)|(?:me )?(?:mandar"
    rf"|enviar)$"
    r"|(?:me )?(?:encher|incomodar|perturbar|chamar|importunar|contatar|amolar|aborrecer|chatear"
    r"|spammar))\b"
    r"|\b(?:para|par[ae]m|parar) de me ligar\b(?! (?:a|de|cedo|tao|antes|depois|em))"
    r"|\bcomo\b(?: \w+){0,5} (?:nao receber|par(?:o|ar) de receber|sair (?:dest|dess)\w+"
    rf"|cancel(?:o|ar|a)(?: (?:ess[ae]s?|as?|os?))? (?:{_NOUN}|envios?|recebimento|inscricao))"
    r"|\b(?:nao|nunca) (?:autorizei|lembro de ter autorizado|permiti|consenti|pedi|solicitei"
    r"|me inscrevi|me cadastrei|assinei"
    rf"|dei (?:permissao|autorizacao|meu \w+))\b.*\b(?:{_NOUN}|contato|isso|lista|nada disso)\b"
    r"|\bquem (?:autorizou|passou|deu|forneceu)\b.*\b(?:mensage\w+|contato|numero|telefone"
    r"|mandar\w*)\b"
    r"|\b(?:denunci|bloque|process)(?:o|ar|arei|amos)\b(?: (?:voces|vcs|ess[ea] numero|este numero"
    r"|esse"
    r" contato|por spam|se|como spam|no procon|na anatel|no whatsapp))?$"
    r"|\b(?:denunci|bloque|process)(?:o|ar|arei)\b(?: (?:voces|vcs|ess[ea] numero|este numero"
    r"|por spam"
    r"|se|ja|agora|como spam|no procon|na anatel|no whatsapp))"
    r"|(?<!\bno )(?<!caixa de )(?<!do )(?<!\bo )(?<!pro )(?<!em )\bspam\b(?! na caixa)"
    r"|\besque(?:ce|ca|cam) (?:meu (?:numero|contato|telefone|whats\w*|zap)|que eu existo|de mim)\b"
    r"|\bnao (?:me )?(?:inclu|adicion|coloqu|bot|ponh|poe)\w*(?: \w+){0,3} (?:listas?|grupos?)\b"
    r"|\bme (?:tir|retir|remov|exclu|apag|delet)\w+ d(?:o|ess[ae]s?|est[ae]s?) (?:grupos?"
    r"|listas?)\b(?! de espera)"
    r"|\bnao (?:me )?(?:perturb(?:e|em|a$)|importun(?:e|em|a)|chatei\w*|amol\w*|aborre\w*"
    r"|ench\w*)\b"
    r"|\bnao me incomod(?:e|em|a$)|\bnao (?:me )?(?:cham|contat|procur)\w* mais\b(?! tarde| cedo)"
    rf"|\b{_NOUN}(?: \w+){{0,3}} (?:par(?:em|a|e)|chega)$|\b(?:parem?|chega|basta)$"
    r"|\bcancel\w+ (?:os? |ess[ae]s? |tod[ao]s? )*(?:envios?|recebimento|inscricao na lista)\b"
    r"|\bcancel\w+ (?:a )?minha inscricao\b"
    # Whatever the verb's form.
    r"|\b(?:par(?:em|assem|arem|ar(?= de))|para(?= (?:de|com))|cancel\w+|deslig\w+|desativ\w+"
    r"|silenci\w+"
    r"|suspend\w+|suspensao|interromp\w+|encerr\w+|cess\w+|bloque\w+|poup\w+)(?: \w+){0,5}"
    r" (?:mensage(?:m|ns)|msgs?|propagandas?|promocoes|ofertas|marketing|notificac\w+|newsletter"
    r"|spam"
    r"|anuncios?|publicidades?|disparos?|mailing|divulgac\w+|inscricao|recebimento)\b"
    rf"|(?<!liga )(?<!ligue )(?<!liguem )\bnao (?:me )?(?:mand|envi)(?:e|em|a|ar|arem|asse"
    rf"|assem)(?: mais)?(?: \w+)? {_NOUN}\b(?! (?:para|pra|no meu|na|hoje|agora)\b)"
    r"|\b(?:peco|pec[ao]|pedi|pedir|pedindo|falei|disse|avisei|quero que|queria que"
    r"|gostaria que)\b(?: \w+){0,5}"
    r" (?:(?:nao (?:me )?(?:mand|envi)|par(?:em|assem|ar|arem))\w* ?(?:mais |de |me )*(?:mandar"
    r"|enviar|mensage\w+"
    r"|nada|receber|encher)?)$"
    r"|\b(?:revog|retir)\w+ (?:(?:o|a|meu|minha|esse|essa) )*(?:consentimento|autorizac\w+)"
    r"(?! d[aeo]s? (?!mensage|envio|dados|contato|promo|market))\b|\boponho\b"
    r"|\b(?:nao|par(?:em|ar?) de) us(?:em?|ar|a)(?: mais)? (?:o |esse )?meu (?:numero|contato"
    r"|telefone|whats\w*|zap)\b"
    r"|\bmensage\w+ (?:indesejad|nao solicitad|inconvenient|chat)\w+"
    rf"|\b(?:sem(?: mais)?|nao tenho(?: mais)?|nao ha|zero|nenhum) interesse (?:em receber\b"
    rf"|n?(?:ess|est|su|a|o)\w* {_NOUN})"
    rf"|\bsem interesse em {_NOUN}|\bdesist\w+ de receber (?:mais )?(?:{_NOUN}|isso|essas)"
    rf"|\b(?:nada de|menos|muit[ao]s?|tant[ao]s?|demais|quanta|chat[ao]s?|chatice|saco|inferno"
    rf"|porre|lixo|excesso de)"
    rf" (?:d[aeo]s? |ess[ae]s? |est[ae]s? |as )*{_NOUN}\b(?! que)"
    r"|\bme (?:tir|remov|exclu|retir)\w+ d\w+(?: \w+){0,3} (?:mensage\w+|propagandas?|promoc\w+"
    r"|ofertas?|marketing)\b"
    rf"|\bnao (?:quero|desejo|gostaria de|queria)(?: mais)? receber(?: \w+){{0,4}} {_NOUN}\b"
    rf"|\bnao quero(?: mais)? {_NOUN} nenhum\w*$|\b(?:denunciei|bloqueei)(?: (?:voces|vcs|esse|como"
    rf"|por|o numero).*)?$"
    r"|\bnao (?:quero|desejo|aceito|autorizo)(?: mais)?(?: ser conta\w*tad[oa]\b"
    r"| (?:nenhum )?contato\b(?: comercial)?)(?! (?:com|de"
    r" emergencia|d[ao] d))|\bfavor (?:me )?(?:remover|retirar|excluir|descadastrar)(?: me)?$"
    r"|\bja deu de\b"
    rf"|\bnao preciso (?:d\w+ |receber )(?:\w+ )?{_NOUN}\b|\bpar(?:ar|em) de (?:me )?(?:mandar"
    rf"|enviar)\b(?! (?:o|a|um|uma|os|as)\b)"
    r"|\b(?:como|onde|qual)\b(?: \w+){0,3} (?:saio|sair|parar) ?(?:daqui|dessa lista|desta lista"
    r"|disso|do grupo)?$"
    r"|\bcomo (?:eu )?(?:bloqueio|saio d\w+|paro) (?:isso|voces|vcs|lista|grupo|daqui)?$"
    r"|\bcomo (?:eu )?saio dess\w lista"
    r"|\bvou sair d(?:o|esse) grupo$"
    r"|\breport(?:ar|o|ei|ando) (?:como|por) spam\b"
    r"|\bnao (?:mais )?entr(?:e|em|ar|arem) (?:mais )?em contato\b"
    rf"|\bnao (?!pode|consig|vou poder)(?:\w+ ){{0,3}}receber(?: mais)?(?: (?:isso|nada|disso"
    rf"|essas coisas)$|$|{BETWEEN} {_NOUN}\b)"
    rf"|\bpar(?:em|ar|arem|assem) de (?:me )?(?:mandar|enviar)(?:{BETWEEN} {_NOUN}|$)"
    rf"|\bse (?:me )?mand(?:arem|ar)(?: \w+){{0,2}} {_NOUN}\b"
    r"|\bcomo (?:e que )?(?:voces |vcs )?(?:conseguiram|pegaram|arrumaram|acharam"
    r"|descobriram) (?:o )?meu"
    r" (?:numero|contato|telefone|whats\w*|zap)\b|\b(?:procon|anatel|lgpd)\b.*\b(?:mensage\w+"
    r"|mandar\w*"
    r"|contato|numero)\b"
    r"|\bme (?:apag|delet)\w+$|\bme poup\w+|\bme (?:erra|larg\w+)$|\bme deix\w+ quiet\w$"
    r"|\b(?:sai|saiam|some|sumam|vaza\w*) (?:do meu|da minha) (?:whats\w*|zap|numero|celular|vida"
    r"|pe)\b"
    r"|^(?:bloquead[oa]|bloqueando|denunciad[oa]|denunciando)\b|\bencher? o saco\b"
    r"|\bfazer parte(?: d\w+ (?:lista|grupo)| disso)?$|\bme deix\w+ em paz\b|\bser incomodad[oa]\b"
    rf"|\bnao (?:quero|desejo|gostaria d[eo])(?: \w+){{0,3}} {_NOUN}(?: (?:de|da|do) (?:voces"
    rf"|vcs))?$"
    r"|\b(?:quero|queria|gostaria de|desejo|peco para|como) (?:me )?(?:sair|desinscrev\w+"
    r"|desassin\w+"
    r"|desativ\w+)(?: \w+){0,4} (?:listas?|grupos?(?! d[eo] (?!voces|vcs|promo|ofert|zap|whats))"
    r"|notificac\w+|mensage\w+)\b(?! de espera)"
)
# Whoever thanks for, asks about or waits for something else is not asking to stop.
# Advertising by its name is no treatment, whatever it advertises.
ADVERTISING = re.compile(
    r"\b(?:par(?:ar?|em?) (?:de|com)|chega de|cans\w+ de|fart[oa] de|cheio de"
    r"|nao (?:quero|aguento|suporto)(?: mais)?(?: receber| ver)?)(?: \w+){0,3}"
    r" (?:propagandas?|spam|publicidades?|anuncios?|marketing)\b"
)
ABOUT_CARE = re.compile(
    r"\b(?:consultas?|exames?|retorno|cirurgias?|boletos?|pagamentos?|receitas?|agendamentos?"
    r"|planos?|convenios?|horarios?|injec(?:ao|oes)|remedios?|medicac(?:ao|oes)|botox|vacinas?"
    r"|confirmac\w+|lembretes?|doutora?|medic[oa]s?|dentista|dor|sangue|soro|anestesia|resultados?"
    r"|guia|exame|aparelho"
    r"|fisio\w*|terapia|tratamentos?|remarc\w+|reagend\w+|cobranca|foto\w*|dentes?"
    r"|procedimentos?|sessao|sessoes|laudos?|atestados?|pontos|curativos?)\b"
)
STEMS = re.compile(
    r"deu|nunca|sai|par[aeo]|cancel|d[ei]s?ca|remo|stop|subscr|opt|list|mens|msg|promo|propag|receb|volt"
    r"|start|reto|mand|envi|desin|spam|ofert|tir|chega|quero|cadas|exclu|apag|bloq|perturb|incomod"
    r"|importun|autoriz|contact|aceit|desej|delet|elimin|paz|contat|baja|molest|disturb|desass"
    r"|cham|cans|saco|fart|enjo|basta|aguent|suport|denunci|process|inclu|adicion|coloqu|procur"
    r"|parte"
    r"|revog|oponho|us[ae]|indesej|interesse|nada|menos|muit|demais|report|sumam|some|vaza|erra"
    r"|larg|quiet|poup|parti|cess|procon|anatel|suspen|ench|amol|aborr|chate|quem|como|deslig"
    r"|desativ|esquec|exclus|numero|silenc|dispens"
)
