"""What the OpenAPI document says of every endpoint: its refusals and the idempotency header."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "Até 120 caracteres ASCII. Repetir a chave com o mesmo pedido, em até 24 horas, devolve a"
        " primeira resposta (com o cabeçalho `Idempotency-Replayed: true`); com outro pedido, 422"
        " `chave_reutilizada`; enquanto o primeiro não terminou, 409 `pedido_em_andamento`."
    ),
)


class Refusal(serializers.Serializer[Any]):
    """Every refusal. `code` is stable; `detail` is for people; `fields` maps inputs to
    sentences.
    """

    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )


def _refusal(code: str, detail: str, description: Any, **fields: list[str]) -> OpenApiResponse:
    example = OpenApiExample(
        code, value={"code": code, "detail": detail, "fields": fields}, response_only=True
    )
    return OpenApiResponse(Refusal, description, [example])


REFUSALS: dict[str, OpenApiResponse] = {
    "400": _refusal(
        "dados_invalidos",
        "Confira os campos indicados.",
        _("O pedido tem campos errados ou não pôde ser lido."),
        name=["Este campo é obrigatório."],
    ),
    "401": _refusal("nao_autenticado", "Token inválido ou vencido.", _("Falta um token válido.")),
    "403": _refusal(
        "sem_permissao",
        "Seu perfil não permite esta ação. Peça a um administrador.",
        _("O perfil não permite a ação."),
    ),
    "404": _refusal(
        "nao_encontrado", "Não encontrado.", _("Não existe, ou é de outra empresa: é o mesmo.")
    ),
    "409": _refusal(
        "conflito",
        "A situação mudou enquanto você trabalhava. Atualize e tente de novo.",
        _("O estado do objeto não permite a ação."),
    ),
    "410": _refusal(
        "cursor_antigo",
        "Este cursor é antigo demais. Peça um novo e leia as listas de novo.",
        _("O que foi pedido não é mais guardado."),
    ),
    "411": _refusal(
        "tamanho_nao_informado",
        "Informe o tamanho do conteúdo no cabeçalho Content-Length.",
        _("O corpo veio sem tamanho."),
    ),
    "413": _refusal(
        "corpo_grande_demais",
        "O conteúdo enviado é grande demais. Envie menos de cada vez.",
        _("O corpo é grande demais."),
    ),
    "415": _refusal(
        "formato_nao_aceito", "Formato não aceito.", _("O tipo do corpo não é aceito.")
    ),
    "422": _refusal(
        "janela_fechada",
        "A janela de 24 horas fechou: o paciente precisa escrever de novo. Envie um modelo"
        " aprovado para retomar a conversa.",
        _("O pedido está bem formado, mas uma regra não o permite; `code` diz qual."),
    ),
    "429": _refusal(
        "muitas_tentativas",
        "Muitas tentativas. Aguarde e tente de novo.",
        _("Pedidos demais; `Retry-After` diz quantos segundos esperar."),
    ),
    "503": _refusal(
        "tempo_real_fora",
        "O tempo real está fora do ar. Continue pela API e tente de novo em instantes.",
        _("Uma parte da central está fora do ar."),
    ),
}


def refusals_once(result: dict[str, Any], **hook: Any) -> dict[str, Any]:
    """Say each refusal and the header of repeated writes once, and refer to them: repeated in every
    operation, they were two thirds of the document.
    """
    known: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for code, told in operation["responses"].items():
                if code in REFUSALS:
                    name = f"Refusal{code}"
                    # An operation that says more of a refusal keeps its own words.
                    if known.setdefault(name, told) == told:
                        operation["responses"][code] = {"$ref": f"#/components/responses/{name}"}
            for place, told in enumerate(operation.get("parameters", ())):
                if told["name"] == IDEMPOTENCY.name:
                    headers[told["name"]] = told
                    reference = {"$ref": f"#/components/parameters/{told['name']}"}
                    operation["parameters"][place] = reference
    result["components"]["responses"] = dict(sorted(known.items()))
    result["components"]["parameters"] = headers
    return result


class Schema(AutoSchema):
    """Adds to each operation what all of its kind share."""

    def get_override_parameters(self) -> list[Any]:
        """Name the idempotency header on writes that honour it."""
        if self._is_write() and getattr(self.view, "honours_idempotency", False):
            return [IDEMPOTENCY]
        return []

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._refusal_codes():
            told = self._get_response_for_code(REFUSALS[code], code)  # type: ignore[no-untyped-call]
            bodies.setdefault(code, told)
        return dict(sorted(bodies.items()))

    def _is_write(self) -> bool:
        return self.method not in SAFE_METHODS

    def _refusal_codes(self) -> list[str]:
        codes = {"400", *getattr(self.view, "more_refusals", ())}
        if self.view.get_authenticators():
            codes |= {"401", "403"}
        # The path, or something sent, names rows that may be nobody's.
        if "{" in self.path or getattr(self.view, "names_rows", False):
            codes.add("404")
        if self._is_write():
            codes |= {"409", "411", "413", "415", "422"}
        if getattr(self.view, "throttle_scope", None):
            codes |= {"401", "429"}
        if getattr(self.view, "is_counted", False):
            codes.add("429")
        return sorted(codes)
