"""WhatsApp Cloud API as an adapter: it delegates, the modules beside it know."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any

from omnichannel.adapters.base import Adapter, BulkSender, Capabilities
from omnichannel.adapters.bulk import GraphPool
from omnichannel.adapters.download import media_chunks
from omnichannel.adapters.facts import Json, Parsed, ProviderFault
from omnichannel.adapters.meta import Graph, unreadable
from omnichannel.adapters.outgoing import (
    Account,
    AccountHealth,
    MediaInfo,
    OutgoingMessage,
    Scope,
    SendError,
    SendResult,
    TemplateDraft,
    TemplateInfo,
    TemplateSend,
    TemplateVariable,
    TemplateVerdict,
)
from omnichannel.adapters.tolerant import ident, mapping
from omnichannel.adapters.whatsapp import (
    answers,
    limits,
    profile,
    template_drafts,
    templates,
)
from omnichannel.adapters.whatsapp.content import body_of, read_body
from omnichannel.adapters.whatsapp.errors import explain, fault_scope, fault_sentence
from omnichannel.adapters.whatsapp.media import (
    file_check,
    media_check,
    media_kind_for,
    plain_type,
)
from omnichannel.adapters.whatsapp.parse import account_hint, parse
from omnichannel.choices import MEDIA_KINDS, ChannelKind, MessageKind

HEALTH_FIELDS = (
    "display_phone_number,verified_name,quality_rating,throughput,"
    "whatsapp_business_manager_messaging_limit,name_status,status,platform_type,is_on_biz_app"
)
# Every version knows these; a field that a version lacks makes Meta refuse the whole question
# (100).
PLAIN_HEALTH_FIELDS = "display_phone_number,verified_name,quality_rating"
TEMPLATE_FIELDS = (
    "id,name,language,category,status,components,parameter_format,quality_score,rejected_reason,"
    "sub_category"
)
TEMPLATE_PAGE = "100"
# 6,000 templates are the most an account may have.
TEMPLATE_PAGES = 200


class WhatsAppAdapter(Adapter):
    """Speaks with WhatsApp's Cloud API for any account; keeps no state."""

    kind = ChannelKind.WHATSAPP
    capabilities = Capabilities(
        kinds=MEDIA_KINDS
        | {
            MessageKind.TEXT,
            MessageKind.LOCATION,
            MessageKind.CONTACT,
            MessageKind.REACTION,
            MessageKind.INTERACTIVE,
            MessageKind.TEMPLATE,
        },
        templates=True,
        reactions=True,
        replies=True,
        typing=True,
        text_limit=limits.TEXT_LIMIT,
        caption_limit=limits.CAPTION_LIMIT,
        window_hours=24,
    )

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Turn one webhook body into facts; see parse.py for the shapes."""
        return parse(payload, received_at=received_at)

    def account_hint(self, body: bytes) -> bytes | None:
        """Return the first phone number id of a raw body, else its WABA's."""
        return account_hint(body)

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
        answer = _graph(account).get(media_id, phone_number_id=account.account_id)
        return answers.media_info(answer)

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Stream a file from Meta's hosts only, at most `limit` bytes."""
        return media_chunks(account, info, limit, explain)

    def mark_read(self, account: Account, external_id: str, *, typing: bool = False) -> None:
        """Show the blue ticks up to this message and, if asked, "typing..." for up to 25 s."""
        body = read_body(external_id, typing=typing)
        _graph(account).post(account.account_id, "messages", body=body)

    def templates(self, account: Account) -> Iterator[TemplateInfo]:
        """List every template of the WABA. Raises SendError, also when the pages never end."""
        graph = _graph(account)
        params = {"fields": TEMPLATE_FIELDS, "limit": TEMPLATE_PAGE}
        for _page in range(TEMPLATE_PAGES):
            answer = graph.get(account.waba_id, "message_templates", **params)
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
        """Ask for the number's state: proves token, number, permission. Raises SendError."""
        graph = _graph(account)
        try:
            answer = graph.get(account.account_id, fields=HEALTH_FIELDS)
        except SendError as refused:
            if refused.provider != "100":
                raise
            answer = graph.get(account.account_id, fields=PLAIN_HEALTH_FIELDS)
        return answers.account_health(account, answer)

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
        """Send as what WhatsApp shows of this type, else as a document. Raises ContentRefused."""
        kind = media_kind_for(mime_type) or MessageKind.DOCUMENT
        media_check(kind, mime_type, size)
        return kind

    def template_variables(self, template: TemplateInfo) -> tuple[TemplateVariable, ...]:
        """List what a sender has to fill in."""
        return templates.variables(template)

    def template_preview(self, template: TemplateInfo, values: Mapping[str, Any]) -> str:
        """Return the text as the person will read it."""
        return templates.preview(template, values)

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
        return answers.verdict(graph.post(account.waba_id, "message_templates", body=body))

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
        _graph(account).delete(account.waba_id, "message_templates", hsm_id=external_id, name=name)

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
