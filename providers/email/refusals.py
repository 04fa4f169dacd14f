"""What a refusal of a mail server means: our code, what a person should do, whether to try again.

Codes are those of RFC 5321, and behind them, where a server tells it, the enhanced status of RFC
3463 ("5.1.1"). Words of servers may repeat addresses and are kept for people only.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from providers.outgoing import Scope, SendError

ENHANCED = re.compile(rb"\b([245]\.\d{1,3}\.\d{1,3})\b")
# Microsoft: passwords are switched off for this tenant or this mailbox.
NO_PASSWORDS = frozenset({"5.7.30", "5.7.139"})
# Gmail and others: too much for today.
DAY_IS_FULL = frozenset({"5.4.5", "4.7.28", "5.7.28", "4.7.650"})
NOBODY = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.4"})
FULL = frozenset({"5.2.2", "4.2.2"})
TOO_LARGE = frozenset({"5.3.4", "5.2.3", "5.7.509"})
# A server that lets strangers wait says so for five minutes or more.
GREYLIST_PATIENCE = 4
DAY_RESTS = 3600.0

NO_LOGIN = _(
    "O servidor de e-mail não aceitou a senha ou a autorização do canal. Peça a um administrador"
    " que as informe de novo."
)
LOGIN_CLOSED = _(
    "A Microsoft não aceita mais senha nesta caixa. Peça a um administrador que conecte o canal por"
    " OAuth."
)
BUSY = _("O servidor do destinatário pediu para esperar. Vamos tentar de novo automaticamente.")
BUSY_FINAL = _("O servidor do destinatário pediu para esperar e o e-mail não saiu. Envie de novo.")
NO_CONNECTION = _("Sem conexão com o servidor de e-mail. Vamos tentar de novo automaticamente.")
NO_CONNECTION_FINAL = _("Sem conexão com o servidor de e-mail, e nada saiu. Envie de novo.")


def refused_login(code: int, said: bytes) -> SendError:
    """Return the error for a login that was not taken."""
    if 400 <= code < 500:
        return _later("servidor_ocupado", code, said, scope="number")
    closed = _status(said) in NO_PASSWORDS
    return _final(
        "credencial_invalida", LOGIN_CLOSED if closed else NO_LOGIN, code, said, "channel"
    )


def refused_sender(code: int, said: bytes) -> SendError:
    """Return the error for our own address."""
    status = _status(said)
    if status in DAY_IS_FULL:
        return _day_is_full(code, said)
    if status in TOO_LARGE or code == 552:
        return _too_large(code, said)
    if 400 <= code < 500:
        return _later("servidor_ocupado", code, said, scope="number")
    if code == 530:
        return _final("credencial_invalida", NO_LOGIN, code, said, "channel")
    sentence = _(
        "O servidor não deixa este canal enviar com o endereço dele. Peça a um administrador que"
        " confira o endereço e o usuário."
    )
    return _final("remetente_invalido", sentence, code, said, "channel")


def refused_recipient(code: int, said: bytes, *, is_copy: bool) -> SendError:
    """Return the error for an address that the mail was for: the person's, or one in copy."""
    status = _status(said)
    if status in DAY_IS_FULL:
        return _day_is_full(code, said)
    if 400 <= code < 500:
        return _later("servidor_ocupado", code, said)
    if is_copy:
        sentence = _(
            "O servidor recusou um dos endereços em cópia, e nada saiu. Confira-os e envie de novo."
        )
        return _final("copia_recusada", sentence, code, said)
    if status in FULL:
        sentence = _("A caixa do paciente está cheia. Fale com ele por outro canal.")
        return _final("caixa_cheia", sentence, code, said)
    if status in NOBODY or (not status and code in (550, 551, 553)):
        sentence = _("O endereço não existe. Confira o e-mail com o paciente.")
        return _final("nao_entregavel", sentence, code, said, "recipient")
    return _blocked(code, said)


def refused_data(code: int, said: bytes) -> SendError:
    """Return the error for a mail that was read and not taken."""
    status = _status(said)
    if status in DAY_IS_FULL:
        return _day_is_full(code, said)
    if status in TOO_LARGE or code == 552:
        return _too_large(code, said)
    if 400 <= code < 500:
        return _later("servidor_ocupado", code, said)
    return _blocked(code, said)


