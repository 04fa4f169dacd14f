"""Expected refusals: one exception family that pages, the API and the admin all know how to
show.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal that a person can act on.

    `code` is stable and part of the API contract; `detail` is a sentence in the reader's language
    that says what to do next; `fields` maps input names to lists of sentences; `status` is the HTTP
    status.
    """

    code = "recusado"
    status = 422
    message: Any = _("Não foi possível concluir a ação.")

    def __init__(
        self,
        detail: Any = None,
        *,
        code: str | None = None,
        status: int | None = None,
        fields: dict[str, list[Any]] | None = None,
    ) -> None:
        self.detail = detail if detail is not None else self.message
        self.code = code or self.code
        self.status = status or self.status
        self.fields = fields or {}
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.detail)


class NotFound(DomainError):
    """The object does not exist, or belongs to someone else: the two look the same from outside."""

    code = "nao_encontrado"
    status = 404
    message = _("Não encontrado.")


class Conflict(DomainError):
    """Somebody else was faster, or the object is in a state that does not allow this."""

    code = "conflito"
    status = 409
    message = _("A situação mudou enquanto você trabalhava. Atualize e tente de novo.")


class Forbidden(DomainError):
    """The person is known, the object is theirs to see, but the role does not allow the act."""

    code = "sem_permissao"
    status = 403
    message = _("Seu perfil não permite esta ação. Peça a um administrador.")
