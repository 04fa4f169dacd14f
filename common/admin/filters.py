"""List filters named after the questions people come with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter


@dataclass(frozen=True, slots=True)
class AdminQuestion:
    """One question: its words, and what it keeps. `keep` gets the rows and the present moment."""

    words: Any
    keep: Callable[[QuerySet[Any], datetime], QuerySet[Any]]


class QuestionFilter(RadioFilter):
    """A filter whose choices are questions; they also stand as links above the list."""

    title = _("pergunta")
    parameter_name = "pergunta"
    questions: ClassVar[dict[str, AdminQuestion]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """List the questions."""
        return [(key, question.words) for key, question in self.questions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what the chosen question asks for; an unknown one keeps all."""
        question = self.questions.get(self.value() or "")
        return question.keep(queryset, timezone.now()) if question else queryset

    @property
    def links(self) -> list[dict[str, Any]]:
        """The questions as links, the one that is asked marked."""
        chosen = self.value() or ""
        every = {"href": "?", "words": _("Todos"), "is_on": chosen not in self.questions}
        return [
            every,
            *(
                {
                    "href": f"?{self.parameter_name}={key}",
                    "words": question.words,
                    "is_on": key == chosen,
                }
                for key, question in self.questions.items()
            ),
        ]


def titled(kind: type[Any], words: Any) -> type[Any]:
    """Make a filter of a related row speak of it in our words: the field has only a code name."""

    class Titled(kind):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.title = words

    return Titled


def today(now: datetime) -> datetime:
    """Return the moment at which the day of `now` began, in the time zone of the pages."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
