"""The back-office's foundation: who sees what in the Django admin, and how its pages act.

Apps register pages built on `CompanyAdmin`; an app above adds a panel to a page below through
`register_inline`. Every request works inside its company's scope (`BackOffice.admin_view`).
"""

from common.admin.access import Access, access_of
from common.admin.base import CompanyAdmin, Panel, acted, shown
from common.admin.buttons import button
from common.admin.filters import Question, QuestionFilter
from common.admin.inlines import CompanyInline, ReplacedInline, kept_rows, register_inline
from common.admin.shown import json_of, link_to, linked, muted, row_link, since
from common.admin.site import BackOffice

__all__ = [
    "Access",
    "BackOffice",
    "CompanyAdmin",
    "CompanyInline",
    "Panel",
    "Question",
    "QuestionFilter",
    "ReplacedInline",
    "access_of",
    "acted",
    "button",
    "json_of",
    "kept_rows",
    "link_to",
    "linked",
    "muted",
    "register_inline",
    "row_link",
    "shown",
    "since",
]
