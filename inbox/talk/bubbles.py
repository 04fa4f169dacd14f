"""Messages as bubbles, each kind with what it carries.

Metadata came from outside: nothing is trusted to be there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Membership
from contacts.masking import Lens
from contacts.models import Contact
from inbox.shell.presenters import first_name, label_of, microseconds, preview_of
from inbox.talk.attached import files_of
from inbox.talk.carried import carried, shown_place
from inbox.talk.letters import LetterShown
from inbox.talk.shapes import Bubble, Option, Quote, ReactionChip
from omnichannel.choices import Author, Direction
from omnichannel.models import Message
from omnichannel.services.forwarding import is_forwardable
from providers import registry
from providers.choices import ChannelKind, MessageKind, MessageStatus
from providers.content import InfoRequest, LinkButton, Question
from providers.content_json import content_of, place_of

# Of Instagram and Facebook alike.
STORY_LIVES = timedelta(hours=24)
BUTTON_ICONS = {
    "URL": "chevron-right",
    "PHONE_NUMBER": "phone",
    "VOICE_CALL": "phone",
    "COPY_CODE": "copy",
    "OTP": "copy",
    "FLOW": "list",
}


def bubble_of(
    message: Message,
    *,
    contact: Contact,
    contact_name: str,
    reader: Membership,
    lens: Lens,
    channel_kind: str,
    may_answer: bool,
    letter: LetterShown | None = None,
) -> Bubble:
    """Draw one message; author's user, reply_to, files, reactions and versions must be loaded."""
    is_deleted = message.deleted_at is not None
    is_ours = message.direction == Direction.OUT
    return Bubble(
        id=message.pk,
        seq=message.seq,
        kind=message.kind,
        direction="saida" if is_ours else "entrada",
        author=message.author_kind,
        author_name=author_name(message, contact_name, reader),
        client=(message.client_id or "") if message.author_id == reader.pk else "",
        **_moments(message),
        status=message.status if is_ours and not message.is_internal else "",
        status_label=label_of(MessageStatus, message.status) if is_ours else "",
        status_at=_status_at(message) if is_ours else "",
        error=message.error_words,
        is_note=message.is_internal and message.kind != MessageKind.SYSTEM,
        mentions=tuple(message.metadata.get("mentions", ())) if message.is_internal else (),
        is_deleted=is_deleted,
        edited_at=message.edited_at,
        earlier_texts=_earlier(message),
        **_abilities(message, channel_kind, may_answer),
        quote=_quote(message, contact_name, reader),
        reactions=_reactions(message, contact_name),
        letter=letter,
        unsupported="" if is_deleted else _unsupported(message, channel_kind),
        **(
            {}
            if is_deleted
            else _content(message, contact, contact_name, lens, label_of(ChannelKind, channel_kind))
        ),
    )


def _abilities(message: Message, channel_kind: str, may_answer: bool) -> dict[str, Any]:
    """Return what may be done with a message, by the names of Bubble."""
    policy = registry.policy_of(channel_kind)
    # What quotes or reacts names it by the provider's id.
    is_known = may_answer and not message.is_internal and bool(message.external_id)
    return {
        "can_reply": is_known and policy.has_quotes,
        "can_react": is_known and bool(policy.reactions) and message.deleted_at is None,
        "can_forward": is_forwardable(message),
        "is_starred": message.starred_at is not None,
    }


def _moments(message: Message) -> dict[str, Any]:
    """Return when it was said, as clocks, day marks and the order of the list want it."""
    happened = timezone.localtime(message.happened_at)
    midnight = datetime.combine(happened.date(), time.min, happened.tzinfo)
    return {
        "iso": happened.isoformat(),
        "clock": f"{happened:%H:%M}",
        "moment": f"{happened:%d/%m/%Y %H:%M}",
        "order": str(microseconds(message.happened_at)),
        "day": happened.date(),
        "day_order": str(microseconds(midnight)),
    }


def author_name(message: Message, contact_name: str, reader: Membership) -> str:
    """Return who wrote a message, as the reader would say it."""
    match message.author_kind:
        case Author.CONTACT:
            return contact_name
        case Author.ATTENDANT if message.author is None:
            return _("Atendente")
        case Author.ATTENDANT if message.author_id == reader.pk:
            return _("Você")
        case Author.ATTENDANT:
            return first_name(message.author.user.name) if message.author else ""
        case kind:
            return label_of(Author, kind)


def _earlier(message: Message) -> tuple[str, ...]:
    if message.edited_at is None:
        return ()
    return tuple(version.text for version in message.versions.all() if version.text)


def _status_at(message: Message) -> str:
    moment = message.read_at or message.delivered_at or message.sent_at
    return f"{timezone.localtime(moment):%H:%M}" if moment else ""


