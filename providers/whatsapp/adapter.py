"""WhatsApp Cloud API as an adapter: it delegates, the modules beside it know."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from contacts.refs import IdentityKind, IdentityRef
from providers.base import (
    Adapter,
    Bulk,
    BulkSender,
    Connection,
    Drafts,
    Media,
    Profile,
    Receipts,
    Registration,
    Subscription,
    Templates,
)
from providers.choices import ChannelKind, MessageKind
from providers.facts import Json, Parsed, ProviderFault
from providers.meta.bulk import GraphPool
from providers.meta.client import Graph
from providers.meta.download import media_chunks
from providers.meta.errors import unreadable
from providers.meta.harmless import HARMLESS
from providers.outgoing import (
    Account,
    AccountHealth,
    Destination,
    MediaInfo,
    OutgoingMessage,
    Scope,
    SendResult,
    TemplateDraft,
    TemplateInfo,
    TemplateParts,
    TemplateSend,
    TemplateVariable,
    TemplateVerdict,
)
from providers.tolerant import ident, mapping
from providers.whatsapp import (
    answers,
    connection,
    limits,
    profile,
    template_drafts,
    templates,
)
from providers.whatsapp.account import ACCOUNT, waba_of
from providers.whatsapp.content import body_of, read_body
from providers.whatsapp.errors import (
    explain,
    explain_media,
    fault_scope,
    fault_sentence,
)
from providers.whatsapp.media import (
    MEDIA_TYPES,
    PICKED_TYPES,
    file_check,
    media_kind_checked,
    plain_type,
)
from providers.whatsapp.parse import account_hint, parse, people_hint
from providers.whatsapp.policy import POLICY
from providers.whatsapp.unsupported import unsupported_words

USER_IDS = (IdentityKind.WA_BSUID, IdentityKind.WA_PARENT_BSUID)
TEMPLATE_FIELDS = (
    "id,name,language,category,status,components,parameter_format,quality_score,rejected_reason,"
    "sub_category"
)
TEMPLATE_PAGE = "100"
# 6,000 templates are the most an account may have.
TEMPLATE_PAGES = 200


class WhatsAppAdapter(
    Adapter,
    Bulk,
    Connection,
    Subscription,
    Registration,
    Media,
    Receipts,
    Profile,
    Templates,
    Drafts,
):
    """Speaks with WhatsApp's Cloud API for any account; keeps no state."""

    kind = ChannelKind.WHATSAPP
    policy = POLICY
    account = ACCOUNT
    harmless = HARMLESS
    webhook_fields = connection.WEBHOOK_FIELDS
    subscription_warnings = frozenset(connection.UNHEARD.values())

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Turn one webhook body into facts; see parse.py for the shapes."""
        return parse(payload, received_at=received_at)

    def unsupported_words(self, data: Mapping[str, Any], *, is_ours: bool) -> Any:
        """Return the sentence for what WhatsApp does not bring."""
        return unsupported_words(data, is_ours=is_ours)

    def account_hint(self, body: bytes) -> bytes | None:
        """Return the first phone number id of a raw body, else its WABA's."""
        return account_hint(body)

    def people_hint(self, body: bytes) -> set[bytes]:
        """Return the numbers and user ids of everybody in a raw body but the business."""
        return people_hint(body)

    def recipient(self, refs: Iterable[IdentityRef]) -> Destination:
        """Return number and user id: WhatsApp takes either, and both together."""
        phone = user_id = ""
        for ref in refs:
            if ref.kind == IdentityKind.WA_PHONE:
                phone = phone or ref.value
            elif ref.kind in USER_IDS:
                user_id = user_id or ref.value
        return Destination(phone=phone, user_id=user_id)

    def check(self, message: OutgoingMessage) -> None:
        """Refuse what WhatsApp would refuse. Raises ContentRefused."""
        limits.check(message)

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one message over, once. Raises SendError; ContentRefused before anything left."""
        limits.check(message)
        graph = _graph(account)
        answer = graph.post(account.account_id, "messages", body=body_of(message), is_send=True)
        return answers.send_result(answer)

    def bulk(self) -> BulkSender:
        """Return a sender for campaigns."""
        return WhatsAppBulk()

    def upload(self, account: Account, file: IO[bytes], mime_type: str, filename: str) -> str:
        """Store a file at WhatsApp for 30 days; its bytes must be what its type says."""
        file_check(file, mime_type)
        fields = {"messaging_product": "whatsapp", "type": plain_type(mime_type)}
        answer = _graph(account).upload(
            account.account_id, "media", fields=fields, file=file, mime=mime_type
        )
        return answers.upload_id(answer)

    def media_info(self, account: Account, media_id: str) -> MediaInfo:
        """Ask where a received file can be fetched: an address for five minutes."""
        graph = Graph(account, explain_media)
        return answers.media_info(graph.get(media_id, phone_number_id=account.account_id))

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Stream a file from Meta's hosts only, at most `limit` bytes."""
        return media_chunks(account, info, limit, explain)

    def mark_read(
        self, account: Account, external_id: str, *, to: Destination, typing: bool = False
    ) -> None:
        """Show the blue ticks up to this message and, if asked, "typing..." for up to 25 s."""
        body = read_body(external_id, typing=typing)
        _graph(account).post(account.account_id, "messages", body=body)

    def templates(self, account: Account) -> Iterator[TemplateInfo]:
        """List every template of the WABA. Raises SendError, also when the pages never end."""
        graph = _graph(account)
        params = {"fields": TEMPLATE_FIELDS, "limit": TEMPLATE_PAGE}
        for _page in range(TEMPLATE_PAGES):
            answer = graph.get(waba_of(account), "message_templates", **params)
            rows = answer.get("data")
            for raw in rows if isinstance(rows, list) else []:
                if found := answers.template_info(mapping(raw)):
                    yield found
            paging = mapping(answer.get("paging"))
            # The last page has a cursor too; only the absent `next` ends the list. The address in
            # `next` may hold the token, so the cursor is used and the address is not.
            cursor = ident(mapping(paging.get("cursors")).get("after"))
            if not paging.get("next"):
                return
            if not cursor or cursor == params.get("after"):
                raise unreadable()
            params["after"] = cursor
        raise unreadable()

    def validate(self, account: Account) -> AccountHealth:
        """Ask whose the number is and what its connection lacks. Raises SendError."""
        return connection.look(_graph(account), account)

    def warning_words(self, code: str) -> Any:
        """Return the sentence for what a connection lacks."""
        return connection.WARNINGS.get(code, code)

    def health_words(self, health: Mapping[str, Any]) -> tuple[tuple[Any, Any], ...]:
        """Return what Meta said of a number."""
        return connection.health_words(health)

    def subscribe(self, account: Account) -> None:
        """Have Meta post the webhooks of the account's WABA to us. Raises SendError."""
        connection.subscribe(_graph(account), account)

    def register(self, account: Account, pin: str) -> None:
        """Register the number for the cloud API. Raises SendError."""
        connection.register(_graph(account), account, pin)

    def profile(self, account: Account) -> Json:
        """Read the public business profile. Raises SendError."""
        graph = _graph(account)
        answer = graph.get(account.account_id, profile.EDGE, fields=profile.FIELDS)
        return profile.read(answer)

    def profile_update(self, account: Account, changes: Json) -> Json:
        """Change the public profile and return it. Raises ContentRefused and SendError."""
        body = profile.body_of(changes)
        _graph(account).post(account.account_id, profile.EDGE, body=body)
        return self.profile(account)

    def media_kind(self, mime_type: str, size: int) -> MessageKind:
        """Send as what WhatsApp shows of this type. Raises ContentRefused."""
        return media_kind_checked(mime_type, size)

    def media_types(self, *, is_sticker: bool = False) -> frozenset[str]:
        """Meta's closed list; a webp only for who asks for a sticker."""
        return MEDIA_TYPES if is_sticker else PICKED_TYPES

    def template_variables(self, template: TemplateInfo) -> tuple[TemplateVariable, ...]:
        """List what a sender has to fill in."""
        return templates.variables(template)

    def template_preview(self, template: TemplateInfo, values: Mapping[str, Any]) -> str:
        """Return the text as the person will read it."""
        return templates.preview(template, values)

    def template_parts(self, template: TemplateInfo, values: Mapping[str, Any]) -> TemplateParts:
        """Return header, body, footer, place and buttons as the person will see them."""
        return templates.parts(template, values)

    def template_check(self, template: TemplateInfo) -> None:
        """Refuse what needs more than values in places. Raises ContentRefused."""
        templates.check_sendable(template)

    def template_build(self, template: TemplateInfo, values: Mapping[str, Any]) -> TemplateSend:
        """Fill a template. Raises ContentRefused naming every wrong value."""
        return templates.build(template, values)

    def draft_check(self, draft: TemplateDraft) -> None:
        """Refuse a draft beyond WhatsApp's limits. Raises ContentRefused naming every input."""
        template_drafts.check(draft)

    def draft_info(self, draft: TemplateDraft) -> TemplateInfo:
        """Return a draft as WhatsApp would list it."""
        return template_drafts.info_of(draft)

    def draft_of(self, template: TemplateInfo) -> TemplateDraft | None:
        """Return a template as a draft to edit."""
        return template_drafts.draft_of(template)

    def sample_upload(self, account: Account, file: IO[bytes], mime_type: str) -> str:
        """Store the sample of a header's file; its bytes must be what its type says."""
        file_check(file, mime_type)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        handle = _graph(account).handle_of(file, size, plain_type(mime_type))
        if not handle:
            raise unreadable()
        return handle

    def template_create(self, account: Account, draft: TemplateDraft) -> TemplateVerdict:
        """Hand a new template over for review. Raises ContentRefused and SendError."""
        template_drafts.check(draft)
        graph = _graph(account)
        body = template_drafts.body_of(draft)
        return answers.verdict(graph.post(waba_of(account), "message_templates", body=body))

    def template_edit(
        self, account: Account, external_id: str, draft: TemplateDraft
    ) -> TemplateVerdict:
        """Replace a template's content; name and language stay. Raises as `template_create`."""
        template_drafts.check(draft)
        whole = template_drafts.body_of(draft)
        body = {key: whole[key] for key in ("category", "components")}
        answer = _graph(account).post(external_id, body=body)
        return answers.verdict({"id": external_id, **answer})

    def template_delete(self, account: Account, name: str, external_id: str) -> None:
        """Delete one language of a template; without its id Meta would delete all languages."""
        _graph(account).delete(waba_of(account), "message_templates", hsm_id=external_id, name=name)

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and the sentence for an error that a receipt brought."""
        return fault_sentence(fault.code)

    def fault_scope(self, fault: ProviderFault) -> Scope:
        """Return how far an error that a receipt brought reaches."""
        return fault_scope(fault.code)


class WhatsAppBulk(BulkSender):
    """Many sends at once, over connections that stay open."""

    def __init__(self) -> None:
        self._pool = GraphPool(explain)

    async def __aenter__(self) -> WhatsAppBulk:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *problem: Any) -> None:
        await self._pool.__aexit__(*problem)

    async def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one message over, once. Raises SendError."""
        answer = await self._pool.post(
            account, account.account_id, "messages", body=body_of(message)
        )
        return answers.send_result(answer)


def _graph(account: Account) -> Graph:
    return Graph(account, explain)
