"""What a person can do about a message that failed, by our own code of the error."""

from __future__ import annotations

from enum import StrEnum


class Remedy(StrEnum):
    """The next step that can work."""

    RETRY = "retry"
    TEMPLATE = "template"
    REWRITE = "rewrite"
    ELSEWHERE = "elsewhere"
    FILE = "file"


# Only an approved template reaches the person, or another one than this.
_TEMPLATE = frozenset(
    {
        "janela_fechada",
        "modelo_desativado",
        "modelo_fora_da_politica",
        "modelo_indisponivel",
        "modelo_invalido",
        "modelo_longo",
        "modelo_pausado",
        "modelo_variaveis",
        "formulario_indisponivel",
    }
)
# This channel does not bring the person anything like it; another may.
_ELSEWHERE = frozenset(
    {
        "contato_em_experimento",
        "exige_telefone",
        "limite_de_marketing",
        "marketing_recusado",
        "nao_entregavel",
    }
)
# The same words fail again, whatever happens meanwhile.
_REWRITE = frozenset({"conteudo_invalido", "requisicao_recusada"})
_FILE = frozenset({"midia_recusada"})


def remedy_of(
    error_code: str, *, has_templates: bool, is_free_text: bool = True, is_window_open: bool = True
) -> Remedy:
    """Return what helps now; a code nobody listed may pass at the next try, unless the window for
    free text has closed meanwhile. Where a kind of channel has no templates, another one helps.
    """
    if error_code in _ELSEWHERE:
        return Remedy.ELSEWHERE
    if error_code in _FILE:
        return Remedy.FILE
    is_too_late = is_free_text and not is_window_open
    if error_code in _TEMPLATE or is_too_late:
        return Remedy.TEMPLATE if has_templates else Remedy.ELSEWHERE
    return Remedy.REWRITE if error_code in _REWRITE else Remedy.RETRY
