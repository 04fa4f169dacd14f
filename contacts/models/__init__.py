"""People, how providers know them, what they allowed."""

from contacts.models.consent import Consent, ConsentChain, ConsentState, LegalBasis, Purpose
from contacts.models.imports import ImportJob, ImportRefusal
from contacts.models.merging import (
    ContactMerge,
    DuplicatePair,
    DuplicateReason,
    DuplicateStatus,
)
from contacts.models.people import Contact, ContactIdentity, Tag
from contacts.models.segments import Segment, SegmentCondition

__all__ = [
    "Consent",
    "ConsentChain",
    "ConsentState",
    "Contact",
    "ContactIdentity",
    "ContactMerge",
    "DuplicatePair",
    "DuplicateReason",
    "DuplicateStatus",
    "ImportJob",
    "ImportRefusal",
    "LegalBasis",
    "Purpose",
    "Segment",
    "SegmentCondition",
    "Tag",
]
