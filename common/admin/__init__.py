"""The back-office's foundation: who sees what in the Django admin, and how its pages act.

Apps register pages built on `CompanyAdmin`; an app above adds a panel to a page below through
`panels`. Every request works inside its company's scope (`BackOffice.admin_view`).
"""

from common.admin.access import Access, access_of
from common.admin.base import CompanyAdmin, Panel
from common.admin.buttons import button
from common.admin.filters import AdminQuestion, QuestionFilter
from common.admin.inlines import CompanyInline, ReplacedInline, kept_rows, panels
from common.admin.shown import json_of, link_to, linked, muted, row_link, since
from common.admin.site import BackOffice
from common.admin.telling import Act, acted, shown

__all__ = [
    "Access",
    "Act",
    "AdminQuestion",
    "BackOffice",
    "CompanyAdmin",
    "CompanyInline",
    "Panel",
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
    "panels",
    "row_link",
    "shown",
    "since",
]
