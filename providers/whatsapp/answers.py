"""What the Graph API answers, read tolerantly into the contract's types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contacts.refs import IdentityRef
from providers.facts import Json
from providers.meta.errors import uncertain, unreadable
from providers.outgoing import (
    Account,
    AccountHealth,
    MediaInfo,
    SendResult,
    TemplateInfo,
    TemplateVerdict,
)
from providers.tolerant import copied, ident, mapping, number, text
from providers.whatsapp.change import identities_of

STATES = {"held_for_quality_assessment": "held", "paused": "paused"}
GOOD_STATUSES = frozenset({"", "CONNECTED", "FLAGGED", "RATE_LIMITED"})
STOPPED_STATUSES = frozenset({"BANNED", "RESTRICTED", "DELETED", "MIGRATED"})
GOOD_NAMES = frozenset({"", "APPROVED", "AVAILABLE_WITHOUT_REVIEW", "NONE"})


def first(value: Any) -> Json:
    """Return the first object of a list, or an empty one."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def send_result(answer: Json) -> SendResult:
    """Return the accepted message. Raises SendError(unknown) when the answer names none.

    The person's ids come back as WhatsApp knows them, which may be without the ninth digit.
    """
    sent = first(answer.get("messages"))
    external_id = ident(sent.get("id"))
    if not external_id:
        raise uncertain()
    contact = first(answer.get("contacts"))
    identities: tuple[IdentityRef, ...] = identities_of(
        ident(contact.get("wa_id")), ident(contact.get("user_id"))
    )
    match STATES.get(text(sent.get("message_status"))):
        case "held":
            return SendResult(external_id, "held", identities)
        case "paused":
            return SendResult(external_id, "paused", identities)
    return SendResult(external_id, "accepted", identities)


def upload_id(answer: Json) -> str:
    """Return the id of an uploaded file. Raises SendError if there is none."""
    media_id = ident(answer.get("id"))
    if not media_id:
        raise unreadable()
    return media_id


def media_info(answer: Json) -> MediaInfo:
    """Return where a file can be fetched. Raises SendError if no address came."""
    url = text(answer.get("url"), 4096)
    if not url:
        raise unreadable()
    # A number in practice, a text in the documents.
    size = number(answer.get("file_size"))
    return MediaInfo(
        url=url,
        mime_type=text(answer.get("mime_type"), 127),
        sha256=text(answer.get("sha256"), 128),
        size=int(size) if size is not None and size >= 0 else None,
    )


def template_info(raw: Json) -> TemplateInfo | None:
    """Return one listed template, None for a row without name or language."""
    name, language = ident(raw.get("name")), ident(raw.get("language"))
    if not name or not language:
        return None
    components = raw.get("components")
    return TemplateInfo(
        external_id=ident(raw.get("id")),
        name=name,
        language=language,
        status=ident(raw.get("status")).upper(),
        category=ident(raw.get("category")).upper(),
        parameter_format=ident(raw.get("parameter_format")).upper() or "POSITIONAL",
        components=tuple(
            copied(one)
            for one in (components if isinstance(components, list) else [])
            if isinstance(one, dict)
        ),
        quality=ident(mapping(raw.get("quality_score")).get("score")).upper(),
        rejected_reason=_unless_none(raw.get("rejected_reason")),
    )


def verdict(answer: Json) -> TemplateVerdict:
    """Return what Meta said of a template handed over. Raises SendError if it named none."""
    external_id = ident(answer.get("id"))
    if not external_id:
        raise unreadable()
    return TemplateVerdict(
        external_id=external_id,
        status=ident(answer.get("status")).upper(),
        category=ident(answer.get("category")).upper(),
    )


def _unless_none(value: Any) -> str:
    found = text(value, 300)
    return "" if found.upper() == "NONE" else found


def account_health(account: Account, answer: Json) -> AccountHealth:
    """Return the state of a number, with a code for everything that needs a person."""
    throughput = mapping(answer.get("throughput")).get("level") or answer.get("throughput")
    limit = answer.get("whatsapp_business_manager_messaging_limit")
    return AccountHealth(
        account_id=ident(answer.get("id")),
        phone_number=text(answer.get("display_phone_number"), 40),
        verified_name=text(answer.get("verified_name"), 200),
        quality=ident(answer.get("quality_rating")).upper(),
        messaging_limit=ident(limit) or ident(answer.get("messaging_limit_tier")),
        throughput=ident(throughput),
        name_status=ident(answer.get("name_status")).upper(),
        status=ident(answer.get("status")).upper(),
        is_on_phone_app=answer.get("is_on_biz_app") is True,
        warnings=tuple(_warnings(answer)),
    )


def _warnings(answer: Json) -> Iterator[str]:
    """Give the codes of connection.WARNINGS that a number's own state asks for."""
    status = ident(answer.get("status")).upper()
    if status in STOPPED_STATUSES:
        yield "numero_restrito"
    elif status not in GOOD_STATUSES:
        yield "sem_registro"
    if ident(answer.get("name_status")).upper() not in GOOD_NAMES:
        yield "nome_pendente"
    if ident(answer.get("quality_rating")).upper() == "RED":
        yield "qualidade_baixa"
    if ident(answer.get("platform_type")).upper() not in ("", "CLOUD_API"):
        yield "fora_da_nuvem"
    if answer.get("is_on_biz_app") is True:
        yield "no_celular"
