"""What the bot says by itself, apart from the clinic's own entries. Pure.

Patients are Brazilian: these sentences are in Portuguese whatever an attendant's page speaks, so
they do not pass through translations. None can be removed by a clinic; the law and the channel's
rules ask for them (docs/bot.md).
"""

from __future__ import annotations

from datetime import datetime

PERSON = "Falar com uma pessoa"
EMERGENCY = (
    "Isto pode ser uma emergência. Ligue *192* (SAMU) agora ou vá ao pronto-socorro mais próximo."
    " Nossa equipe também foi avisada, mas não espere por ela."
)
SELF_HARM = (
    "Sinto muito que você esteja passando por isso. Você não está só: ligue *188* (CVV, 24 horas,"
    " grátis) para conversar agora. Em risco imediato, ligue *192* (SAMU). Nossa equipe foi"
    " avisada."
)
CLINICAL = "Isso precisa ser visto por um profissional, e eu não posso orientar por aqui."
SEVERE = "Se piorar ou for grave, ligue *192* (SAMU) ou vá ao pronto-socorro."
PASSED = "Vou passar você para uma pessoa da nossa equipe. É só aguardar por aqui."
PASSED_LATER = "Deixei sua mensagem registrada e uma pessoa da equipe responde {when}."
NO_ANSWER = "Essa eu não sei responder."
UNDERSTOOD = "Entendi."
FOREIGN = {
    "en": "Thank you for your message. A member of our team will answer you here.",
    "es": "Gracias por su mensaje. Una persona de nuestro equipo le responderá por aquí.",
}
NO_VOICE = (
    "Ainda não consigo ouvir áudios. Escreva em uma frase o que você precisa ou digite *atendente*."
)
NO_READING = "Não consegui abrir o que você enviou. Escreva em uma frase o que você precisa."
GOT_FILE = "Recebi o que você enviou."
OFFERING = "Você quer saber sobre:"
OFFERING_AGAIN = "Desculpe, não era isso. Seria uma destas opções?"
ASK_AGAIN = "Desculpe, não era isso. Conte em uma frase o que você precisa ou digite *atendente*."
WELCOME = "Por nada! Se precisar, é só escrever."
NOT_THAT = "Não era isso? Digite *atendente*."
SAID_ALREADY = "Acho que não estou ajudando."


def disclosure(clinic: str) -> str:
    """Return the line that tells who is speaking and how to reach a person (CFM 2.454/2026, and
    WhatsApp's rule that there is a way to a person).
    """
    return f"Sou o assistente virtual da {clinic}. Para falar com uma pessoa, digite *atendente*."


def opening(now: datetime, opens: datetime | None) -> str:
    """Say when somebody is there again; both in the clinic's own time. None: nobody knows."""
    if opens is None:
        return "assim que possível"
    hour = f"{opens.hour}h{opens.minute:02}" if opens.minute else f"{opens.hour}h"
    days = (opens.date() - now.date()).days
    if days == 0:
        return f"hoje, a partir das {hour}"
    if days == 1:
        return f"amanhã, a partir das {hour}"
    if days < 7:
        return f"{_WEEK[opens.weekday()]}, a partir das {hour}"
    return f"em {opens.day:02}/{opens.month:02}, a partir das {hour}"


_WEEK = ("na segunda", "na terça", "na quarta", "na quinta", "na sexta", "no sábado", "no domingo")


def handed(reason_words: str, now: datetime, opens: datetime | None, *, is_open: bool) -> str:
    """Return what a patient reads when people go on: why, and what to expect."""
    tail = PASSED if is_open else PASSED_LATER.format(when=opening(now, opens))
    return " ".join(filter(None, (reason_words, tail)))


def said_with(text: str, *lines: str) -> str:
    """Return a text with further lines under it."""
    return "\n\n".join(filter(None, (text, *lines)))


def plain_marks(text: str) -> str:
    """Return a text without the marks of bold words, for channels that show them as signs."""
    return text.replace("*", "")
