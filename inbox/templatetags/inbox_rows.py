"""Rows that a page draws by the dozen: cards of the list, bubbles of a thread.

They are drawn here and in no template: as templates they took two thirds of a page's time, most of
it for looking up names, translating the same words again and deciding what most rows do not have.
Whatever comes from outside goes through `escape`; all else is markup and words of ours.
"""

from __future__ import annotations

from html import escape
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from inbox.list.row_words import Words, address, words
from inbox.list.shapes import ConversationCard, Marked, SearchResult
from inbox.talk.mention_marks import mentions_marked
from inbox.talk.reaction_rows import reactions
from inbox.talk.remedies import trouble_button
from inbox.talk.shapes import Bubble
from inbox.templatetags.inbox_ui import (
    channel_icon,
    epoch,
    icon,
    is_emoji,
    message_text,
    promise,
    short_when,
    span_only,
    status_icon,
    tick,
    ticking,
    tools,
)

register = template.Library()

CLOSED = "encerrada"
# A chip that says when the window closes shows itself two hours before.
SOON = "7200000"
# From here on a priority is worth a chip: 5 is what everybody has.
HIGH = 8


# --- cards ----------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def card(context: Context, card: ConversationCard) -> SafeString:
    """Draws one conversation of the list; `filter` is the tab, `thread` what is open beside it."""
    said, found = words(), card.found
    face, is_closed = card.face, card.stage == CLOSED
    name, shown = escape(face.name), address("inbox:conversation", card.id)
    if found and found.message_id:
        shown += f"?mensagem={found.message_id}"
    unread = " unread" if card.unread or (found and found.is_new) else ""
    unread += " awaits" if card.is_unanswered else ""
    opened = context.get("thread")
    current = ' aria-current="true"' if opened and opened.id == card.id else ""
    when = timezone.localtime(card.last_at).isoformat() if card.last_at else ""
    holder = "" if context.get("filter") == "minhas" else _holder(card, is_closed, said)
    channel = f"{escape(card.channel_label)} · {escape(card.channel_name)}"
    return mark_safe(  # noqa: S308
        f'<li class="card-row" id="c-{card.id}" data-order="{card.order}"'
        f' data-states="{card.states}">\n'
        f'<a class="card{unread}" data-conversation="{card.id}"'
        f' href="{shown}" hx-get="{shown}"{current}>\n'
        f'  <span class="portrait"><span class="face tone-{face.tone}" aria-hidden="true">'
        f'{escape(face.initials)}</span><span class="channel" title="{channel}">'
        f"{icon(channel_icon(card.channel_kind))}</span></span>\n"
        '  <span class="body">\n    <span class="line"><span class="name truncate" dir="auto">'
        f"{_marked(found.name) if found and found.name else name}</span>"
        f'<time class="when" datetime="{when}">{escape(short_when(card.last_at))}</time></span>\n'
        f'    <span class="line">\n      {_preview(card, found)}\n      {_unread(card.unread)}\n'
        f'    </span>\n    <span class="facts">{_facts(card, is_closed, said)}\n'
        f"      {_window(card, is_closed, said)}\n      {_about(card, said)}\n"
        f"      {holder}</span>\n"
        f"  </span>\n</a>{_unread_button(card, is_closed, name, said)}"
        f'<label class="pick-box"><input class="pick" type="checkbox" autocomplete="off">'
        f'<span class="only-readers">{said.choose % {"name": name}}</span></label></li>\n'
    )


def _marked(parts: Marked) -> str:
    return "".join(
        f"<mark>{escape(text)}</mark>" if is_marked else escape(text) for text, is_marked in parts
    )


def _preview(card: ConversationCard, found: SearchResult | None) -> str:
    if found and found.line:
        drawn = icon(found.icon, "small") if found.icon else ""
        line = _marked(found.line)
    else:
        drawn, line = "", escape(card.preview)
        if card.is_last_ours and card.last_status:
            mark = icon(status_icon(card.last_status), f"small tick {card.last_status}")
            label = escape(card.last_status_label)
            drawn = f'{mark}<span class="only-readers">{label}:</span>'
        if card.preview_icon:
            drawn += icon(card.preview_icon, "small")
    return f'<span class="preview">{drawn}<span class="truncate" dir="auto">{line}</span></span>'


def _unread(count: int) -> str:
    if not count:
        return ""
    total = ngettext("%(total)s não lida", "%(total)s não lidas", count) % {"total": count}
    return (
        f'<span class="badge"><span aria-hidden="true">{"99+" if count > 99 else count}</span>'
        f'<span class="only-readers">{total}</span></span>'
    )


