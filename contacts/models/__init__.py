"""People, how providers know them, what they allowed."""

from contacts.models.consent import (
    Consent,
    ConsentChain,
    ConsentState,
    LegalBasis,
    Purpose,
    RefusalKey,
    RememberedRefusal,
)
from contacts.models.imports import ImportJob, ImportRefusal
from contacts.models.merging import (
    ContactMerge,
    DuplicatePair,
    DuplicateReason,
    DuplicateStatus,
)
from contacts.models.old_rows import OldRow
from contacts.models.people import Contact, ContactIdentity, ContactTag, Tag
from contacts.models.privacy import (
    ContactView,
    DataClass,
    DataRequest,
    LegalHold,
    RequestKind,
    RequestStatus,
    RetentionRule,
    ViewPlace,
)
from contacts.models.segments import Segment, SegmentCondition

__all__ = [
    "Consent",
    "ConsentChain",
    "ConsentState",
    "Contact",
    "ContactIdentity",
    "ContactMerge",
    "ContactTag",
    "ContactView",
    "DataClass",
    "DataRequest",
    "DuplicatePair",
    "DuplicateReason",
    "DuplicateStatus",
    "ImportJob",
    "ImportRefusal",
    "LegalBasis",
    "LegalHold",
    "OldRow",
    "Purpose",
    "RefusalKey",
    "RememberedRefusal",
    "RequestKind",
    "RequestStatus",
    "RetentionRule",
    "Segment",
    "SegmentCondition",
    "Tag",
    "ViewPlace",
]
