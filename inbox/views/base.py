"""The one mixin through which every inbox page enters its company."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from accounts.models import Membership
from accounts.services.memberships import membership_of
from accounts.services.viewing import PAGE, viewed
from campaigns.selectors import sent_to
from common.errors import DomainError, NotFound
from common.scoping import company_scope
from contacts.masking import Lens, lens_of
from contacts.models import Consent, Contact
from contacts.services.consent import consent_state
from contacts.services.dependents import dependents_of
from inbox import selectors
from inbox.forms import SinceForm, thread_cursor
from inbox.presenters.scores import score_facts
from inbox.presenters.threads import may_write, panel_of, thread_of
from inbox.presenters.tickets import ticket_facts
from leadscoring.selectors import score_of
from omnichannel.choices import Direction
from omnichannel.models import Conversation, Message
from omnichannel.services.reply_cost import ReplyCost, reply_cost
from queues.models import Ticket
from queues.selectors import ticket_of

UNSEEN = 2**62


class InboxView(View):
    """Opens the reader's company for the whole request, in its time zone, and words refusals.

    Strangers go to the login; a script's request of theirs gets 401, so that it does not draw the
    login form into a thread. Nothing of what patients wrote is kept in a browser's cache.
    """

    request: HttpRequest
    membership: Membership

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let members in and answer refusals in the form that was asked for."""
        membership = membership_of(request.user)
        if membership is None:
            return self._stranger(request)
        self.membership = membership
        with (
            company_scope(membership.company_id),
            timezone.override(ZoneInfo(membership.company.time_zone)),
        ):
            try:
                response = super().dispatch(request, *args, **kwargs)
            except DomainError as refusal:
                response = self._refused(request, refusal)
        add_never_cache_headers(response)
        return response

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for a part of the page, rather than a browser for all of it."""
        headers = self.request.headers
        return "HX-Request" in headers and headers.get("HX-Request-Type") != "full"

    def draw(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render at once: lazily, the company's scope would be closed again."""
        return render(self.request, template, context, status=status)

    @cached_property
    def lens(self) -> Lens:
        """How the reader sees people's numbers."""
        return lens_of(self.membership)

    def saw(self, rows: Iterable[Any]) -> None:
        """Write down that the reader is shown rows that may be about people."""
        viewed(self.membership, PAGE, rows)

    def drawn_update(self, conversation_id: Any) -> HttpResponse:
        """Answer an act inside a thread with everything that changed since the page's revision."""
        form = SinceForm(self.request.POST or self.request.GET)
        since = (form.cleaned_data.get("desde") or 0) if form.is_valid() else 0
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        changed = selectors.thread_changes(conversation, since)
        if changed is None:
            response = HttpResponse()
            response["HX-Refresh"] = "true"
            return response
        context = self.parts(conversation, changed)
        return self.draw("inbox/_update.html", context)

    def stage(self, conversation_id: Any) -> dict[str, Any]:
        """Return what the stage draws of a conversation: its newest messages and its column."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        messages, older = selectors.thread_page(conversation)
        return self.parts(
            conversation,
            messages,
            older_than=thread_cursor(older),
            first_unread_seq=_first_unread(messages),
        )

    def parts(
        self, conversation: Conversation, messages: list[Message], **places: Any
    ) -> dict[str, Any]:
        """Return thread and contact column as templates draw them."""
        ticket = ticket_of(conversation.pk)
        family = dependents_of(conversation.contact)
        thread = thread_of(
            conversation,
            messages,
            self.membership,
            self.lens,
            ticket=ticket,
            cost=self.cost(conversation),
            asks_about=bool(family) and conversation.about_id is None,
            **places,
        )
        return {"thread": thread, "panel": self.panel(conversation, ticket, family)}

    def cost(self, conversation: Conversation) -> ReplyCost | None:
        """Return what a reply of the reader would cost; None when they cannot write one."""
        can_write = conversation.is_open and may_write(conversation, self.membership)
        return reply_cost(conversation) if can_write else None

    def panel(
        self, conversation: Conversation, ticket: Ticket | None, family: list[Contact]
    ) -> Any:
        """Draw the contact column."""
        score = score_of(conversation.contact_id)
        return panel_of(
            conversation,
            self.lens,
            family=family,
            consent=consent_state(
                conversation.contact, Consent.Purpose.MARKETING, conversation.channel.kind
            ),
            past=selectors.past_conversations(self.membership, conversation),
            files=selectors.shared_files(conversation),
            ticket=ticket_facts(ticket, self.membership) if ticket else None,
            score=score_facts(score, self.membership) if score else None,
            campaigns=sent_to(conversation),
        )

    def seen(self) -> int | None:
        """Return the last message's seq that the reader's page shows, None when it does not say."""
        form = SinceForm(self.request.POST)
        return form.cleaned_data.get("visto") if form.is_valid() else None

    def _stranger(self, request: HttpRequest) -> HttpResponse:
        if "HX-Request" in request.headers or _wants_json(request):
            return HttpResponse(status=401)
        if request.user.is_authenticated:
            # A login without a clinic: sending it to the login would go round for ever.
            return render(request, "inbox/no_company.html", status=403)
        return redirect_to_login(request.get_full_path(), reverse("inbox:login"))

    def _refused(self, request: HttpRequest, refusal: DomainError) -> HttpResponse:
        if _wants_json(request):
            body = {"code": refusal.code, "detail": str(refusal), "fields": refusal.fields}
            return JsonResponse(body, status=refusal.status)
        if self.is_fragment:
            context = {"text": sentence_of(refusal), "level": "problem"}
            return self.draw("inbox/_notice.html", context, refusal.status)
        template = "404.html" if isinstance(refusal, NotFound) else "400.html"
        return self.draw(template, {}, refusal.status)


def _first_unread(messages: list[Message]) -> int | None:
    for message in messages:
        if message.direction == Direction.IN and message.read_at is None:
            return message.seq
    return None


def sentence_of(refusal: DomainError) -> str:
    """Return a refusal as one sentence, with what is wrong with each input after it."""
    said = str(refusal)
    details = {str(line) for lines in refusal.fields.values() for line in lines} - {said}
    return " ".join([said, *sorted(details)])


class BadInput(DomainError):
    """The page sent something that no page of ours sends."""

    code = "pedido_invalido"
    status = 400

    @property
    def message(self) -> str:
        """Tell the person what helps: a fresh page."""
        return _("Esta página está desatualizada. Recarregue e tente de novo.")


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
