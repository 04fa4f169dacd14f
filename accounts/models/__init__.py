"""Companies (tenants), the people who work in them, when they work, and what they did."""

from accounts.models.audit import AuditEntry, IdempotencyKey
from accounts.models.calendar import BusinessCalendar, CalendarException, CalendarHours
from accounts.models.change import RowChange
from accounts.models.doors import AccountMail, Invitation
from accounts.models.people import Company, Membership, User
from accounts.models.presence import PauseReason, Presence, PresenceLog
from accounts.models.push import PushDevice
from accounts.models.sessions import BrowserSession
from accounts.models.two_factor import TwoFactor

__all__ = [
    "AccountMail",
    "AuditEntry",
    "BrowserSession",
    "BusinessCalendar",
    "CalendarException",
    "CalendarHours",
    "Company",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "PauseReason",
    "Presence",
    "PresenceLog",
    "PushDevice",
    "RowChange",
    "TwoFactor",
    "User",
]
