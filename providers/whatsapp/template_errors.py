"""Why Meta does not take a template: its error codes 2388xxx, which come as subcodes of 100."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

_WRONG = "modelo_invalido"
# Our code and what the editor should do.
REFUSALS: dict[int, tuple[str, Any]] = {
    2388019: (
        "limite_de_modelos",
        _("A conta atingiu o limite de modelos. Exclua modelos que não são usados."),
    ),
    2388023: (
        "modelo_em_exclusao",
        _("A Meta ainda está excluindo um modelo com este nome. Use outro nome."),
    ),
    2388024: (
        "modelo_ja_existe",
        _("Já existe um modelo com este nome e idioma na Meta. Sincronize e edite-o."),
    ),
    2388040: (
        "modelo_longo",
        _("Um dos textos do modelo passa do limite de caracteres. Encurte-o."),
    ),
    2388047: (_WRONG, _("A Meta não aceitou o cabeçalho. Tire formatação, emojis e quebras.")),
    2388072: (
        _WRONG,
        _("A Meta não aceitou o texto. Confira as variáveis e as linhas em branco seguidas."),
    ),
    2388073: (_WRONG, _("A Meta não aceitou o rodapé. Tire variáveis, formatação e emojis.")),
    2388293: (
        _WRONG,
        _("O texto tem variáveis demais para o seu tamanho. Escreva mais palavras fixas."),
    ),
    2388299: (_WRONG, _("O texto não pode começar nem terminar com uma variável.")),
    2593002: (
        "modelo_nao_encontrado",
        _("A Meta não tem mais este modelo. Sincronize os modelos."),
    ),
}
