"""The words by which mail programs introduce what they quote, Portuguese first. Pure."""

from __future__ import annotations

import re

# Who wrote: a verb somewhere near the end.
VERBS = re.compile(
    r"\b(?:escreveu|escreveram|escreveste|wrote|writes|escribi[oó]|a [eé]crit|schrieb|"
    r"ha scritto|schreef|skrev|napisa[lł](?:\(a\))?|napsal(?:\(a\))?|pisze|kirjoitti|"
    r"написала?(?:\(а\))?|пишет|yazdı|írta|έγραψε|menulis|đã viết|scris)\b|写道|のメッセージ",
    re.IGNORECASE,
)
# "Fulano escreveu (quarta, 26/11/2026 às 10:32):" has the date behind the verb.
ENDS = re.compile(r"(?::|：)\s*$")
ENDS_WITH_VERB = re.compile(rf"(?:{VERBS.pattern})\s*(?:\([^()]{{0,80}}\))?\s*$", re.IGNORECASE)
# Behind the verb and its colon, on the same line, what is quoted (Yahoo on phones).
RUNS_ON = re.compile(rf"(?:{VERBS.pattern})\s?:\s+\S", re.IGNORECASE)
LEADS = re.compile(
    r"^\s*[*_]?(?:em|no dia|na|on|am|at|le|el|il|op|den|w dniu|dne|dňa|pada|în|στις|в|vào|"
    r"a\(z\)|(?:seg|ter|qua|qui|sex|s[aá]b|dom|mon|tue|wed|thu|fri|sat|sun)[a-zç.-]{0,12},|"
    r"\d{4}[-/.年]|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2} de )\b",
    re.IGNORECASE,
)
DATES = re.compile(
    r"\b\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b|\b\d{1,2}[:hH]\d{2}\b|\b(?:19|20)\d{2}\b|\d{4}年"
    r"|\b\d{1,2}º? de [a-zç]{3,}"
)
ADDRESSES = re.compile(r"[^\s<>@]+@[^\s<>@]+|<\s*$|\[mailto:")
# "2026-11-26 10:32 GMT-03:00 Fulano <a@b>:", without a verb.
DATE_FIRST = re.compile(
    r"^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b.{0,160}"
    r"<[^<>\s]+@[^<>\s]+>\s*:?\s*$"
)
QUOTING = re.compile(
    r"^\s*(?:citando|quoting|zitat von|citat (?:av|fra)|mensagem (?:citada )?de|"
    r"quoted from|quoth)\b.{1,200}:\s*$",
    re.IGNORECASE,
)
FROM = re.compile(
    r"^[\s*_]*(?:de|from|von|da|van|od|fra|från|от|发件人|差出人|보낸 사람|gönderen|expéditeur|"
    r"lähettäjä|remetente|mittente|remitente)[\s*_]*(?::|：)[\s*_]*\S",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"^[\s*_]*(?:assunto|subject|betreff|objet|sujet|asunto|oggetto|onderwerp|temat|emne|ämne|"
    r"тема|主题|件名|제목|konu|aihe|předmět)[\s*_]*(?::|：)",
    re.IGNORECASE,
)
SENT = re.compile(
    r"^[\s*_]*(?:enviad[oa](?: em)?|data|sent|date|gesendet|datum|envoyé|fecha|enviado el|"
    r"inviato|verzonden|wysłano|skickat|sendt|дата|отправлено|发送时间|日時|送信日時|tarih|"
    r"lähetetty|odesláno|recebid[oa](?: em)?)[\s*_]*(?::|：)",
    re.IGNORECASE,
)
TO = re.compile(
    r"^[\s*_]*(?:para|to|an|à|a|aan|do|til|till|кому|收件人|宛先|kime|cc|cco|bcc|c[oó]pia|"
    r"responder a|reply-to|prioridade|importance|anexos?|attachments?)[\s*_]*(?::|：)",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"^[\s>]*[-_=*]{2,}\s*(?:mensagem original|original message|original (?:e-?)?mail|"
    r"mensaje original|message d['’]origine|message original|messaggio originale|"
    r"urspr(?:ü|ue)ngliche nachricht|oorspronkelijk bericht|opprinnelig melding|"
    r"ursprungligt meddelande|wiadomość oryginalna|исходное сообщение|reply message|"
    r"mensagem anterior|mensagem de resposta|original appointment)\s*[-_=*]{2,}",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"^[\s>]*(?:[-_=*]{2,}\s*)?(?:mensagem (?:encaminhada|reenviada)|forwarded message|"
    r"begin forwarded message|in[ií]cio da mensagem (?:encaminhada|reenviada)|"
    r"mensaje reenviado|message transféré|weitergeleitete nachricht|messaggio inoltrato|"
    r"encaminhad[ao] por)\b",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*(?:_{5,}|-{10,}|={10,}|\*{10,})\s*$")
ABOVE = re.compile(
    r"(?:responda|escreva|digite).{0,30}acima d(?:esta|a) linha"
    r"|(?:reply|type).{0,30}above this line",
    re.IGNORECASE,
)
DEVICES = (
    r"iphone|ipad|ios|android|galaxy|samsung|xiaomi|motorola|huawei|celular|smartphone|telefone|"
    r"tablet|outlook|yahoo|gmail|hotmail|mail|e-?mail|windows|blackberry|nokia|tim|vivo|claro|oi|"
    r"telemóvel|dispositivo|móvil|handy|mobile|phone|lg|uol|bol|terra"
)
DEVICE = re.compile(
    rf"^\s*[*_<(]*(?:(?:enviad[oa]|mandad[oa]) (?:a partir )?(?:d[oae]|desde|via|pel[oa]|com|"
    rf"utilizando)\b.{{0,60}}\b(?:{DEVICES})\b.{{0,80}}"
    rf"|sent (?:from|via|with|using)\b.{{0,80}}|get outlook for\b.{{0,120}}"
    rf"|(?:obter|obtenha|baix[ea]r?) o outlook\b.{{0,120}}|envoy[eé] (?:de|depuis) mon\b.{{0,60}}"
    rf"|von meinem\b.{{0,60}}|inviato da(?:l)?\b.{{0,60}}|enviado desde\b.{{0,60}}"
    rf"|skickat från\b.{{0,60}}|verstuurd vanaf\b.{{0,60}}|sendt fra\b.{{0,60}})$",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"^--\s*$|^—\s*$")
