"""Codes beside the password: TOTP (RFC 6238, six digits, thirty seconds, SHA-1 as the common
applications have it) and recovery codes.
"""

from __future__ import annotations

import base64
import secrets
import time
from datetime import timedelta
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, TwoFactor, User
from accounts.services.audit import audit_record
from accounts.services.sessions import sessions_end
from accounts.services.tokens import tokens_revoke
from common.errors import Conflict, DomainError

STEP, DIGITS, KEY_BYTES = 30, 6, 20
# Clocks of phones are off by so many steps at most.
SKEW = 1
RECOVERY_CODES = 10
FAILURES, PAUSE = 5, timedelta(minutes=15)
ISSUER = "Central de Atendimento"


class CodeWrong(DomainError):
    """The code is not the present one, or was used."""

    code = "codigo_incorreto"
    message = _("Código incorreto ou já usado. Espere o próximo e tente de novo.")


class CodesPaused(DomainError):
    """So many wrong codes were typed that nobody may try for a while."""

    code = "codigos_demais"
    status = 429
    message = _("Muitos códigos errados. Espere 15 minutos e tente de novo.")


class TwoFactorDemanded(Conflict):
    """A company of the person's demands it."""

    code = "segundo_fator_exigido"
    message = _("Sua empresa exige o segundo fator. Ele não pode ser desligado.")


@transaction.atomic
def two_factor_begin(*, user: User) -> str:
    """Return the key (base32) that an application is given. It counts when a code of it was typed;
    until then the same one is shown again.
    """
    User.objects.select_for_update().get(pk=user.pk)
    row = TwoFactor.objects.filter(user=user).first()
    if row is None:
        key = base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()
        row = TwoFactor(user=user)
        row.secret = {"key": key}
        row.save()
    if row.confirmed_at:
        raise CodeWrong(_("O segundo fator já está ligado."))
    return str(row.secret["key"])


def key_address(user: User, key: str) -> str:
    """Return the address that opens an application with a key in it."""
    label = quote(f"{ISSUER}:{user.email}")
    return f"otpauth://totp/{label}?secret={key}&issuer={quote(ISSUER)}"


def two_factor_confirm(*, user: User, code: str, session_key: str | None) -> list[str]:
    """Turn it on by the first code, and return the recovery codes, shown this once. Other sessions
    and tokens, which were given for a password alone, end. Raises CodeWrong, CodesPaused.
    """
    codes = _new_codes()
    if not _tried(user, code, is_first=True):
        raise CodeWrong
    with transaction.atomic():
        rows = TwoFactor.objects.filter(user=user, confirmed_at=None)
        if not rows.update(
            confirmed_at=timezone.now(), recovery=[_hash(user, one) for one in codes]
        ):
            raise CodeWrong
        user.has_two_factor = True
        user.save(update_fields=["has_two_factor", "updated_at"])
        sessions_end(user=user, actor=user, but=session_key)
        tokens_revoke(user=user)
        _told(user, user, "segundo_fator.ligado")
    return codes


def two_factor_check(*, user: User, code: str) -> None:
    """Take a code of the application or a recovery code, once. Raises CodeWrong, CodesPaused."""
    if not _tried(user, code):
        raise CodeWrong


def recovery_renew(*, user: User, code: str) -> list[str]:
    """Make other recovery codes; those before end. Raises CodeWrong, CodesPaused."""
    two_factor_check(user=user, code=code)
    codes = _new_codes()
    hashes = [_hash(user, one) for one in codes]
    with transaction.atomic():
        TwoFactor.objects.filter(user=user).update(recovery=hashes, updated_at=timezone.now())
        _told(user, user, "segundo_fator.codigos_renovados")
    return codes


def two_factor_drop(*, user: User, code: str) -> None:
    """Turn one's own off. Raises CodeWrong, CodesPaused, TwoFactorDemanded."""
    if is_demanded(user):
        raise TwoFactorDemanded
    two_factor_check(user=user, code=code)
    two_factor_remove(user=user, actor=user)


@transaction.atomic
def two_factor_remove(*, user: User, actor: User) -> None:
    """Take it from somebody who lost both phone and codes; where it is demanded they begin anew."""
    TwoFactor.objects.filter(user=user).delete()
    user.has_two_factor = False
    user.save(update_fields=["has_two_factor", "updated_at"])
    if user.pk != actor.pk:
        sessions_end(user=user, actor=actor)
    _told(user, actor, "segundo_fator.desligado")


def is_demanded(user: User) -> bool:
    """Whether a company of the person's wants it of them."""
    places = Membership.unscoped.active().filter(user=user).select_related("company")
    return any(place.needs_two_factor for place in places)


@transaction.atomic
def _tried(user: User, code: str, *, is_first: bool = False) -> bool:
    """Count a try and tell whether the code is good. It commits whatever the answer is."""
    # Two tries at once must not use one code twice, nor share one place in the count.
    row = TwoFactor.objects.select_for_update().filter(user=user).first()
    if row is None or bool(row.confirmed_at) is is_first:
        return False
    now = timezone.now()
    if row.failed_count >= FAILURES and row.failed_at and row.failed_at > now - PAUSE:
        raise CodesPaused
    if row.failed_at and row.failed_at <= now - PAUSE:
        row.failed_count = 0
    typed = "".join(code.split()).replace("-", "").upper()
    is_good = _is_present(row, typed) or (not is_first and _is_recovery(row, user, typed))
    if is_good:
        row.failed_count, row.failed_at = 0, None
    else:
        row.failed_count, row.failed_at = row.failed_count + 1, now
        _told(user, None, "segundo_fator.falhou")
    row.save(update_fields=["last_step", "recovery", "failed_count", "failed_at", "updated_at"])
    return is_good


def _is_present(row: TwoFactor, typed: str) -> bool:
    if not (typed.isascii() and typed.isdigit() and len(typed) == DIGITS):
        return False
    totp = TOTP(base64.b32decode(row.secret["key"]), DIGITS, SHA1(), STEP)  # noqa: S303 (RFC 6238)
    here = int(time.time()) // STEP
    for step in range(here - SKEW, here + SKEW + 1):
        if step > row.last_step and constant_time_compare(
            totp.generate(step * STEP).decode(), typed
        ):
            row.last_step = step
            return True
    return False


def _is_recovery(row: TwoFactor, user: User, typed: str) -> bool:
    given = _hash(user, typed)
    left = [one for one in row.recovery if not constant_time_compare(one, given)]
    if len(left) == len(row.recovery):
        return False
    row.recovery = left
    _told(user, user, "segundo_fator.codigo_de_recuperacao")
    return True


def _new_codes() -> list[str]:
    """Return codes of ten letters and digits that nobody mistakes for each other (50 bits)."""
    made = [base64.b32encode(secrets.token_bytes(7)).decode()[:10] for _ in range(RECOVERY_CODES)]
    return [f"{one[:5]}-{one[5:]}" for one in made]


def _hash(user: User, code: str) -> str:
    plain = code.replace("-", "")
    return salted_hmac(f"accounts.recovery:{user.pk}", plain, algorithm="sha256").hexdigest()


def _told(user: User, actor: User | None, act: str) -> None:
    # A login belongs to no company: each where the person works may see it.
    places = Membership.unscoped.accepted().filter(user=user)
    for company_id in places.values_list("company_id", flat=True):
        audit_record(company=company_id, actor=actor, action=act, target=user)
