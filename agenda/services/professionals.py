"""Professionals, and the secret address of each one's calendar."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from agenda.errors import AppointmentRefused
from agenda.models import Professional
from common.errors import Conflict


class ProfessionalTaken(Conflict):
    """There is one of this name."""

    code = "profissional_repetido"
    message = _("Já existe um profissional com este nome.")


@transaction.atomic
def professional_save(
    *,
    actor: Membership,
    professional: Professional | None = None,
    name: str,
    is_active: bool = True,
    feed_names: bool = False,
) -> Professional:
    """Make or change one. Raises ProfessionalTaken, AppointmentRefused for an empty name."""
    row = professional or Professional(company_id=actor.company_id)
    row.name, row.is_active, row.feed_names = name.strip(), is_active, feed_names
    if not row.name:
        raise AppointmentRefused(fields={"name": [_("Dê um nome ao profissional.")]})
    same = Professional.unscoped.filter(company_id=row.company_id, name=row.name)
    if same.exclude(pk=row.pk).exists():
        raise ProfessionalTaken(fields={"name": [ProfessionalTaken.message]})
    row.save()
    audit_record(company=row.company_id, actor=actor.user, action="profissional.salvo", target=row)
    return row


@transaction.atomic
def feed_key_renew(*, professional: Professional, actor: Membership) -> str:
    """Give a professional's calendar a new secret address and end the old one; return its key,
    which is shown once: only its hash is kept.
    """
    key = secrets.token_urlsafe(32)
    professional.feed_hash = key_hash(key)
    professional.save(update_fields=["feed_hash", "updated_at"])
    audit_record(
        company=professional.company_id,
        actor=actor.user,
        action="profissional.endereco_trocado",
        target=professional,
    )
    return key


def key_hash(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