def refused_service(status: int) -> SendError:
    """Return the error for a service's HTTP status; 0 where it was not even asked."""
    match status:
        case 401 | 403:
            return _final("credencial_invalida", NO_LOGIN, status, b"", "channel")
        case 402:
            sentence = _(
                "A conta do provedor está sem saldo. Peça a um administrador que a recarregue."
            )
            return _final("sem_credito", sentence, status, b"", "channel")
        case 408 | 421 | 425:
            return uncertain()
        case 429:
            return _later("limite_de_envio", status, b"", scope="number")
        case 413:
            return _too_large(status, b"")
    sentence = _(
        "O provedor não aceitou o e-mail. Confira o endereço; se repetir, avise um administrador."
    )
    return _final("conteudo_recusado", sentence, status, b"")


def not_sent() -> SendError:
    """Return the error for a mail that certainly never left."""
    return SendError(
        "sem_conexao", NO_CONNECTION, final=NO_CONNECTION_FINAL, retryable=True, scope="number"
    )


def uncertain() -> SendError:
    """Return the error for a mail whose server never said whether it took it."""
    return SendError(
        "envio_incerto",
        _(
            "O servidor não confirmou o e-mail. Ele pode ter saído: pergunte ao paciente antes de"
            " enviar de novo."
        ),
        unknown=True,
    )


def bad_certificate() -> SendError:
    """Return the error for a server that does not prove who it is."""
    sentence = _(
        "O certificado do servidor de e-mail não é válido. Peça a um administrador que confira o"
        " nome do servidor."
    )
    return SendError("certificado_invalido", sentence, scope="channel")


def not_offered() -> SendError:
    """Return the error for a server without the encryption or the login that the account asks."""
    sentence = _(
        "O servidor de envio não oferece a segurança ou o login deste canal. Peça a um"
        " administrador que confira a porta e a segurança do SMTP."
    )
    return SendError("servidor_sem_recurso", sentence, scope="channel")


def foreign_server() -> SendError:
    """Return the error for a server that may not be spoken to."""
    sentence = _(
        "O servidor de e-mail não está na Internet pública. Peça a um administrador que o corrija."
    )
    return SendError("endereco_invalido", sentence, scope="channel")


def _day_is_full(code: int, said: bytes) -> SendError:
    sentence = _("O limite diário de envios da caixa foi atingido. O e-mail sai mais tarde.")
    final = _("O limite diário de envios da caixa foi atingido, e o e-mail não saiu.")
    return SendError(
        "limite_de_envio",
        sentence,
        final=final,
        provider=_provider(code, said),
        retryable=True,
        retry_after=DAY_RESTS,
        scope="number",
        said=_words(said),
    )


def _too_large(code: int, said: bytes) -> SendError:
    sentence = _("O e-mail é grande demais para o servidor. Envie menos arquivos de cada vez.")
    return _final("email_grande", sentence, code, said)


def _blocked(code: int, said: bytes) -> SendError:
    sentence = _(
        "O servidor do destinatário recusou o e-mail. Um administrador pode conferir SPF, DKIM e"
        " DMARC no canal."
    )
    return _final("recusado_pelo_servidor", sentence, code, said)


def _later(code: str, number: int, said: bytes, *, scope: Scope = "message") -> SendError:
    return SendError(
        code,
        BUSY,
        final=BUSY_FINAL,
        provider=_provider(number, said),
        retryable=True,
        patience=GREYLIST_PATIENCE,
        scope=scope,
        said=_words(said),
    )


def _final(
    code: str, sentence: Any, number: int, said: bytes, scope: Scope = "message"
) -> SendError:
    return SendError(
        code, sentence, provider=_provider(number, said), scope=scope, said=_words(said)
    )


def _status(said: bytes) -> str:
    found = ENHANCED.search(said)
    return found[1].decode() if found else ""


def _provider(code: int, said: bytes) -> str:
    return " ".join(filter(None, (str(code), _status(said))))


def _words(said: bytes) -> str:
    return said.decode("utf-8", "replace")[:1000]