def _quote(message: Message, contact_name: str, reader: Membership) -> Quote | None:
    quoted = message.reply_to
    if quoted is None:
        return Quote(None) if message.reply_to_external_id else None
    text = "" if quoted.deleted_at else quoted.text or _question_of(quoted)
    kind = MessageKind.TEXT if quoted.deleted_at else quoted.kind
    icon, line = preview_of(kind, text)
    return Quote(
        quoted.pk,
        author_name(quoted, contact_name, reader),
        line,
        icon,
        quoted.direction == Direction.OUT,
    )


def _question_of(quoted: Message) -> str:
    """Return what a message with buttons or a list asks; its words stand in its structure."""
    content = content_of(quoted.metadata)
    return content.text if isinstance(content, Question | LinkButton | InfoRequest) else ""


def _reactions(message: Message, contact_name: str) -> tuple[ReactionChip, ...]:
    # The statement that loaded the message counted them, so most messages need no further query.
    if not getattr(message, "has_reactions", True):
        return ()
    return tuple(
        ReactionChip(
            row.emoji,
            1,
            contact_name if row.direction == Direction.IN else _("Equipe"),
            row.direction == Direction.OUT,
        )
        for row in message.reactions.all()
        if row.emoji
    )


# --- what each kind carries ---


def _content(
    message: Message, contact: Contact, contact_name: str, lens: Lens, channel_label: str
) -> dict[str, Any]:
    """Return the fields of Bubble that depend on the kind."""
    data = message.metadata
    fields: dict[str, Any] = {
        "text": message.text,
        "files": files_of(message),
        "is_forwarded": bool(data.get("forwarded") or data.get("frequently_forwarded")),
        "story": _story(_mapping(data.get("story")), message.happened_at),
        **_comment(_mapping(data.get("comment"))),
    }
    if message.kind == MessageKind.SYSTEM:
        fields["text"] = system_sentence(message, contact_name, channel_label)
    if message.kind == MessageKind.REACTION:
        fields["text"] = preview_of(message.kind, message.text)[1]
    if product := _mapping(data.get("referred_product")):
        fields["product"] = str(product.get("product_retailer_id") or product.get("catalog_id"))
    if template := _mapping(data.get("template")):
        fields["template"] = str(template.get("name", ""))
        fields |= _template(_mapping(template.get("shown")))
    if content := content_of(data):
        fields |= carried(content, message.text, lens, contact)
    if referral := _mapping(data.get("referral")):
        fields |= _referral(referral)
    return fields


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _unsupported(message: Message, channel_kind: str) -> str:
    """Return what is said in place of a message that the channel does not bring, "" else."""
    data = message.metadata
    if message.kind == MessageKind.UNSUPPORTED:
        if channel_kind not in registry.ADAPTERS:
            return _("Mensagem não suportada")
        is_ours = message.direction == Direction.OUT
        told = _mapping(data.get("unsupported"))
        return str(registry.adapter_for(channel_kind).unsupported_words(told, is_ours=is_ours))
    if data.get("edit_unread"):
        return _("Foi editada, mas o %(channel)s não mostra aqui o texto novo.") % {
            "channel": label_of(ChannelKind, channel_kind)
        }
    if message.kind == MessageKind.TEXT and not message.text.strip():
        return _("Mensagem sem texto")
    return ""


def system_sentence(message: Message, contact_name: str, channel_label: str) -> str:
    """Word a line about the conversation itself; unknown events fall back to their text."""
    who = {
        "name": message.metadata.get("actor") or _("O sistema"),
        "contact": contact_name,
        "channel": channel_label,
        "to": message.metadata.get("to", ""),
        "other": label_of(ChannelKind, str(message.metadata.get("kind", ""))),
        "advert": _advert(_mapping(message.metadata.get("referral"))),
    }
    sentences = {
        "assumida": _("%(name)s assumiu a conversa"),
        "liberada": _("%(name)s devolveu a conversa para a fila"),
        "encerrada": _("%(name)s encerrou a conversa"),
        "reaberta": _("%(name)s reabriu a conversa"),
        "transferida": _("%(name)s passou a conversa para a equipe"),
        "robo": _("%(name)s devolveu a conversa ao robô"),
        "robo_passou": _("O robô passou a conversa para a equipe"),
        "atribuida": _("%(name)s passou a conversa para %(to)s"),
        "devolvida": _("%(name)s devolveu a conversa para a fila"),
        "descadastro": _("Só pedia sobre promoções, já atendido: a conversa foi encerrada"),
        **_appointment(str(message.metadata.get("starts_at") or "")),
        "abandonada": _("Ninguém atendeu a tempo: a conversa foi encerrada"),
        "fila": _("%(name)s transferiu a conversa para a fila %(to)s"),
        "continua_em": _("%(name)s continuou a conversa por outro canal: %(other)s"),
        "continua_de": _("Continua a conversa que começou por outro canal: %(other)s"),
        "voltou": _("O paciente voltou a escrever aqui: continua com %(to)s"),
        "pessoa": _("%(name)s transferiu a conversa para %(to)s"),
        "agendada_retida": _("A mensagem agendada de %(name)s não saiu: veja o motivo abaixo"),
        "adiada": _snoozed(str(message.metadata.get("until") or "")),
        "retomada": _woken(str(message.metadata.get("why") or "")),
        "ligacao": _("%(contact)s ligou pelo %(channel)s"),
        "anuncio": _("%(contact)s abriu a conversa por um anúncio: %(advert)s"),
    }
    sentence = sentences.get(str(message.metadata.get("event")))
    if not sentence:
        return message.text or _("Atualização da conversa")
    # The reason of a transfer is written for whoever goes on with the patient.
    reason = str(message.metadata.get("reason") or "")
    return f"{sentence % who}: “{reason}”" if reason else sentence % who


