"""What is asked, held against what a kind of channel shows of it, and said in words where it shows
none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from contacts.optout import plain
from providers.content import Asking, Choice, Header, InfoRequest, LinkButton, Question, Section
from providers.outgoing import ContentRefused
from providers.policy import QuestionRule
from providers.refusing import count_within, refuse, text_within, unique_only

BUTTONS, SECTIONS = "interactive.buttons", "interactive.sections"
FILES = ("image", "video", "document")
# Nobody reads a longer list of numbers in a text.
MOST_NUMBERED = 30


def asking_fit(asking: Asking, rule: QuestionRule | None, text: str = "") -> Asking:
    """Return what is asked as a kind of channel carries it: as it is, or in words where the kind
    has nothing for it or says that what is too long becomes words. `text` is the message's own.

    What cannot be said in words either is refused: raises ContentRefused.
    """
    if rule is not None:
        if rule.beyond == "refuse":
            return asking
        try:
            asking_check(asking, rule, text)
        except ContentRefused:
            pass
        else:
            return asking
    if asking.header is not None and asking.header.kind != "text":
        refuse("interactive.header", _("Este canal não leva um arquivo numa pergunta. Tire-o."))
    if isinstance(asking, Question):
        _check_numbered(asking)
    return replace(asking, as_words=True)


def asking_check(asking: Asking, rule: QuestionRule, text: str = "") -> None:
    """Refuse what a kind of channel would not show. `text` stands where the question has no text
    of its own. Raises ContentRefused naming the input and the limit.
    """
    body = asking.text or text
    text_within(body, rule.body, "interactive.body", _("Texto"))
    text_within(asking.footer, rule.footer, "interactive.footer", _("Rodapé"), is_required=False)
    if asking.header is not None:
        _check_header(asking, asking.header, rule)
    match asking:
        case Question(is_list=True):
            _check_list(asking, rule)
        case Question():
            _check_buttons(asking, rule)
        case LinkButton():
            _check_link(asking, rule)
        case InfoRequest() if asking.wants not in rule.requests:
            refuse("interactive.type", _("Este tipo de mensagem interativa não é aceito."))


def asking_words(asking: Asking, text: str = "") -> str:
    """Return what is asked as a plain text: choices with their numbers, a link with its address."""
    parts = [asking.header.text if asking.header else "", asking.text or text]
    match asking:
        case Question():
            parts += _numbered_sections(asking)
            # Patients read the clinic's language, whatever the attendant's page speaks.
            with override(settings.LANGUAGE_CODE):
                parts.append(gettext("Responda com o número da opção."))
        case LinkButton():
            parts.append(f"{asking.label}: {asking.url}")
    return "\n\n".join(filter(None, [*parts, asking.footer]))


def asking_reworded(asking: Asking, reword: Callable[[str], str]) -> Asking:
    """Return what is asked with all its words as `reword` gives them; keys and addresses stay."""
    header = asking.header
    if header is not None:
        header = replace(header, text=reword(header.text))
    common: dict[str, Any] = {
        "text": reword(asking.text),
        "footer": reword(asking.footer),
        "header": header,
    }
    match asking:
        case Question():
            return replace(
                asking,
                **common,
                sections=tuple(
                    Section(
                        tuple(
                            replace(
                                choice,
                                title=reword(choice.title),
                                description=reword(choice.description),
                            )
                            for choice in section.choices
                        ),
                        reword(section.title),
                    )
                    for section in asking.sections
                ),
            )
        case LinkButton():
            return replace(asking, **common, label=reword(asking.label))
        case InfoRequest():
            return replace(asking, **common)


def choice_words(choice: Choice) -> str:
    """Return a choice on one line. A title of signs alone (stars) gives way to its description."""
    if choice.description and not plain(choice.title):
        return choice.description
    return " – ".join(filter(None, (choice.title, choice.description)))


def _numbered_sections(question: Question) -> Iterator[str]:
    numbers = iter(question.numbered())
    for section in question.sections:
        lines = [section.title] if section.title else []
        for _choice in section.choices:
            number, choice = next(numbers)
            lines.append(f"{number}. {choice_words(choice)}")
        yield "\n".join(lines)


def _check_numbered(question: Question) -> None:
    field = SECTIONS if question.is_list else BUTTONS
    count_within(len(question.choices), MOST_NUMBERED, field, _("Opções"))
    for choice in question.choices:
        text_within(choice.title, 1000, field, _("Opção"))
    unique_only([choice.key for choice in question.choices], field)
    unique_only([choice.title for choice in question.choices], field)
    unique_only([str(number) for number, _choice in question.numbered()], field)


def _check_header(asking: Asking, header: Header, rule: QuestionRule) -> None:
    """A list takes a text above it only; requests take nothing."""
    allowed: tuple[str, ...] = ("text", *FILES)
    if isinstance(asking, Question) and asking.is_list:
        allowed = ("text",)
    elif isinstance(asking, InfoRequest):
        allowed = ()
    if header.kind not in allowed:
        refuse("interactive.header", _("Este tipo de mensagem não aceita este cabeçalho."))
    if header.kind == "text":
        text_within(header.text, rule.header, "interactive.header", _("Cabeçalho"))


def _check_buttons(question: Question, rule: QuestionRule) -> None:
    count_within(len(question.choices), rule.buttons, BUTTONS, _("Botões"))
    for choice in question.choices:
        text_within(choice.title, rule.button_title, BUTTONS, _("Texto do botão"))
        text_within(choice.key, rule.button_key, BUTTONS, _("Código do botão"))
    unique_only([choice.key for choice in question.choices], BUTTONS)
    unique_only([choice.title for choice in question.choices], BUTTONS)


def _check_list(question: Question, rule: QuestionRule) -> None:
    text_within(question.list_label, rule.button_title, "interactive.button", _("Texto do botão"))
    count_within(len(question.sections), rule.sections, SECTIONS, _("Seções"))
    for section in question.sections:
        is_one_of_many = len(question.sections) > 1
        what, limit = _("Título da seção"), rule.section_title
        text_within(section.title, limit, SECTIONS, what, is_required=is_one_of_many)
        count_within(len(section.choices), rule.rows, SECTIONS, _("Opções"))
    count_within(len(question.choices), rule.rows, SECTIONS, _("Opções da lista"))
    for row in question.choices:
        text_within(row.title, rule.row_title, SECTIONS, _("Opção"))
        text_within(row.key, rule.row_key, SECTIONS, _("Código da opção"))
        limit = rule.row_description
        text_within(row.description, limit, SECTIONS, _("Descrição"), is_required=False)
    unique_only([row.key for row in question.choices], SECTIONS)


def _check_link(link: LinkButton, rule: QuestionRule) -> None:
    if not rule.has_links:
        refuse("interactive.type", _("Este tipo de mensagem interativa não é aceito."))
    text_within(link.label, rule.button_title, "interactive.display_text", _("Texto do botão"))
    text_within(link.url, rule.url, "interactive.url", _("Link"))
    if not link.url.startswith(("https://", "http://")):
        refuse("interactive.url", _("O link precisa começar com https://"))