def _facts(card: ConversationCard, is_closed: bool, said: Words) -> str:
    stage = ""
    if is_closed or card.stage == "bot":
        kind, drawn = ("chip", "archive") if is_closed else ("chip info", "bot")
        stage = f'<span class="{kind}">{icon(drawn)}{escape(card.stage_label)}</span>'
    if card.priority >= HIGH:
        level = said.high_priority % {"level": card.priority}
        stage += f'<span class="chip danger">{icon("zap")}<span>{level}</span></span>'
    if card.snoozed:
        stage += (
            f'<span class="chip info">{icon("clock")}<span>{escape(card.snoozed)}</span></span>'
        )
    waits = ""
    if card.waits:
        waits = (
            f'<span class="chip warning">{icon("clock")}<span class="long">{ticking(card.waits)}'
            '</span><span class="short" aria-hidden="true">'
            f"{ticking(span_only(card.waits))}</span></span>"
        )
    pin = ""
    if card.is_pinned:
        pin = f'<span class="chip" title="{said.pinned}">{icon("pin")}'
        pin += f'<span class="only-readers">{said.pinned}</span></span>'
    return f"{pin}{_why(card)}{stage}\n      {waits}\n      {promise(card.deadline, is_quiet=True)}"


def _why(card: ConversationCard) -> str:
    if not card.why:
        return ""
    return (
        f'<span class="chip why" title="{escape(card.why_all)}">{icon("arrow-up")}'
        f'<span aria-hidden="true">{escape(card.why)}</span>'
        f'<span class="only-readers">{escape(card.why_all)}</span></span>'
    )


def _window(card: ConversationCard, is_closed: bool, said: Words) -> str:
    if is_closed:
        return ""
    if card.window.state == "fechada":
        return f'<span class="chip danger">{icon("lock")}<span>{said.closed_window}</span></span>'
    if card.window.closes_at is None:
        return ""
    return (
        f'<span class="chip warning" data-closes-at="{epoch(card.window.closes_at)}"'
        f' data-within="{SOON}" hidden>{icon("clock-alert")}<span></span></span>'
    )


def _about(card: ConversationCard, said: Words) -> str:
    if not card.about:
        return ""
    name = escape(card.about)
    title = said.about % {"name": name}
    return (
        f'<span class="chip accent" dir="auto" title="{title}">'
        f"{icon('users')}<span>{name}</span></span>"
    )


def _holder(card: ConversationCard, is_closed: bool, said: Words) -> str:
    if is_closed or not (card.attendant or card.queue):
        return ""
    who = said.you if card.is_mine else escape(card.attendant)
    between = " · " if card.attendant and card.queue else ""
    mine = " mine" if card.is_mine else ""
    return f'<span class="rest truncate{mine}">{who}{between}{escape(card.queue)}</span>'


def _unread_button(card: ConversationCard, is_closed: bool, name: str, said: Words) -> str:
    if not card.is_mine or card.unread or is_closed:
        return ""
    return (
        '<button class="icon-button small unread-mark" type="button" data-act="unread"'
        f' data-url="{address("inbox:unread", card.id)}" title="{said.mark_unread}">'
        f'{icon("mail", "small")}<span class="only-readers">'
        f"{said.mark_unread_of % {'name': name}}</span></button>"
    )


# --- bubbles --------------------------------------------------------------------------------------


AUTHOR_ICONS = {"bot": "bot", "celular": "smartphone", "api": "zap"}


