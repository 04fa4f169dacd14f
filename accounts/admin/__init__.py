"""The back-office of companies, people, who works where, and the audit."""

from accounts.admin import audit, companies, team, users

__all__ = ["audit", "companies", "team", "users"]
