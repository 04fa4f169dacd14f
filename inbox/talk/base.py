"""What the pages of a conversation draw: its thread and the column beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from campaigns.selectors import sent_to
from contacts.models import Consent, Contact
from contacts.services.consent import consent_state
from contacts.services.dependents import dependents_of
from contacts.suggestions import merge_last, suggestions_of
from inbox import selectors
from inbox.agenda.forms import professionals
from inbox.agenda.presenters import lines_of
from inbox.people.following import participant_lines
from inbox.people.presenters import PersonFound, panel_of
from inbox.people.readings import reading_lines
from inbox.people.scores import score_summary
from inbox.people.tickets import ticket_summary
from inbox.shell.base import InboxView
from inbox.talk.forms import SinceForm, thread_cursor
from inbox.talk.gaps import gap_of
from inbox.talk.presenters import Around, may_write, thread_of
from leadscoring.selectors import score_of
from omnichannel.models import Conversation, Message
from omnichannel.services.comments import comment_to_answer
from omnichannel.services.naming import has_picture
from omnichannel.services.reply_cost import ReplyCost, reply_cost
from queues.models import Ticket
from queues.selectors import ticket_of
from visitors.showing import visitor_of

UNSEEN = 2**62


class TalkView(InboxView):
    """A page, or a part of one, that draws a conversation."""

    def drawn_update(
        self, conversation_id: Any, *, is_answer: bool = False, has_column: bool = True, **said: Any
    ) -> HttpResponse:
        """Answer an act inside a thread with everything that changed since the page's revision; who
        answered has nothing unread any more. `has_column` as in `parts`; `said` is for the
        template: what was just done.
        """
        since = self.since()
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        changed = selectors.thread_changes(conversation, since)
        if changed is None:
            response = HttpResponse()
            response["HX-Refresh"] = "true"
            return response
        parts = self.parts(conversation, changed, has_column=has_column)
        context = {**parts, "is_answer": is_answer, **said}
        return self.draw("inbox/talk/_update.html", context)

    def stage(self, conversation_id: Any, message_id: UUID | None = None) -> dict[str, Any]:
        """Return what the stage draws of a conversation: its newest messages, those around one that
        was looked for, and its column.
        """
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        if message_id is None:
            messages, older = selectors.thread_page(
                conversation, size=selectors.page_size(conversation.unread_count)
            )
            ends: list[tuple[datetime, int]] = []
        else:
            messages, older, ends = selectors.thread_around(conversation, message_id)
        unread = selectors.first_unread(conversation, messages, has_older=older is not None)
        parts = self.parts(
            conversation,
            messages,
            older_than=thread_cursor(older, unread),
            first_unread_seq=unread,
        )
        is_found = any(row.pk == message_id for row in messages)
        return {
            **parts,
            "gap": gap_of(conversation.pk, ends),
            "found_id": message_id if is_found else None,
        }

    def parts(
        self,
        conversation: Conversation,
        messages: list[Message],
        *,
        has_column: bool = True,
        **places: Any,
    ) -> dict[str, Any]:
        """Return thread and contact column as templates draw them; without the column nothing is
        asked that only stands there, nor what the next reply costs.
        """
        ticket = ticket_of(conversation.pk)
        family = dependents_of(conversation.contact)
        around = Around(
            ticket=ticket,
            cost=self.cost(conversation) if has_column else None,
            asks_about=bool(family) and conversation.about_id is None,
            comment=comment_to_answer(conversation),
            **places,
        )
        thread = thread_of(conversation, messages, self.membership, self.lens, around)
        panel = self.panel(conversation, ticket, family) if has_column else None
        return {"thread": thread, "panel": panel}

    def cost(self, conversation: Conversation) -> ReplyCost | None:
        """Return what a reply of the reader would cost; None when they cannot write one."""
        can_write = conversation.is_open and may_write(conversation, self.membership)
        return reply_cost(conversation) if can_write else None

    def panel(
        self, conversation: Conversation, ticket: Ticket | None, family: list[Contact]
    ) -> Any:
        """Draw the contact column."""
        score = score_of(conversation.contact_id)
        past = selectors.past_conversations(self.membership, conversation)
        known = PersonFound(
            family=family,
            consent=consent_state(
                conversation.contact, Consent.Purpose.MARKETING, conversation.channel.kind
            ),
            past=past,
            first_opened=selectors.first_opened(conversation, past),
            files=selectors.shared_files(conversation),
            ticket=ticket_summary(ticket, self.membership) if ticket else None,
            score=score_summary(score, self.membership) if score else None,
            campaigns=sent_to(conversation),
            has_picture=has_picture(conversation),
            visitor=visitor_of(conversation),
            may_block_network=self.membership.is_manager,
            suggestions=suggestions_of(conversation.contact_id, self.membership),
            merge=merge_last(conversation.contact_id, self.membership),
            readings=reading_lines(conversation),
            appointments=lines_of(conversation.contact_id, conversation.company_id),
            professionals=tuple(professionals().values_list("pk", "name")),
            participants=participant_lines(conversation, self.membership),
        )
        return panel_of(conversation, self.lens, known)

    def since(self) -> int:
        """Return the revision that the reader's page shows; 0 when it does not say."""
        form = SinceForm(self.request.POST or self.request.GET)
        return (form.cleaned_data.get("desde") or 0) if form.is_valid() else 0

    def seen(self) -> int | None:
        """Return the last message's seq that the reader's page shows, None when it does not say."""
        form = SinceForm(self.request.POST)
        return form.cleaned_data.get("visto") if form.is_valid() else None


class ConversationActView(TalkView):
    """A POST that does one thing to a conversation the reader may see."""

    http_method_names: Any = ("post",)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Do it and draw what changed."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.act(conversation)
        return self.drawn_update(conversation_id, **self.said(conversation))

    def said(self, before: Conversation) -> dict[str, Any]:
        """Return what the answer says beside what changed, from how the conversation was before."""
        return {}

    def act(self, conversation: Conversation) -> None:
        """Call the service."""
        raise NotImplementedError
