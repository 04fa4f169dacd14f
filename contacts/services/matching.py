"""Who else may be the person of whom something was just learned: an address, a username, a name.

Found by index at that moment, in one statement for a whole batch, whatever the number of people a
company has. What two records have in common is strong when the address is proven on both sides,
else weak; neither makes them one: staff decide (services.duplicates). What many people share, what
belongs to the clinic itself, and what staff have once said two people share, tells nobody apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from accounts.models import Membership
from common import phones
from common.rows import run
from common.slots import Slot
from contacts.keys import canonical_of
from contacts.models import (
    Contact,
    ContactIdentity,
    DuplicatePair,
    DuplicateReason,
    DuplicateStatus,
)
from contacts.refs import FORGOTTEN, PHONE_KINDS, IdentityKind, IdentityRef
from contacts.services.duplicates import Likeness, pairs_note

What = Literal["email", "phone", "username", "name"]
# More people than this behind one address or name are a family, a firm or a common name.
CROWD = 3
# Mailboxes that several people read.
ROLES = frozenset(
    "administrativo agenda agendamento atendimento clinica comercial consultorio contact contato"
    " escritorio faleconosco financeiro info marcacao no-reply noreply nao-responda naoresponda ola"
    " recepcao reception rh sac secretaria suporte vendas".split()
)
# Which of some e-mails and numbers are the clinic's own: told by whoever keeps its channels.
own_addresses: Slot[Callable[[Any, Sequence[str]], set[str]]] = Slot()

FIND = f"""
SELECT k.person, k.what, k.key, o.id, o.proven, o.is_bare
FROM (SELECT %s::uuid AS company) a
CROSS JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS k(person, what, key)
CROSS JOIN LATERAL (
    (SELECT c.id, false AS proven, false AS is_bare FROM contacts_contact c
    WHERE k.what = 'email' AND c.company_id = a.company AND upper(c.email) = upper(k.key)
        AND NOT (c.email = '') AND c.merged_into_id IS NULL
        LIMIT {CROWD + 2})
    UNION ALL
    (SELECT i.contact_id, i.verified_at IS NOT NULL, false FROM contacts_contactidentity i
    WHERE k.what = 'email' AND i.company_id = a.company AND i.kind = '{IdentityKind.EMAIL}'
        AND i.realm = '' AND i.value = k.key
        LIMIT {CROWD + 2})
    UNION ALL
    (SELECT c.id, false, false FROM contacts_contact c
    WHERE k.what = 'phone' AND c.company_id = a.company AND c.phone = k.key
        AND c.merged_into_id IS NULL
        LIMIT {CROWD + 2})
    UNION ALL
    (SELECT i.contact_id, i.verified_at IS NOT NULL, false FROM contacts_contactidentity i
    WHERE k.what = 'number' AND i.company_id = a.company
        AND i.kind IN ({", ".join(f"'{kind}'" for kind in PHONE_KINDS)})
        AND i.realm = '' AND i.value = k.key
        LIMIT {CROWD + 2})
    UNION ALL
    (SELECT i.contact_id, false, false FROM contacts_contactidentity i
    WHERE k.what = 'username' AND i.company_id = a.company
        AND upper(i.username) = upper(k.key) AND NOT (i.username = '')
        LIMIT {CROWD + 2})
    UNION ALL
    (SELECT c.id, false, c.phone = '' AND c.email = '' FROM contacts_contact c
    WHERE k.what = 'name' AND c.company_id = a.company
        AND central_fold(c.name) = central_fold(k.key) AND c.merged_into_id IS NULL
        AND c.name LIKE '%% %%'
        LIMIT {CROWD + 2})
) o
WHERE o.id <> k.person
"""  # noqa: S608  (our own constants only)
# From the most telling to the least.
REASONS: dict[tuple[What, bool], DuplicateReason] = {
    ("phone", True): DuplicateReason.VERIFIED_PHONE,
    ("email", True): DuplicateReason.VERIFIED_EMAIL,
    ("phone", False): DuplicateReason.PHONE,
    ("email", False): DuplicateReason.EMAIL,
    ("username", False): DuplicateReason.USERNAME,
    ("name", False): DuplicateReason.SAME_NAME,
}
ORDER: list[str] = list(REASONS.values())


@dataclass(frozen=True, slots=True)
class Clue:
    """Something learned of a person. `key` is an e-mail in small letters, a canonical number, a
    username or a name; `is_proven` tells that the address is surely theirs; `is_bare`, of a name,
    that there is no address to tell the person by.
    """

    person: Any
    what: What
    key: str
    is_proven: bool = False
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class OtherHolder:
    """Somebody a clue leads to: whether the address is surely theirs, and, by a name, whether they
    have no address.
    """

    is_proven: bool = False
    is_bare: bool = False


NOBODY_YET = OtherHolder()


def clues_of(contact: Contact, names: Iterable[str]) -> list[Clue]:
    """Return what these fields of a record (name, phone, email) tell of its person."""
    wanted, clues = set(names), []
    if "email" in wanted and contact.email:
        clues.append(Clue(contact.pk, "email", contact.email.lower()))
    if "phone" in wanted and contact.phone:
        clues.append(Clue(contact.pk, "phone", contact.phone))
    if "name" in wanted and " " in contact.name.strip():
        is_bare = not (contact.phone or contact.email)
        clues.append(Clue(contact.pk, "name", contact.name.strip(), is_bare=is_bare))
    return clues


def clues_of_identity(row: ContactIdentity) -> list[Clue]:
    """Return what an id that is now a person's tells of them."""
    ref, clues = IdentityRef(IdentityKind(row.kind), row.value, row.realm), []
    if number := canonical_of(ref):
        clues.append(Clue(row.contact_id, "phone", number, row.is_verified))
    elif ref.kind == IdentityKind.EMAIL:
        clues.append(Clue(row.contact_id, "email", row.value.lower(), row.is_verified))
    if row.username:
        clues.append(Clue(row.contact_id, "username", row.username))
    return clues


