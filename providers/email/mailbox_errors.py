"""What keeps us out of a mailbox, in a sentence that tells what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from providers.outgoing import SendError

# The code of a login that was not taken.
LOCKED_OUT = "credencial_invalida"


def no_connection(host: str) -> SendError:
    """Return the error for a server that does not answer."""
    sentence = _("O servidor %(host)s não respondeu. Confira o nome e a porta do IMAP.")
    return SendError("sem_conexao", sentence % {"host": host[:100]}, retryable=True)


def broken_off() -> SendError:
    """Return the error for a server that hung up."""
    sentence = _("O servidor de e-mail interrompeu a conexão. Vamos tentar de novo.")
    return SendError("sem_conexao", sentence, retryable=True)


def bad_certificate() -> SendError:
    """Return the error for a server that does not prove who it is."""
    sentence = _("O certificado do servidor IMAP não é válido. Confira o nome do servidor.")
    return SendError("certificado_invalido", sentence, scope="channel")


def wrong_security() -> SendError:
    """Return the error for a server that speaks another security than the account says."""
    sentence = _(
        "O servidor IMAP não aceita esta segurança nesta porta. O comum é TLS na 993 ou STARTTLS na"
        " 143."
    )
    return SendError("servidor_sem_recurso", sentence, scope="channel")


def foreign_server() -> SendError:
    """Return the error for a server that may not be spoken to."""
    sentence = _("O servidor IMAP não está na Internet pública. Confira o nome dele.")
    return SendError("endereco_invalido", sentence, scope="channel")


def no_folder(folder: str) -> SendError:
    """Return the error for a folder that is not there."""
    sentence = _("A pasta %(folder)s não existe nesta caixa. Confira o nome dela.")
    return SendError("pasta_inexistente", sentence % {"folder": folder[:100]}, scope="channel")


def login_refused(said: str, *, is_token: bool) -> SendError:
    """Return the error for a login that was not taken, by what the server said of it."""
    words = said.lower()
    if "application-specific password" in words or "app password" in words:
        sentence = _(
            "O Google pede uma senha de app nesta conta: crie uma em Conta Google > Segurança >"
            " Senhas de app."
        )
    elif "basic authentication" in words or "basicauth" in words or "logindisabled" in words:
        sentence = _("O servidor não aceita mais senha nesta caixa. Conecte o canal por OAuth.")
    elif "unavailable" in words or "inuse" in words or "too many" in words:
        busy = _("O servidor de e-mail está ocupado demais. Vamos tentar de novo.")
        return SendError("servidor_ocupado", busy, retryable=True)
    elif is_token:
        sentence = _("A autorização da caixa não vale mais. Autorize o canal de novo.")
    else:
        sentence = _("O servidor não aceitou usuário e senha da caixa. Confira os dois.")
    return SendError(LOCKED_OUT, sentence, scope="channel")
