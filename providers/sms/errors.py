"""What an SMS that did not go through means for us: our code, what a person should do, whether to
try again. Each provider's module maps its own codes to these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.http import HttpAnswer
from providers.outgoing import Scope, SendError


@dataclass(frozen=True, slots=True)
class FaultMeaning:
    """Our reading of an error; the fields mean what they mean in SendError."""

    code: str
    sentence: Any
    final: Any = None
    retryable: bool = False
    scope: Scope = "message"


BAD_NUMBER = FaultMeaning(
    "numero_invalido",
    _("O número não existe ou não recebe SMS. Confira o número do paciente."),
    scope="recipient",
)
LANDLINE = FaultMeaning(
    "numero_fixo",
    _("O número não é de celular e não recebe SMS. Peça outro número ao paciente."),
    scope="recipient",
)
LEFT = FaultMeaning(
    "descadastrado",
    _("O paciente pediu à operadora para não receber SMS. Fale com ele por outro canal."),
    scope="recipient",
)
OUT_OF_REACH = FaultMeaning(
    "fora_de_alcance",
    _("O celular está desligado ou fora de alcance. Tente mais tarde ou ligue para o paciente."),
)
BLOCKED = FaultMeaning(
    "bloqueada_pela_operadora",
    _("A operadora bloqueou a mensagem. Escreva de outro jeito, sem links encurtados."),
)
NOT_DELIVERED = FaultMeaning(
    "nao_entregue",
    _("A operadora não entregou o SMS. Confira o número ou fale com o paciente por outro canal."),
)
EXPIRED = FaultMeaning(
    "prazo_de_entrega",
    _("O SMS não chegou a tempo: o celular ficou fora de alcance. Envie de novo se ainda valer."),
)
COUNTRY = FaultMeaning(
    "pais_nao_permitido",
    _("A conta não envia SMS para este país. Peça a um administrador que o libere no provedor."),
    scope="country",
)
SENDER = FaultMeaning(
    "remetente_invalido",
    _("O provedor não aceita o remetente deste canal. Peça a um administrador que o confira."),
    scope="channel",
)
CREDENTIALS = FaultMeaning(
    "credencial_invalida",
    _("O provedor recusou as credenciais do canal. Peça a um administrador que as confira."),
    scope="channel",
)
NO_CREDIT = FaultMeaning(
    "sem_credito",
    _("A conta do provedor está sem saldo. Peça a um administrador que a recarregue."),
    scope="channel",
)
SUSPENDED = FaultMeaning(
    "conta_suspensa",
    _("O provedor suspendeu a conta. Peça a um administrador que fale com o provedor."),
    scope="channel",
)
RATE = FaultMeaning(
    "limite_de_envio",
    _("O limite de envios do provedor foi atingido. A mensagem será enviada em instantes."),
    final=_(
        "O limite de envios do provedor foi atingido e a mensagem não saiu. Espere um minuto e"
        " envie de novo."
    ),
    retryable=True,
    scope="number",
)
REJECTED = FaultMeaning(
    "conteudo_recusado",
    _("O provedor não aceitou a mensagem. Confira o texto e o número e envie de novo."),
)
MOVED = FaultMeaning(
    "endereco_mudou",
    _("O provedor atende em outro endereço. Peça a um administrador que o corrija no canal."),
    scope="channel",
)
ABSENT = FaultMeaning(
    "endereco_nao_existe",
    _(
        "O endereço do canal não existe no provedor, e a mensagem não saiu. Peça a um administrador"
        " que o confira."
    ),
)
UNKNOWN = FaultMeaning(
    "erro_do_provedor",
    _(
        "O provedor recusou a mensagem por um motivo que não conhecemos. Tente de novo; se repetir,"
        " avise um administrador."
    ),
)


def refused(
    meaning: FaultMeaning, *, provider: str = "", said: str = "", retry_after: str = ""
) -> SendError:
    """Return the error for what a provider refused. `retry_after` is its header, in seconds."""
    seconds = float(retry_after) if re.fullmatch(r"\d{1,5}", retry_after) else None
    return SendError(
        meaning.code,
        meaning.sentence,
        final=meaning.final,
        provider=provider,
        retryable=meaning.retryable,
        retry_after=seconds if meaning.retryable else None,
        scope=meaning.scope,
        said=said[:1000],
    )


def by_status(status: int) -> FaultMeaning:
    """Return our reading of an HTTP status that refuses without a code that we know."""
    match status:
        case 401 | 403:
            return CREDENTIALS
        case 402:
            return NO_CREDIT
        case 404 | 405 | 410:
            return ABSENT
        case 429:
            return RATE
        case _ if 300 <= status < 400:
            return MOVED
        case _ if 400 <= status < 500:
            return REJECTED
    return UNKNOWN


def is_vague(answer: HttpAnswer) -> bool:
    """Whether an answer leaves open if the message was taken over: the provider failed inside, gave
    up waiting for itself, or names a page to look at, as sites do after they took a form.
    """
    return answer.status >= 500 or answer.status in (302, 303, 408) or answer.body is None


def not_sent() -> SendError:
    """Return the error for a request that certainly never left."""
    return SendError(
        "sem_conexao",
        _("Sem conexão com o provedor de SMS. Vamos tentar de novo automaticamente."),
        final=_("Sem conexão com o provedor de SMS, e a mensagem não saiu. Envie de novo."),
        retryable=True,
        scope="number",
    )


def uncertain(said: str = "") -> SendError:
    """Return the error for a send whose outcome nobody knows: it is never sent again by itself."""
    return SendError(
        "envio_incerto",
        _("Não sabemos se a mensagem saiu. Aguarde a confirmação antes de enviar de novo."),
        unknown=True,
        said=said,
    )


def foreign_address() -> SendError:
    """Return the error for an address of the channel that may not be called."""
    return SendError(
        "endereco_invalido",
        _(
            "O endereço do provedor não é seguro: use https e um endereço público. Peça a um"
            " administrador que o corrija no canal."
        ),
        scope="channel",
    )