@register.simple_tag
def bubble(bubble: Bubble) -> SafeString:
    """Draws one message of any kind. Unknown kinds fall through to their text, so that nothing a
    patient sent is ever invisible.
    """
    place = f'id="m-{bubble.id}" data-order="{bubble.order}" data-seq="{bubble.seq}"'
    if bubble.kind == "sistema":
        return mark_safe(  # noqa: S308
            f'<li class="event" {place}>{escape(bubble.text)} '
            f'<time datetime="{bubble.iso}">{bubble.clock}</time></li>\n'
        )
    said, is_out = words(), bubble.direction == "saida"
    author = escape(bubble.author_name)
    sort = "note" if bubble.is_note else "out" if is_out else "in"
    sort += " bot" if bubble.author == "bot" else ""
    sort += " failed" if bubble.status == "falha" else ""
    sort += " sticker" if bubble.kind == "sticker" else ""
    client = f' data-client="{escape(bubble.client)}"' if bubble.client else ""
    return mark_safe(  # noqa: S308
        f'<li class="message {sort}" id="m-{bubble.id}" tabindex="-1"'
        f' data-author="{escape(bubble.author)} {author}{" nota" if bubble.is_note else ""}"'
        f' data-order="{bubble.order}" data-seq="{bubble.seq}"{client}>\n'
        '<div class="stack"><article class="bubble"'
        f' aria-label="{said.note if bubble.is_note else author}">\n'
        f"  {_author(bubble, author, is_out, said)}\n"
        f"  {'' if bubble.is_plain else _parts(bubble)}\n  {_text(bubble)}\n"
        f"  {_foot(bubble.footer)}{_letter(bubble)}\n"
        f'  <div class="meta">{_meta(bubble, is_out, said)}</div>\n  {_choices(bubble)}\n'
        f"</article>\n{reactions(bubble, said.reactions, said.take_back)}\n"
        f"{_trouble(bubble, said)}\n</div>\n"
        f"{'' if bubble.is_deleted else tools(bubble.abilities)}\n</li>\n"
    )


def _author(bubble: Bubble, author: str, is_out: bool, said: Words) -> str:
    if bubble.is_note:
        return f'<p class="author">{icon("sticky-note")}{said.note} · {author}</p>\n  '
    if not is_out:
        return ""
    drawn = icon(AUTHOR_ICONS[bubble.author]) if bubble.author in AUTHOR_ICONS else ""
    return f'<p class="author">{drawn}{author}</p>'


def _parts(bubble: Bubble) -> str:
    """Draw what most bubbles do not have: files, a quote, a place, an order."""
    compiled: Any = get_template("inbox/talk/_parts.html")
    drawn: str = compiled.template.render(Context({"bubble": bubble}))
    return drawn


def _text(bubble: Bubble) -> str:
    if not bubble.text or bubble.is_deleted:
        return ""
    huge = " huge-emoji" if is_emoji(bubble.text) else ""
    said: str = message_text(bubble.text)
    if bubble.mentions:
        said = mentions_marked(said, bubble.mentions)
    return f'<p class="text{huge}">{said}</p>'


def _letter(bubble: Bubble) -> str:
    """Draw what stands below the words of a letter: signature, quotes, the original."""
    if bubble.letter is None:
        return ""
    compiled: Any = get_template("inbox/talk/_letter_foot.html")
    drawn: str = compiled.template.render(Context({"letter": bubble.letter}))
    return drawn


def _foot(words: str) -> str:
    return f'<p class="rich-foot">{escape(words)}</p>' if words else ""


def _meta(bubble: Bubble, is_out: bool, said: Words) -> str:
    drawn = ""
    if bubble.template:
        drawn = f"<span>{said.template} · {escape(bubble.template)}</span>"
    if bubble.earlier_texts and bubble.edited_at:
        texts = "".join(f'<li dir="auto">{escape(text)}</li>' for text in bubble.earlier_texts)
        drawn += (
            f'<button class="edited" type="button" popovertarget="e-{bubble.id}">{said.edited}'
            f'</button><div class="edits" id="e-{bubble.id}" popover><b>{said.earlier}</b>'
            f"<ol>{texts}</ol></div>"
        )
    elif bubble.edited_at:
        drawn += f"<span>{said.edited}</span>"
    if bubble.is_starred:
        drawn += f'<span title="{said.starred}">{icon("star", "small star")}'
        drawn += f'<span class="only-readers">{said.starred}</span></span>'
    drawn += f'<time datetime="{bubble.iso}" title="{bubble.moment}">{bubble.clock}</time>'
    if is_out and not bubble.is_note:
        drawn += tick(bubble.status, bubble.status_label, bubble.status_at)
    return drawn


def _choices(bubble: Bubble) -> str:
    if not bubble.choices:
        return ""
    rows = "".join(
        f"<li>{icon(one.icon, 'small') if one.icon else ''}<span>{escape(one.title)}"
        f"{f'<small>{escape(one.description)}</small>' if one.description else ''}</span></li>"
        for one in bubble.choices
    )
    return f'<ul class="choices">{rows}</ul>'


def _trouble(bubble: Bubble, said: Words) -> str:
    if bubble.status not in ("falha", "incerta"):
        return ""
    button = trouble_button(bubble.remedy, address("inbox:retry", bubble.id))
    doubt = " doubt" if bubble.status == "incerta" else ""
    why = escape(bubble.error or bubble.status_label)
    return f'<div class="trouble{doubt}"><span>{why}</span>{button}</div>'
