"""Template tags of the attendant pages: icons, message text, times, texts for scripts."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import orjson
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.preferences import Density, Theme, chosen_by
from inbox.list.order_words import orders_shown
from inbox.replies.texts import composer_texts
from inbox.shell.clocks import clock_texts, moment_ahead, since
from inbox.shell.shapes import Deadline, Since
from inbox.talk.texts import talk_texts
from providers.push import public_key
from providers.registry import policy_of

register = template.Library()

SPRITE = "vendor/lucide-1.62.0.svg"

# The order matters: a code span keeps its asterisks.
_MARKS = (
    (re.compile(r"```(.+?)```", re.S), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
)
_LINK = re.compile(r"\bhttps?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]", re.I)
_LINK_OR_CODE = re.compile(rf"(```.+?```|{_LINK.pattern})", re.S | re.I)
# A message of WhatsApp's has 4,096 letters. What a longer text holds beyond this is shown unmarked:
# somebody who sends marks by the hundred thousand must not keep the page from being drawn.
MARKED_LENGTH = 10_000

_STATUS_ICONS = {
    "pendente": "clock",
    "enviando": "clock",
    "incerta": "triangle-alert",
    "enviada": "check",
    "entregue": "check-check",
    "lida": "check-check",
    "reproduzida": "check-check",
    "falha": "circle-alert",
}


@cache
def _sprite() -> str:
    return static(SPRITE)


# A page draws hundreds of icons of a few dozen sorts.
@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """Draws one icon of the sprite, hidden from screen readers: the words beside it speak."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        _sprite(),
        name,
    )


_THEMES = {Theme.LIGHT: "light", Theme.DARK: "dark"}


@register.simple_tag
def personal(user: Any) -> SafeString:
    """Gives a page's root what its reader chose: how it looks before any script runs, and all of it
    for scripts. Strangers get nothing, and see what their device had last.
    """
    if not isinstance(user, User):
        return mark_safe("")
    chosen = chosen_by(user)
    marks = {"preferences": orjson.dumps(chosen).decode()}
    if theme := _THEMES.get(chosen.get("theme", "")):
        marks["theme"] = theme
    if chosen.get("density") == Density.COMPACT:
        marks["density"] = Density.COMPACT.value
    if chosen.get("contrast"):
        marks["contrast"] = "alto"
    return format_html_join("", ' data-{}="{}"', marks.items())


@register.simple_tag
def push_key() -> str:
    """Gives our public key for web push; "" where it is not set up."""
    return public_key()


@register.simple_tag
def tick(status: str, label: str, at: str) -> SafeString:
    """Draws how far a message of ours has come, with when, and in words for screen readers."""
    return format_html(
        '<span title="{}">{}<span class="only-readers">{}</span></span>',
        f"{label} · {at}" if at else label,
        icon(status_icon(status), f"tick {status}"),
        label,
    )


@register.simple_tag
def tools(abilities: str) -> SafeString:
    """Draws what can be done with a bubble. Asked for fifty times a page, so it is kept."""
    return _tools(get_language() or "", abilities)


@lru_cache(maxsize=128)
def _tools(language: str, abilities: str) -> SafeString:
    can = abilities.split()
    menu = _("Mais ações desta mensagem")
    offered = [
        ("react" in can, "menu", "smile-plus", _("Reagir"), _("Reagir a esta mensagem")),
        ("reply" in can, "reply", "reply", _("Responder"), _("Responder a esta mensagem")),
        (bool(can), "menu", "ellipsis", _("Mais ações"), menu),
    ]
    buttons = format_html_join(
        "",
        '<button class="icon-button small" type="button" tabindex="-1" data-act="{}" title="{}">'
        '{}<span class="only-readers">{}</span></button>',
        ((act, title, icon(name, "small"), words) for on, act, name, title, words in offered if on),
    )
    return format_html('<div class="tools" data-can="{}">{}</div>', abilities, buttons)


