"""What makes an appointment, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from accounts.models import Membership
from agenda.errors import AppointmentRefused
from agenda.models import Appointment
from agenda.services.appointments import appointment_change


@pytest.mark.parametrize("year", [1, 640, 1999, 2101, 9999])
def test_a_year_that_nobody_means_is_refused_at_a_change(
    book: Callable[..., Appointment], ana: Membership, year: int
) -> None:
    row = book()
    before = row.starts_at
    moment = datetime(year, 6, 1, 12, tzinfo=UTC)
    with pytest.raises(AppointmentRefused) as refused:
        appointment_change(appointment=row, actor=ana, starts_at=moment, ends_at=moment)
    assert str(refused.value.fields["starts_at"][0]) == "Escolha datas entre 2000 e 2100."
    assert Appointment.unscoped.get(pk=row.pk).starts_at == before
