"""Freezing an audience: one statement from the company's people to recipients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import CharField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from campaigns.choices import LeftOut
from campaigns.models import Campaign, ListedPerson
from campaigns.rules import judged
from contacts import segments
from contacts.models import Contact, ContactIdentity
from contacts.refs import PHONE_KINDS, IdentityKind
from contacts.segments import Asked, SegmentRefused
from contacts.services.segments import segment_people
from providers.registry import policy_of

# Ids that sort by time, as all of ours. Of two records with one number (with and without the ninth
# digit) the older gets the message. Versions go round among those who get one, in an order that
# has nothing to do with when people came.
FREEZE = """
WITH judged AS MATERIALIZED ({people}),
counted AS MATERIALIZED (
    SELECT j.*, CASE WHEN reason = '' AND row_number() OVER (
        PARTITION BY reason, coalesce(nullif(ltrim(number, '+'), ''),
            regexp_replace(nullif(to_phone, ''), '^55(\\d\\d)([6-9]\\d{{7}})$', '559\\1\\2'),
            to_user)
        ORDER BY id
    ) > 1 THEN 'repetido' ELSE reason END AS verdict
    FROM judged j
)
INSERT INTO campaigns_recipient (id, created_at, updated_at, company_id, campaign_id, contact_id,
    letter, status, left_out, phone, user_id, market, given, attempts, send_after, external_id,
    error_code, error_detail, reply_text)
SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(id::text), 1, 3) || '8' || substr(md5(id::text || %s), 1, 15))::uuid,
    now(), now(), %s, %s, id,
    (%s::text[])[1 + (row_number() OVER (PARTITION BY verdict ORDER BY md5(id::text || %s))) %% %s],
    CASE WHEN verdict = '' THEN 'pendente' ELSE 'ignorado' END, verdict,
    ltrim(to_phone, '+'), CASE WHEN to_phone = '' THEN to_user ELSE '' END,
    CASE WHEN ltrim(to_phone, '+') LIKE '55%%' THEN 'BR' ELSE '' END,
    given, 0, now(), '', '', '', ''
FROM counted
"""


class LTrimPlus(Func):
    """A number as providers write their ids: without the plus."""

    template = "ltrim(%(expressions)s, '+')"
    output_field = CharField()


class WithoutNine(Func):
    """The form of a Brazilian mobile from before the ninth digit; others as they are."""

    template = r"regexp_replace(%(expressions)s, '^55(\d\d)9([6-9]\d{7})$', '55\1\2')"
    output_field = CharField()


NUMBER = r"^\d{5,20}$"


def asked_of(filters: dict[str, Any]) -> tuple[list[Asked], str]:
    """Return the conditions of a campaign's filters and how they go together. Raises
    SegmentRefused.
    """
    rows = filters.get("conditions") or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SegmentRefused
    asked = [
        Asked(str(row.get("field", "")), str(row.get("operator", "")), str(row.get("value", "")))
        for row in rows
    ]
    return asked, "qualquer" if filters.get("match") == "qualquer" else "todas"


def chosen(campaign: Campaign) -> QuerySet[Contact]:
    """Return whom a campaign is for: a segment, filters (both together), and the people of its
    list. Without any of the three nobody. Raises SegmentRefused.
    """
    asked, match = asked_of(campaign.filters)
    everybody = Contact.objects.for_company(campaign.company_id).standing()
    listed = ListedPerson.unscoped.filter(campaign=campaign).exclude(contact=None)
    on_list = Q(pk__in=listed.values("contact_id"))
    if campaign.segment is not None:
        people = segments.people(segment_people(campaign.segment), asked, match=match)
    elif asked:
        people = segments.people(everybody, asked, match=match)
    else:
        return everybody.filter(on_list)
    if not listed.exists():
        return people
    return everybody.filter(Q(pk__in=people.order_by().values("pk")) | on_list)


def addressed(rows: QuerySet[Contact], campaign: Campaign) -> QuerySet[Any]:
    """Annotate people with where a person chose to write to them: the number on the list, else the
    one on their record, as the channel's kind knows it; only where there is neither, the newest it
    told.
    """
    own = ContactIdentity.unscoped.filter(contact_id=OuterRef("pk")).current().order_by("-id")
    starts_with = policy_of(campaign.channel.kind).starts_with if campaign.channel else ()
    # Providers' ids are kept as received; one that is no number stops no audience.
    numbers = own.filter(kind__in=set(starts_with) & set(PHONE_KINDS), value__regex=NUMBER)
    users = own.filter(kind__in=set(starts_with) - set(PHONE_KINDS))
    has_numbers = bool(set(starts_with) & set(PHONE_KINDS))
    # Whom nobody wrote to yet has their address on record only.
    written = NullIf(F("email"), Value("")) if IdentityKind.EMAIL in starts_with else None

    listed = ListedPerson.unscoped.filter(campaign=campaign, contact_id=OuterRef("pk"))
    first = listed.order_by("line")
    wanted = Coalesce(
        NullIf(Subquery(first.values("phone")[:1]), Value("")), NullIf(F("phone"), Value(""))
    )
    digits = LTrimPlus(OuterRef("wanted"))
    return rows.annotate(wanted=wanted).annotate(
        to_phone=Coalesce(
            _newest(numbers.filter(value__in=(digits, WithoutNine(digits)))),
            F("wanted"),
            _newest(numbers),
            Value(""),
        )
        if has_numbers
        else Value(""),
        to_user=Coalesce(*([written] if written else []), _newest(users), Value("")),
        given=Subquery(first.values("given")[:1]),
        number=Coalesce(F("wanted"), Value("")),
    )


def _newest(known: QuerySet[ContactIdentity]) -> Subquery:
    return Subquery(known.values("value")[:1])


def freeze(campaign: Campaign, purpose: str, letters: Sequence[str], *, is_answer: bool) -> int:
    """Write a recipient for everybody of a campaign, those left out with the reason; return how
    many rows. Raises SegmentRefused.
    """
    rows = judged(
        addressed(chosen(campaign), campaign),
        campaign,
        purpose,
        person="pk",
        nowhere=Q(to_phone="", to_user=""),
        is_gone=LeftOut.NO_ADDRESS,
        is_answer=is_answer,
    )
    people = rows.order_by().values("id", "reason", "to_phone", "to_user", "given", "number")
    # Composed of our own constant and a statement of the ORM; every value is a parameter.
    inner, values = people.query.sql_with_params()
    seed = str(campaign.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            FREEZE.format(people=inner),
            [
                *values,
                *(seed, campaign.company_id, campaign.pk),
                *(list(letters), seed, len(letters)),
            ],
        )
        return int(cursor.rowcount)