@register.simple_tag
def list_orders(order: str) -> dict[str, object]:
    """Gives the orders of the list with the name of the one that holds."""
    return orders_shown(order)


@register.filter
def status_icon(status: str) -> str:
    """Names the icon of a message status; unknown ones look like waiting."""
    return _STATUS_ICONS.get(status, "clock")


@register.filter
def channel_icon(kind: str) -> str:
    """Names the icon of a channel kind."""
    return policy_of(kind).icon


def _marked(text: str) -> str:
    """Applies WhatsApp's marks to text that is already escaped."""
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return text


@register.filter
def message_text(text: str) -> SafeString:
    """Escapes a message, then shows links and WhatsApp's *bold*, _italic_, ~struck~ and ```code```.

    Links and code are cut out first, so that an underscore inside an address stays an underscore.
    """
    parts: list[str] = []
    text, rest = text[:MARKED_LENGTH], text[MARKED_LENGTH:]
    for piece in _LINK_OR_CODE.split(text):
        if _LINK.fullmatch(piece):
            parts.append(
                format_html(
                    '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', piece, piece
                )
            )
        else:
            parts.append(_marked(conditional_escape(piece)))
    parts.append(conditional_escape(rest))
    return mark_safe("".join(parts))  # noqa: S308 - every piece was escaped above


def _today() -> date:
    return timezone.localdate()


@register.filter
def short_when(moment: datetime | None) -> str:
    """Tells when in as few letters as a list has room for: 14:05, Ontem, seg, 03/11."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    age = _today() - local.date()
    if age <= timedelta(0):
        return date_format(local, "H:i")
    if age == timedelta(days=1):
        return _("Ontem")
    if age < timedelta(days=7):
        return date_format(local, "D").lower()
    return date_format(local, "d/m" if local.year == _today().year else "d/m/Y")


@register.filter
def clock_and_day(moment: datetime) -> str:
    """Tells an hour to come with its day, unless that is today: 07:33, amanhã às 07:33."""
    return moment_ahead(moment)


@register.filter
def day_name(day: date) -> str:
    """Names a day as a person would: Hoje, Ontem, quinta-feira, 12 de março de 2026."""
    age = _today() - day
    if age <= timedelta(0):
        return _("Hoje")
    if age == timedelta(days=1):
        return _("Ontem")
    if age < timedelta(days=7):
        return date_format(day, "l")
    return date_format(day, "j \\d\\e F \\d\\e Y")


@register.filter
def epoch(moment: datetime | None) -> str:
    """Gives a moment as milliseconds since 1970, for scripts."""
    return "" if moment is None else str(int(moment.timestamp() * 1000))


@register.simple_tag
def ticking(value: str | Since | None) -> SafeString:
    """Draws a time that goes on for the page's clock, and anything else as it is."""
    if not isinstance(value, Since):
        return conditional_escape("-" if value is None else value)
    return format_html(
        '<span data-since="{}" data-clock="{}">{}</span>', epoch(value.at), value.name, value.words
    )


@register.filter
def span_only(value: Since) -> Since:
    """Leaves the words around a time out, for where another says more."""
    return since(value.at)


@register.simple_tag
def promise(deadline: Deadline | None, is_quiet: bool = False) -> SafeString:
    """Draws a deadline as a chip that the page's clock keeps true; a quiet one shows itself when
    it is at risk.
    """
    if deadline is None:
        return SafeString("")
    return format_html(
        '<span class="chip {}" data-due-at="{}" data-warn-at="{}" data-clock="{}"{}>'
        "{}<span>{}</span></span>",
        deadline.level,
        epoch(deadline.due_at),
        epoch(deadline.warn_at),
        deadline.name,
        (" data-quiet" + (" hidden" if deadline.level == "calm" else "")) if is_quiet else "",
        icon("clock-alert"),
        deadline.words,
    )


@register.simple_tag
def now_epoch() -> str:
    """Gives the server's time, by which the page's clock corrects its own."""
    return epoch(timezone.now())


