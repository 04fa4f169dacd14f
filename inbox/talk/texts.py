"""Sentences that the scripts of the talk may show."""

from __future__ import annotations

from django.utils.translation import gettext as _


def talk_texts() -> dict[str, str]:
    """Return them by key, in the reader's language."""
    return {
        "newMessage": _("Nova mensagem"),
        "mentions": _("Colegas que veem esta conversa"),
        "followedNews": _("O paciente escreveu numa conversa que você acompanha."),
        "openFollowed": _("Abrir a conversa"),
        "mentionedYou": _("Um colega mencionou você numa nota."),
        "openNote": _("Abrir a nota"),
        "leavesIn": _("Sai em {count} s"),
        "leaving": _("Enviando…"),
        "noticesUnknown": _("Este navegador não mostra avisos do sistema."),
        "pushUnknown": _("Este navegador não recebe avisos com a aba fechada."),
        "pushFailed": _("Não foi possível ligar os avisos deste navegador. Tente de novo."),
        "notKept": _("Não foi salvo: sem conexão. Tente de novo."),
        "noticesDenied": _(
            "O navegador não deixa avisar. Permita notificações deste site nas configurações dele."
        ),
        "action": _("Ação"),
        "nothingFound": _("Nada encontrado."),
        "notHere": _("Esta mensagem não está mais neste histórico."),
        "play": _("Tocar"),
        "pause": _("Pausar"),
        "timeOf": _("{at} de {all}"),
        "notPlayed": _("Este navegador não toca este áudio. Baixe-o para ouvir."),
        "openFile": _("Abrir {name}"),
        "notShown": _("Não foi possível mostrar este arquivo. Baixe-o para ver."),
    }
