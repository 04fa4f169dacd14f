"""What Meta's errors mean where Instagram and Messenger send: by code and subcode, never by words,
which are localised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.meta.errors import GraphFault, uncertain
from providers.outgoing import Scope, SendError


@dataclass(frozen=True, slots=True)
class MessagingFault:
    """Our reading of one error; the fields mean what they mean in SendError."""

    code: str
    sentence: Any
    final: Any = None
    retryable: bool = False
    scope: Scope = "message"


RATE = MessagingFault(
    "limite_de_envio",
    _("O limite de envios da conta foi atingido. A mensagem será enviada em instantes."),
    final=_("O limite de envios da conta foi atingido e a mensagem não saiu. Envie de novo."),
    retryable=True,
    scope="number",
)
DOWN = MessagingFault(
    "meta_indisponivel",
    _("A Meta está instável. Vamos tentar de novo automaticamente."),
    final=_("A Meta está instável e a mensagem não foi entregue. Envie de novo."),
    retryable=True,
)
TOKEN = MessagingFault(
    "credencial_invalida",
    _("O token de acesso do canal é inválido ou expirou. Peça a um administrador que o renove."),
    scope="channel",
)
PERMISSION = MessagingFault(
    "permissao_negada",
    _(
        "O token não tem permissão para isto, ou outro aplicativo cuida desta conversa. Peça a um"
        " administrador que confira o canal."
    ),
)
RESTRICTED = MessagingFault(
    "conta_bloqueada",
    _("A Meta restringiu esta conta. Peça a um administrador que veja o aviso da Meta."),
    scope="channel",
)
CLOSED = MessagingFault(
    "janela_fechada",
    _(
        "O prazo para responder acabou: a pessoa precisa escrever de novo. Fale com ela por outro"
        " canal."
    ),
)
GONE = MessagingFault(
    "pessoa_indisponivel",
    _("Esta pessoa não recebe mensagens da clínica aqui. Fale com ela por outro canal."),
    scope="recipient",
)
THREAD_GONE = MessagingFault(
    "conversa_arquivada",
    _("A conversa foi apagada ou arquivada no aplicativo. A pessoa precisa escrever de novo."),
)
FILE = MessagingFault(
    "midia_recusada",
    _("A Meta não aceitou o arquivo. Anexe de novo ou envie em outro formato."),
)
TOO_LARGE = MessagingFault(
    "midia_grande", _("O arquivo é maior do que a Meta aceita. Anexe um arquivo menor.")
)
CONTENT = MessagingFault(
    "conteudo_invalido", _("A Meta não aceita este conteúdo. Revise a mensagem e envie de novo.")
)
REJECTED = MessagingFault(
    "requisicao_recusada", _("A Meta recusou a mensagem. Revise o conteúdo e envie de novo.")
)
COMMENT = MessagingFault(
    "comentario_respondido",
    _(
        "Este comentário já teve a resposta privada, ou passou do prazo dela. A pessoa precisa"
        " escrever."
    ),
)
WRONG_PLACE = MessagingFault(
    "conta_indisponivel",
    _(
        "A Meta não atende esta conta neste endereço. Peça a um administrador que confira o tipo de"
        " login do canal e o produto no app da Meta."
    ),
    scope="channel",
)
TERMS = MessagingFault(
    "termos_pendentes",
    _("Falta aceitar os termos da Meta para esta conta. Peça a um administrador que os aceite."),
    scope="channel",
)

BY_SUBCODE: dict[tuple[int, int], MessagingFault] = {
    (2, 2018344): TERMS,
    (10, 2018278): CLOSED,
    (10, 2018065): CLOSED,
    (10, 2534022): CLOSED,
    (10, 2018108): GONE,
    (10, 1893063): RESTRICTED,
    (200, 1545041): GONE,
    (551, 1545041): GONE,
    (100, 2018001): GONE,
    (100, 2534014): GONE,
    (100, 2534001): THREAD_GONE,
    (100, 2018109): TOO_LARGE,
    (100, 2018008): FILE,
    (100, 2018047): FILE,
    (100, 2018294): FILE,
    (100, 2018074): FILE,
    (100, 2534015): CONTENT,
    (100, 33): WRONG_PLACE,
    (4, 2018354): REJECTED,
    (100, 2534025): COMMENT,
    (100, 2534039): COMMENT,
    (100, 2534040): COMMENT,
    (100, 2534013): RATE,
    (100, 1893061): REJECTED,
}
BY_CODE: dict[int, MessagingFault] = {
    **dict.fromkeys((4, 9, 17, 32, 613, 80006), RATE),
    **dict.fromkeys((1, 2, 1200), DOWN),
    190: TOKEN,
    102: TOKEN,
    10: PERMISSION,
    200: PERMISSION,
    368: RESTRICTED,
    551: GONE,
    10903: COMMENT,
    36000: TOO_LARGE,
    100: REJECTED,
}
# These come from inside Meta, with no word on whether the message was taken over.
VAGUE = frozenset({1, 2})
UNSUPPORTED = "unsupported request"


def meaning_of(fault: GraphFault) -> MessagingFault:
    """Return our reading of an answered error; an unknown one is read by its HTTP status."""
    code = fault.code
    if code is not None:
        if fault.subcode is not None and (known := BY_SUBCODE.get((code, fault.subcode))):
            return known
        # The one refusal without a code of its own: these words are Meta's in every language.
        if code == 100 and fault.details.lower().startswith(UNSUPPORTED):
            return WRONG_PLACE
        if code in BY_CODE:
            return BY_CODE[code]
    match fault.http:
        case 401:
            return TOKEN
        case 403:
            return PERMISSION
        case 429:
            return RATE
        case http if http >= 500:
            return DOWN
    return REJECTED


def explain(fault: GraphFault, *, is_send: bool) -> SendError:
    """Return the error to raise for an answered fault. A send that Meta failed inside of, without a
    word that it is only for a moment, has an unknown outcome.
    """
    vague = fault.http >= 500 and (fault.code is None or fault.code in VAGUE)
    if is_send and vague and fault.is_transient is not True:
        lost = uncertain()
        return SendError(
            lost.code, lost.detail, unknown=True, provider=name_of(fault), trace=fault.trace
        )
    meaning = meaning_of(fault)
    return SendError(
        meaning.code,
        meaning.sentence,
        final=meaning.final,
        provider=name_of(fault),
        retryable=meaning.retryable,
        retry_after=fault.retry_after if meaning.retryable else None,
        scope=meaning.scope,
        trace=fault.trace,
        said=fault.details,
    )


def name_of(fault: GraphFault) -> str:
    """Return an error's code, with its subcode after a slash."""
    if fault.code is None:
        return ""
    return f"{fault.code}/{fault.subcode}" if fault.subcode else str(fault.code)


def named(code: str) -> MessagingFault:
    """Return our reading of an error by the name that `name_of` gave it."""
    first, _slash, second = code.partition("/")
    numbers = [int(one) if one.isascii() and one.isdigit() else None for one in (first, second)]
    return meaning_of(GraphFault(http=400, code=numbers[0], subcode=numbers[1]))