def _appointment(starts_at: str) -> dict[str, str]:
    """Word what was understood about an appointment."""
    when = ""
    if starts_at:
        when = date_format(timezone.localtime(datetime.fromisoformat(starts_at)), "d/m H:i")
    words = {
        "agenda_confirmada": _("Entendido: {when} está confirmado"),
        "agenda_nao_vai": _("Entendido: o paciente não vem {when}, e o horário ficou livre"),
        "agenda_remarcar": _("Entendido: o paciente quer remarcar {when}"),
        "agenda_nao_e_minha": _("Entendido: {when} não é desta pessoa; não lembramos mais"),
        "agenda_duvida": _("Não ficou claro o que o paciente quis dizer sobre {when}"),
        "agenda_vaga": _("O paciente ficou com o horário que foi oferecido"),
        "agenda_vaga_tarde": _("O horário oferecido já estava com outra pessoa"),
        "agenda_lembrete": _("O lembrete saiu: a conversa foi encerrada"),
        "agenda_respondida": _("Só respondia ao lembrete: a conversa foi encerrada"),
    }
    return {name: text.replace("{when}", when) for name, text in words.items()}


def _snoozed(until: str) -> str:
    if not until:
        return _("%(name)s adiou a conversa até o paciente escrever")
    local = timezone.localtime(datetime.fromisoformat(until))
    moment = date_format(local, "d/m/Y H:i")
    return _("%(name)s adiou a conversa até {moment}").format(moment=moment)


def _woken(why: str) -> str:
    return {
        "hora": _("A conversa adiada voltou na hora marcada"),
        "escreveu": _("A conversa adiada voltou: o paciente escreveu"),
        "prazo": _("A conversa adiada voltou: o prazo do atendimento está perto"),
    }.get(why, _("%(name)s retomou a conversa adiada"))


def _template(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a sent template; one of before they were kept is its text alone."""
    if not shown:
        return {}
    buttons = shown.get("buttons")
    found: dict[str, Any] = {
        "header": str(shown.get("header") or ""),
        "text": str(shown.get("body") or ""),
        "footer": str(shown.get("footer") or ""),
        "choices": template_buttons(
            (str(one.get("type") or ""), str(one.get("text") or ""))
            for one in map(_mapping, buttons if isinstance(buttons, list) else ())
        ),
    }
    place = place_of(shown.get("place"))
    return {**found, "place": shown_place(place)} if place else found


def template_buttons(buttons: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """Draw a template's buttons, each by its kind and words."""
    return tuple(
        Option(words or _("Copiar código"), icon=BUTTON_ICONS.get(kind.upper(), "reply"))
        for kind, words in buttons
    )


def _story(data: Mapping[str, Any], happened_at: datetime) -> str:
    """Say what a message has to do with a story, which its own words do not tell."""
    if not data:
        return ""
    words = {
        "reply": _("Respondeu a um story da clínica"),
        "mention": _("Mencionou a clínica em um story"),
        "share": _("Compartilhou um story"),
    }
    found = words.get(str(data.get("kind")), _("Enviou um story"))
    is_over = happened_at < timezone.now() - STORY_LIVES
    return f"{found} · {_('story expirado') if is_over else _('some em 24 horas')}"


def _comment(data: Mapping[str, Any]) -> dict[str, Any]:
    """Say that a message was written in public, and where."""
    if not data:
        return {}
    advert, url = str(data.get("advert") or ""), str(data.get("url") or "")
    words = _("Comentou ao vivo") if data.get("is_live") else _("Comentou em uma publicação")
    if advert:
        words = _("Comentou no anúncio %(advert)s") % {"advert": advert}
    return {"comment": words, "comment_url": url if url.startswith("https://") else ""}


def _advert(referral: Mapping[str, Any]) -> str:
    return str(referral.get("headline") or referral.get("source_url") or _("Anúncio"))


def _referral(data: Mapping[str, Any]) -> dict[str, Any]:
    url = str(data.get("source_url") or "")
    return {
        "ad_title": str(data.get("headline") or "") or _("Anúncio"),
        "ad_text": str(data.get("body") or ""),
        # The address came from outside: only a web address may become a link.
        "ad_url": url if url.startswith(("https://", "http://")) else "",
    }
