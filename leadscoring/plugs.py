"""What scores have to do with other packages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F

from common.admin import panels
from common.api.told import Told
from common.slots import Plug, Turn, into
from common.sweeps import Sweep, sweeps
from common.tasks import ring_now
from contacts import changed, segments
from contacts.api.views import told_above
from contacts.holdings import holdings
from contacts.models import Contact
from contacts.services.merge_tables import staying
from leadscoring import bells
from leadscoring.admin.scores import ScorePanel
from leadscoring.holdings import HOLDINGS, STAYING
from leadscoring.segments import FIELDS
from leadscoring.services.counting import said_lately


def _people_changed(company_id: Any, contact_ids: list[Any]) -> None:
    ring_now(bells.CONTACTS, str(company_id), [str(pk) for pk in contact_ids])


PLUG = Plug(
    watches=(into(changed.listeners, _people_changed),),
    offers=(
        into(segments.fields, *FIELDS),
        into(
            told_above,
            Told("score", lambda: F("lead_score__total")),
            Told("temperature", lambda: F("lead_score__temperature")),
        ),
        into(panels, (Contact, ScorePanel)),
    ),
    keeps=(into(holdings, *HOLDINGS), into(staying, *STAYING)),
    sweeps=(into(sweeps, Sweep(bells.FOLLOW, every=5, due=lambda: [said_lately()])),),
    beat={
        "scores-tick": Turn("leadscoring.tasks.tick", every=60.0, expires=120),
        "scores-reconcile": Turn("leadscoring.tasks.reconcile", every=timedelta(hours=1)),
        "scores-learn": Turn("leadscoring.tasks.learn_all", every=timedelta(hours=24)),
    },
    choices={
        "LeadAction": "leadscoring.choices.Action",
        "LeadDimension": "leadscoring.choices.Dimension",
    },
)
