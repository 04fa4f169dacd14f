"""Why a visitor is turned away, with what their panel needs to say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, DomainError


class SessionOver(DomainError):
    """No session goes with what was sent; the panel begins one."""

    code = "sessao_encerrada"
    status = 401
    message = _("A sessão terminou. Abra o chat de novo.")


class ForeignOrigin(DomainError):
    """The page that asks is not one of ours, or embeds the chat without being allowed to."""

    code = "origem_recusada"
    status = 403
    message = _("Este site não tem permissão para usar o chat.")


class Blocked(DomainError):
    """The clinic does not want to hear of them."""

    code = "bloqueado"
    status = 403
    message = _("Não é possível enviar mensagens por este chat.")


class IdentityNeeded(DomainError):
    """The channel is for people whom its site knows."""

    code = "identidade_exigida"
    status = 403
    message = _("Entre na sua conta do site para conversar.")


class IdentityRefused(DomainError):
    """What the site signed is not good: expired, too long, shown elsewhere, or not signed by it."""

    code = "identidade_recusada"
    status = 403
    message = _("O site não confirmou quem você é. Atualize a página.")


class NoticeNotAccepted(Conflict):
    """The form before the chat has not been filled in, or its notice is another one by now."""

    code = "aviso_nao_aceito"
    message = _("Preencha o formulário e aceite o aviso antes de escrever.")


class NoWhatsApp(Conflict):
    """The clinic has no number to go on with."""

    code = "sem_whatsapp"
    message = _("A clínica não tem WhatsApp para continuar.")


class AlreadyRated(Conflict):
    """There is nothing to rate, or it was rated."""

    code = "ja_avaliado"
    message = _("Este atendimento já foi avaliado.")


class TooLarge(DomainError):
    """More was sent than the panel ever sends."""

    code = "grande_demais"
    status = 413
    message = _("O envio é grande demais.")


class WorkNeeded(DomainError):
    """More than people usually do: the browser has to work before it is taken."""

    code = "prova_de_trabalho"
    status = 428
    message = _("Um instante: estamos conferindo o envio.")

    def __init__(self, challenge: str, bits: int) -> None:
        super().__init__()
        self.extra: dict[str, Any] = {"proof": {"challenge": challenge, "bits": bits}}


class TooMany(DomainError):
    """More than anybody does; `seconds` until it is taken again."""

    code = "limite"
    status = 429

    def __init__(self, seconds: int) -> None:
        said = _("Muitas mensagens em pouco tempo. Tente de novo em %(seconds)s segundos.")
        super().__init__(said % {"seconds": seconds})
        self.seconds = seconds
