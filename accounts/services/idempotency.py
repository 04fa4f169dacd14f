"""Answering a repeated write as the first time, so that a client may repeat after a lost answer."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import IdempotencyKey, Membership
from common.errors import Conflict, DomainError

KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,120}")


class KeyInvalid(DomainError):
    """The header is not 1 to 120 visible ASCII characters."""

    code = "chave_invalida"
    status = 400
    message = _("Use em Idempotency-Key de 1 a 120 caracteres ASCII, sem espaços.")


class KeyReused(DomainError):
    """The key belongs to another request."""

    code = "chave_reutilizada"
    message = _("Esta chave já foi usada em outro pedido. Gere uma chave para cada pedido.")


class StillRunning(Conflict):
    """The first request has not answered, and may or may not have done its work."""

    code = "pedido_em_andamento"
    message = _(
        "O primeiro pedido com esta chave ainda não terminou. Consulte o resultado antes de"
        " repetir com outra chave."
    )


class AnswerGone(DomainError):
    """The first answer spoke of a person whose data were erased since."""

    code = "dados_eliminados"
    status = 410
    message = _("A resposta falava de uma pessoa cujos dados foram eliminados.")


def fingerprint(method: str, path: str, query: dict[str, Any], data: Any) -> str:
    """Return what tells one request from another: method, address and content, files included."""
    parts = orjson.dumps(
        [method, path, query, _plain(data)], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    )
    return hashlib.sha256(parts).hexdigest()


def key_claim(*, membership: Membership, key: str, fingerprint: str) -> tuple[IdempotencyKey, bool]:
    """Return the key's row and whether this request is the first that brings it.

    The claim is committed before the work, so of two equal requests at once one works. A row that
    is not ours to work on holds the first answer. Raises KeyInvalid, KeyReused, StillRunning.
    """
    if not KEY.fullmatch(key):
        raise KeyInvalid
    rows = IdempotencyKey.objects.for_company(membership.company_id)
    # A key of yesterday that the sweep has not reached yet is free again.
    rows.filter(membership=membership, key=key, created_at__lt=timezone.now() - KEPT).delete()
    made = IdempotencyKey(
        company_id=membership.company_id, membership=membership, key=key, fingerprint=fingerprint
    )
    IdempotencyKey.unscoped.bulk_create([made], ignore_conflicts=True)
    row: IdempotencyKey = rows.get(membership=membership, key=key)
    if row.pk == made.pk:
        return row, True
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status is None:
        raise StillRunning
    return row, False


def key_settle(*, row: IdempotencyKey, status: int, body: str | None) -> None:
    """Keep a final answer for whoever repeats; a failure of ours frees the key.

    `body` is JSON as text, kept as it is: a refusal may quote a NUL, which jsonb does not hold.
    """
    rows = IdempotencyKey.objects.for_company(row.company_id).filter(pk=row.pk)
    if 200 <= status < 500:
        rows.update(status=status, body=body, updated_at=timezone.now())
    else:
        rows.delete()


def answers_forget(*, company_id: Any, values: list[str]) -> int:
    """Let kept answers that quote a value say that the data are gone; return how many did.

    The key stays taken: a repeated write must not bring an erased person back.
    """
    quoted = Q()
    for value in filter(None, values):
        quoted |= Q(text__contains=value)
    rows = IdempotencyKey.objects.for_company(company_id).exclude(body=None)
    kept = rows.alias(text=Cast("body", TextField())).filter(quoted) if quoted else rows.none()
    gone = AnswerGone()
    body = {"code": gone.code, "detail": str(gone.detail), "fields": {}}
    return IdempotencyKey.unscoped.filter(pk__in=list(kept.values_list("pk", flat=True))).update(
        status=gone.status, body=orjson.dumps(body).decode(), updated_at=timezone.now()
    )


def keys_purge() -> int:
    """Forget keys older than a day; return how many."""
    # The sweep serves every company at once.
    old = IdempotencyKey.unscoped.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def _plain(data: Any) -> Any:
    """Return parsed input as JSON can hold it, a file as its hash."""
    if isinstance(data, UploadedFile):
        digest = hashlib.sha256()
        for chunk in data.chunks():
            digest.update(chunk)
        data.seek(0)
        return ["file", data.name, data.content_type, digest.hexdigest()]
    if hasattr(data, "lists"):
        return {key: [_plain(item) for item in items] for key, items in data.lists()}
    return data
