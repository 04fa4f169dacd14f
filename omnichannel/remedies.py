"""What a person can do about a message that failed, by our own code of the error."""

from __future__ import annotations

from enum import Enum


class Remedy(Enum):
    """The next step that can work."""

    RETRY = "retry"
    TEMPLATE = "template"
    REWRITE = "rewrite"


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
# The same message to the same address fails again, whatever happens meanwhile.
_REWRITE = frozenset(
    {
        "conteudo_invalido",
        "contato_em_experimento",
        "exige_telefone",
        "limite_de_marketing",
        "marketing_recusado",
        "midia_recusada",
        "nao_entregavel",
        "requisicao_recusada",
    }
)


def remedy_of(error_code: str) -> Remedy:
    """Return what helps; a code nobody listed may pass at the next try."""
    if error_code in _TEMPLATE:
        return Remedy.TEMPLATE
    return Remedy.REWRITE if error_code in _REWRITE else Remedy.RETRY
