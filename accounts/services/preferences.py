"""Changing what a person chose for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.preferences import NAMES, fits, preferences_of
from common import rooms
from common.errors import DomainError
from common.realtime import Event, publish


class PreferenceRefused(DomainError):
    """A preference that does not exist, or a value it cannot have."""

    code = "preferencia_invalida"

    @property
    def message(self) -> str:
        """Say what helps: the values are in the page's form and in the document of the API."""
        return _("Esta preferência não aceita esse valor.")


@transaction.atomic
def preferences_change(*, membership: Membership, values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what a person chose and leave the rest as it is; return everything that holds then.

    `values` are of the closed list in accounts.preferences. The person's open pages hear of it.
    Raises PreferenceRefused with the names that do not fit.
    """
    wrong = [name for name, value in values.items() if name not in NAMES or not fits(name, value)]
    if wrong:
        refused = PreferenceRefused()
        raise PreferenceRefused(fields={name: [str(refused)] for name in wrong})
    # Two devices at once: each changes what it names, on what the other left.
    user = User.objects.select_for_update().get(pk=membership.user_id)
    wanted = dict(values)
    language = wanted.pop("language", user.language)
    chosen = {**user.chosen, **wanted}
    if (language, chosen) != (user.language, user.chosen):
        user.language, user.chosen = language, chosen
        user.save(update_fields=["language", "chosen", "updated_at"])
        publish(
            Event(
                type="system_message",
                groups=(rooms.everything(membership.company_id), rooms.own(membership.pk)),
                data={"what": "preferences", "member": str(membership.pk)},
            )
        )
    return preferences_of(user)
