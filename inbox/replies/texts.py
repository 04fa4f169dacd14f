"""Sentences that the scripts of the composer show."""

from __future__ import annotations

from django.utils.translation import gettext as _


def composer_texts() -> dict[str, str]:
    """Return them in the reader's language; {blanks} are the scripts'."""
    return {
        "emoji": _("Emoji"),
        "emojiRecent": _("Usados há pouco"),
        "emojiFaces": _("Rostos"),
        "emojiPeople": _("Gestos e pessoas"),
        "emojiHealth": _("Saúde"),
        "emojiSigns": _("Corações e sinais"),
        "emojiThings": _("Coisas"),
        "emojiFound": _("Encontrados"),
        "emojiNone": _("Nenhum emoji com este nome."),
        "noRecorder": _("Este navegador não grava áudio nesta página. Anexe um arquivo de áudio."),
        "noMicrophone": _("O microfone não está liberado. Libere-o no navegador e tente de novo."),
        "voiceNote": _("Mensagem de voz"),
        "draft": _("Rascunho"),
        "quickReplies": _("Respostas rápidas"),
        "blanks": _("Variáveis"),
        "offered": _("{count} opções. Use as setas e Enter."),
        "withFiles": _("com arquivos ({count})"),
        "noFiles": _("Os arquivos da resposta rápida não vieram. Escolha-a de novo."),
        "blankEmpty": _("Sem valor para {names}: complete antes de enviar."),
        "noValue": _("sem valor para este paciente"),
        "noReplies": _("Nenhuma resposta rápida ainda. Crie em Gerenciar respostas rápidas."),
        "quickKept": _("Resposta rápida salva."),
    }
