"""Saving segments, and asking who is in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Case, Func, Prefetch, Q, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from accounts.services.audit import audit_record
from common.errors import Conflict
from contacts import segments
from contacts.models import Contact, Segment, SegmentCondition
from contacts.segments import Asked, SegmentRefused

NAMES: Any = ArrayField(TextField())


class SegmentNameTaken(Conflict):
    """Another segment of the company has this name."""

    code = "segmento_existente"
    message = _("Já existe um segmento com este nome. Escolha outro.")


@transaction.atomic
def segment_save(
    *,
    company: Company,
    actor: User | None,
    segment: Segment | None = None,
    conditions: Sequence[Asked] | None = None,
    **values: Any,
) -> Segment:
    """Make or change a segment; `conditions` replace what is there, None leaves them.

    Raises SegmentRefused, SegmentNameTaken.
    """
    row = segment or Segment(company=company)
    for name, value in values.items():
        setattr(row, name, value)
    others = Segment.objects.for_company(company).exclude(pk=row.pk)
    if others.filter(name__iexact=row.name).exists():
        raise SegmentNameTaken(fields={"name": [SegmentNameTaken.message]})
    if conditions is not None:
        # Only so that a condition that cannot be asked is refused here and not at night.
        segments.people(Contact.unscoped.none(), conditions)
    row.save()
    if conditions is not None:
        SegmentCondition.unscoped.filter(segment=row).delete()
        SegmentCondition.unscoped.bulk_create(
            SegmentCondition(
                company=company,
                segment=row,
                field=one.field,
                operator=one.operator,
                value=one.value.strip(),
            )
            for one in conditions
        )
    audit_record(company=company, actor=actor, action="segmento.salvo", target=row)
    return row


def segment_conditions(segment: Segment) -> list[Asked]:
    """Return a segment's conditions as they were written."""
    rows = SegmentCondition.unscoped.filter(segment=segment)
    return [Asked(row.field, row.operator, row.value) for row in rows]


def segment_people(segment: Segment) -> Any:
    """Return who is in a segment now, as a query. Raises SegmentRefused when a field is gone."""
    everybody = Contact.objects.for_company(segment.company_id).standing()
    return segments.people(everybody, segment_conditions(segment), match=segment.match)


def segment_names(company: Any) -> Any:
    """Return, for a query of a company's people, the names of the segments each is in now, as one
    expression. A segment whose field is gone holds nobody.
    """
    rows = Segment.objects.for_company(company).prefetch_related(
        Prefetch("conditions", SegmentCondition.objects.for_company(company))
    )
    cases = [case for row in rows if (case := _case(row)) is not None]
    if not cases:
        return Value([], output_field=NAMES)
    # Cases that do not hold are null.
    listed = Func(*cases, template="ARRAY[%(expressions)s]", output_field=NAMES)
    return Func(listed, Value(None), function="array_remove", output_field=NAMES)


def _case(row: Segment) -> Case | None:
    asked = [Asked(one.field, one.operator, one.value) for one in row.conditions.all()]
    try:
        condition = segments.together(asked, match=row.match)
    except SegmentRefused:
        return None
    # Without conditions everybody is in.
    holds = condition or Q(pk__isnull=False)
    return Case(When(holds, then=Value(row.name)), output_field=TextField())