def evidence_of(company_id: Any, what: str, key: str) -> str:
    """Return the digest under which something two records have in common is remembered."""
    said = f"{company_id}|{what}|{key.casefold()}"
    return hashlib.sha256(said.encode()).hexdigest()


def matches_note(*, company_id: Any, clues: Sequence[Clue]) -> list[DuplicatePair]:
    """Put on the list whoever may be the same person as those of whom something was learned; return
    the pairs that are new there. In the caller's transaction, after what was learned is stored.
    """
    found = _found(company_id, clues)
    if not found:
        return []
    own = _own(company_id, {clue.key for clue in found})
    dead, family = _told_apart(company_id, found), _families(found)
    best: dict[frozenset[Any], Likeness] = {}
    for clue, others in found.items():
        evidence = evidence_of(company_id, clue.what, clue.key)
        if len(others) > CROWD or clue.key in own or evidence in dead:
            continue
        for other, hit in others.items():
            # Two with addresses are told apart by these; of one name there are many.
            is_namesake = clue.what == "name" and not (clue.is_bare or hit.is_bare)
            if is_namesake or not _are_strangers(family, clue.person, other):
                continue
            is_strong = clue.is_proven and hit.is_proven
            reason = REASONS[clue.what, is_strong]
            known = best.get(pair := frozenset((clue.person, other)))
            if known is None or ORDER.index(reason) < ORDER.index(known.reason):
                best[pair] = Likeness(clue.person, other, reason, is_strong, evidence)
    return pairs_note(company_id=company_id, found=list(best.values()))


def _are_strangers(family: dict[Any, Any], one: Any, other: Any) -> bool:
    """Whether both stand on record and neither writes for the other."""
    return one in family and other in family and family[one] != family[other]


def _found(company_id: Any, clues: Sequence[Clue]) -> dict[Clue, dict[Any, OtherHolder]]:
    """Return, by clue, the other people it leads to."""
    # What is known of a person may be told twice; the last time wins, which is the proven one.
    clues = sorted(clues, key=lambda clue: clue.is_proven)
    of_row = {row: clue for clue in clues for row in _rows(clue)}
    if not of_row:
        return {}
    people, whats, keys = map(list, zip(*of_row, strict=True))
    found: dict[Clue, dict[Any, OtherHolder]] = {}
    for person, what, key, other, is_proven, is_bare in run(FIND, company_id, people, whats, keys):
        clue = of_row[person, what, key]
        others = found.setdefault(clue, {})
        known = others.get(other, NOBODY_YET)
        others[other] = OtherHolder(known.is_proven or is_proven, known.is_bare or is_bare)
    return found


def _rows(clue: Clue) -> list[tuple[Any, str, str]]:
    """Return what is looked for: a number also in the forms in which providers name it."""
    if not clue.key or clue.key.startswith(FORGOTTEN):
        return []
    rows: list[tuple[Any, str, str]] = [(clue.person, clue.what, clue.key)]
    if clue.what == "phone":
        rows += [(clue.person, "number", form) for form in phones.forms(clue.key)]
    return rows


def _own(company_id: Any, keys: set[str]) -> set[str]:
    """Return which addresses are the clinic's, of who works there, or of several people by name."""
    mails = [key for key in keys if "@" in key]
    own = {key for key in mails if key.partition("@")[0] in ROLES}
    if mails:
        staff = Membership.objects.for_company(company_id).filter(user__email__in=mails)
        own |= {mail.lower() for mail in staff.values_list("user__email", flat=True)}
    for told in own_addresses:
        own |= told(company_id, sorted(keys))
    return own


def _told_apart(company_id: Any, found: Iterable[Clue]) -> set[str]:
    """Return what staff have said that two people share."""
    asked = [evidence_of(company_id, clue.what, clue.key) for clue in found]
    rows = DuplicatePair.objects.for_company(company_id).filter(
        evidence__in=asked, status=DuplicateStatus.DIFFERENT
    )
    return set(rows.exclude(evidence="").values_list("evidence", flat=True))


def _families(found: dict[Clue, dict[Any, OtherHolder]]) -> dict[Any, Any]:
    """Return, by person, whose family they are of: their guardian's, or their own."""
    ids = {clue.person for clue in found} | {one for others in found.values() for one in others}
    # By their ids: they were found in the company.
    rows = Contact.unscoped.standing().filter(pk__in=ids)
    return {pk: guardian or pk for pk, guardian in rows.values_list("pk", "guardian_id")}
