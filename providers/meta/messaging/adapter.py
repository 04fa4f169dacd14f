"""What both adapters do; a kind says what it is called, what it takes and how it is connected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from contacts.refs import IdentityKind, IdentityRef, PersonRef
from providers.base import Adapter, Connection, Media, Receipts, Subscription
from providers.choices import MessageKind
from providers.comparing import Comparing, SaidThere
from providers.facts import Parsed, ProviderFault
from providers.meta.client import Graph
from providers.meta.download import media_chunks
from providers.meta.errors import uncertain, unreadable
from providers.meta.messaging import comparing, connection, errors, opening
from providers.meta.messaging.attachments import URL_LENGTH
from providers.meta.messaging.content import action_body, attachment_of, body_of, reaction_body
from providers.meta.messaging.harmless import HARMLESS
from providers.meta.messaging.limits import MessagingLimits
from providers.meta.messaging.login import at_host, login_of, sender_of
from providers.meta.messaging.parse import account_hint, parse, people_hint
from providers.opening import Opening, StartLimits, StartScreen
from providers.outgoing import (
    Account,
    AccountHealth,
    Destination,
    MediaInfo,
    OutgoingMessage,
    PersonKnown,
    Scope,
    SendError,
    SendResult,
)
from providers.threads import Control, Names
from providers.tolerant import ident, name, text

USERNAME_LENGTH = 64


class MessagingAdapter(
    Adapter, Connection, Subscription, Media, Names, Receipts, Control, Opening, Comparing
):
    """Speaks with Meta for an account that people write to; keeps no state.

    object_name  what Meta calls the kind in its webhooks
    identity     what a person's id is
    limits       what the kind takes
    has_token    whether an echo brings our own id back
    name_fields  what is asked of a person
    platform     what an upload is told it is for; "" for a Page's own messages
    """

    object_name: str
    identity: IdentityKind
    limits: MessagingLimits
    has_token: bool
    name_fields: str
    platform: str = ""
    harmless = HARMLESS
    subscription_warnings = frozenset({connection.NOT_SUBSCRIBED})

    # --- what comes in ----------------------------------------------------------------------------

    def parse(self, payload: Any, *, received_at: datetime | None = None) -> Iterator[Parsed]:
        """Turn one webhook body into facts; see parse.py for the shapes."""
        return parse(payload, obj=self.object_name, kind=self.identity, received_at=received_at)

    def account_hint(self, body: bytes) -> bytes | None:
        """Return the first entry's id in a raw body."""
        return account_hint(body)

    def people_hint(self, body: bytes) -> set[bytes]:
        """Return the ids of everybody in a raw body but the account."""
        return people_hint(body)

    def unsupported_words(self, data: Mapping[str, Any], *, is_ours: bool) -> Any:
        """Return the sentence for what Meta does not bring."""
        values = {"channel": self.limits.name}
        if is_ours:
            return _("Enviada pelo aplicativo. O %(channel)s só a mostra lá.") % values
        return (
            _("O %(channel)s não entrega este tipo de mensagem aqui. Veja no aplicativo.") % values
        )

    def person_named(self, account: Account, ref: IdentityRef) -> PersonKnown:
        """Ask who a person is. Raises SendError, also where they did not agree to be known."""
        answer = self._graph(account).get(ref.value, fields=self.name_fields)
        parts = (name(answer.get("first_name")), name(answer.get("last_name")))
        whole = name(answer.get("name")) or " ".join(filter(None, parts))
        person = PersonRef((ref,), whole, name(answer.get("username"))[:USERNAME_LENGTH])
        return PersonKnown(person, text(answer.get("profile_pic"), URL_LENGTH))

    # --- what goes out ----------------------------------------------------------------------------

    def recipient(self, refs: Iterable[IdentityRef]) -> Destination:
        """Return a person's id at this kind of account."""
        return Destination(user_id=next((r.value for r in refs if r.kind == self.identity), ""))

    def check(self, message: OutgoingMessage) -> None:
        """Refuse what Meta would refuse. Raises ContentRefused."""
        self.limits.check(message)

    def send(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Hand one message over, once. Raises SendError; ContentRefused before anything left."""
        self.limits.check(message)
        if message.kind == MessageKind.REACTION:
            return self._react(account, message)
        body = body_of(message, has_token=self.has_token)
        answer = self._graph(account).post(sender_of(account), "messages", body=body, is_send=True)
        external_id = ident(answer.get("message_id"))
        if not external_id:
            raise uncertain()
        # Whoever commented is known from now on by the id that they write from.
        person = ident(answer.get("recipient_id")) if message.to.comment_id else ""
        ids = (IdentityRef(self.identity, person, account.account_id),) if person else ()
        return SendResult(external_id, identities=ids)

    def _react(self, account: Account, message: OutgoingMessage) -> SendResult:
        """Put an emoji on a message or take it away; Meta gives that no id."""
        body = reaction_body(message)
        self._graph(account).post(sender_of(account), "messages", body=body, is_send=True)
        return SendResult(f"reaction:{message.token}")

    def mark_read(
        self, account: Account, external_id: str, *, to: Destination, typing: bool = False
    ) -> None:
        """Show that everything was seen and, if asked, that somebody writes."""
        for action in ("mark_seen", *(("typing_on",) if typing else ())):
            body = action_body(to.user_id, action)
            self._graph(account).post(sender_of(account), "messages", body=body)

    def take_control(self, account: Account, to: Destination) -> None:
        """Take a person's thread from the application that answers it."""
        body = {"recipient": {"id": to.user_id}}
        self._graph(account).post(sender_of(account), "take_thread_control", body=body)

    def fault_words(self, fault: ProviderFault) -> tuple[str, Any]:
        """Return our code and the sentence for an error by its code."""
        meaning = errors.named(fault.code)
        return meaning.code, meaning.final or meaning.sentence

    def fault_scope(self, fault: ProviderFault) -> Scope:
        """Return how far an error reaches."""
        return errors.named(fault.code).scope

    # --- files ------------------------------------------------------------------------------------

    def upload(self, account: Account, file: IO[bytes], mime_type: str, filename: str) -> str:
        """Store a file at Meta and return its id there; its bytes must be what its type says."""
        kind = self.limits.file_check(file, mime_type)
        fields = {"message": json.dumps(attachment_of(kind))}
        if self.platform:
            fields["platform"] = self.platform
        path = (sender_of(account), "message_attachments")
        answer = self._graph(account).upload(
            *path, fields=fields, file=file, mime=mime_type, name="filedata"
        )
        found = ident(answer.get("attachment_id"))
        if not found:
            raise unreadable()
        return found

    def media_info(self, account: Account, media_id: str) -> MediaInfo:
        """Refuse: received files come with their addresses, and have no ids."""
        raise SendError(
            "midia_expirada", _("O arquivo não está mais na Meta. Peça para enviar de novo.")
        )

    def media_chunks(self, account: Account, info: MediaInfo, limit: int) -> Iterator[bytes]:
        """Stream a file from Meta's hosts only, at most `limit` bytes."""
        return media_chunks(account, info, limit, errors.explain)

    def media_kind(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind a file is sent as. Raises ContentRefused naming the limit it breaks."""
        return self.limits.kind_of(mime_type, size)

    def media_types(self, *, is_sticker: bool = False) -> frozenset[str]:
        """Return the types of files that may be sent; stickers are none."""
        return frozenset() if is_sticker else self.limits.types()

    # --- the account ------------------------------------------------------------------------------

    def validate(self, account: Account) -> AccountHealth:
        """Ask whose the token is and whether webhooks come here. Raises SendError."""
        return connection.look(
            self._graph(account), account, login_of(account), self.webhook_fields
        )

    def warning_words(self, code: str) -> Any:
        """Return the sentence for one of `AccountHealth.warnings`."""
        return connection.WARNINGS.get(code, code)

    def health_words(self, health: Mapping[str, Any]) -> Sequence[tuple[Any, Any]]:
        """Return the account's name as Meta has it."""
        return connection.health_words(health)

    def subscribe(self, account: Account) -> None:
        """Have Meta post the account's webhooks to our app. Raises SendError."""
        connection.subscribe(self._graph(account), account, self.webhook_fields)

    # --- what people see before they write --------------------------------------------------------

    @property
    def start_limits(self) -> StartLimits:  # type: ignore[override]
        """Meta's limits; of the menu's lines, the five that it advises."""
        return StartLimits(4, 80, 5, 30, has_button=not self.platform)

    def start_screen(self, account: Account) -> StartScreen:
        """Read questions, menu and button. Raises SendError."""
        graph, owner = self._graph(account), sender_of(account)
        has_button = self.start_limits.has_button
        return opening.read(graph, owner, platform=self.platform, has_button=has_button)

    def start_screen_write(self, account: Account, screen: StartScreen) -> None:
        """Replace questions, menu and button. Raises ContentRefused and SendError."""
        self.start_limits.check(screen)
        opening.write(self._graph(account), sender_of(account), screen, platform=self.platform)

    # --- what may be missing ----------------------------------------------------------------------

    tolerance = 90.0

    def said(self, account: Account, since: datetime) -> list[SaidThere]:
        """List what people wrote, two calls a second at most. Raises SendError."""
        own = frozenset({account.account_id, sender_of(account)})
        platform = self.platform or "messenger"
        return comparing.said(self._graph(account), sender_of(account), own, platform, since)

    def missing_words(self, count: int) -> Any:
        """Return the sentence, with what to look at."""
        return comparing.missing_words(count)

    def _graph(self, account: Account) -> Graph:
        return Graph(at_host(account), errors.explain)
