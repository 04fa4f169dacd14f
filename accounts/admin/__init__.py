"""The back-office of companies, people, who works where, and the audit."""

from accounts.admin import audit, calendars, companies, team, users

__all__ = ["audit", "calendars", "companies", "team", "users"]