def _act_texts() -> dict[str, str]:
    """Return what is said of acts on one or several conversations."""
    return {
        "linkCopied": _("Link copiado."),
        "undo": _("Desfazer"),
        "chosenOne": _("1 escolhida"),
        "chosenMany": _("{count} escolhidas"),
        "actDone": _("Feito em 1 conversa."),
        "actsDone": _("Feito em {count} conversas."),
        "actsSame": _("{count} já estavam assim."),
        "actsRefused": _("{count} não puderam: {why}"),
        "actsGoing": _("{done} de {count}…"),
        "actsMany": _("de {count} conversas"),
    }


@register.simple_tag
def script_texts() -> dict[str, str]:
    """Gathers every sentence that a script of the inbox may show, in the reader's language."""
    return {
        "reconnecting": _("Sem conexão com o servidor. Reconectando..."),
        "reconnected": _("Conexão restabelecida."),
        "woke": _("Uma conversa adiada voltou para a sua lista."),
        "live": _("Ao vivo"),
        "notLive": _("Reconectando"),
        "noAnswer": _("Não foi possível falar com o servidor. Tente de novo."),
        "opening": _("Abrindo a conversa de {name}..."),
        "loading": _("Carregando..."),
        "notOpened": _("Não foi possível abrir: {name}"),
        "thisOne": _("esta conversa"),
        "backToList": _("Voltar para a lista"),
        "tryAgain": _("Tentar de novo"),
        "unexpected": _("Algo deu errado do nosso lado. Tente de novo em instantes."),
        "signedOut": _("Sua sessão terminou. Entre de novo para continuar."),
        "tooLarge": _("{name} tem {size}; o limite para este tipo de arquivo é {limit}."),
        "wrongType": _("{name}: este tipo de arquivo não é aceito neste canal."),
        "emptyFile": _("{name} está vazio."),
        "uploadFailed": _("Não foi possível enviar {name}."),
        "uploading": _("Enviando {name}"),
        "removeFile": _("Remover {name}"),
        "together": _("{size} de {limit} em arquivos"),
        "tooLong": _("{count} caracteres acima do limite"),
        "left": _("Restam {count} caracteres"),
        "windowHours": _("Fecha em {hours} h {minutes} min"),
        "windowMinutes": _("Fecha em {minutes} min"),
        "windowClosed": _("Janela fechada"),
        "viewing": _("{names} também está vendo esta conversa"),
        "visitorTyping": _("O visitante está digitando"),
        "viewingMany": _("{names} também estão vendo esta conversa"),
        "typing": _("{names} está escrevendo..."),
        "newMessages": _("Novas mensagens"),
        "bottom": _("Ir para o fim"),
        "assignedToYou": _("Um atendimento foi passado para você."),
        "assignedMany": _("{count} atendimentos foram passados para você."),
        "copied": _("Texto copiado."),
        **_act_texts(),
        "fillAll": _("Preencha todos os campos para enviar."),
        "sound": _("Som de aviso ligado"),
        "silence": _("Som de aviso desligado"),
        "themeLight": _("Tema claro"),
        "themeDark": _("Tema escuro"),
        "themeAuto": _("Tema do sistema"),
        **clock_texts(),
        **talk_texts(),
        **composer_texts(),
    }


# Pictographs with their joiners, skin tones and flags; digits and letters never match.
_EMOJI = re.compile(
    r"[\U0001F1E6-\U0001F1FF\U0001F300-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\uFE0F\u200D\s]+"
)


@register.filter
def is_emoji(text: str) -> bool:
    """Tells whether a message is only a few emoji, which are shown large."""
    return 0 < len(text) <= 12 and bool(text.strip()) and bool(_EMOJI.fullmatch(text))


@register.filter
def in_braces(name: str) -> str:
    """Writes a blank of a quick reply as it is typed, which a template's own braces would not."""
    return f"{{{{{name}}}}}"
