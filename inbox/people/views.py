"""The person in the contact column: their record, their family, their numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from bot.choices import ReadingKind
from bot.services.reading import conversation_read, reading_correct
from common.errors import DomainError, NotFound
from contacts.masking import contact_reveal
from contacts.models import DuplicatePair, Purpose
from contacts.services.consent import consent_state
from contacts.services.contacts import contact_save
from contacts.services.duplicates import pair_confirm, pair_dismiss
from contacts.services.merging import merge_undo
from contacts.suggestions import merges_seen, suggestions_seen
from inbox import selectors
from inbox.people.forms import AboutForm, ContactForm, DependentForm, ReadingForm
from inbox.shell.base import BadInput
from inbox.shell.presenters import name_of
from inbox.talk.base import ConversationActView, TalkView
from omnichannel.models import Conversation
from omnichannel.services.about import conversation_about_set, dependent_add, dependent_drop


class RevealView(ConversationActView):
    """Revelar: phone, CPF and documents in full for a while, written down."""

    def act(self, conversation: Conversation) -> None:
        """Write it down."""
        contact_reveal(contact=conversation.contact, reader=self.membership)


class AboutView(ConversationActView):
    """Sobre quem é."""

    def act(self, conversation: Conversation) -> None:
        """Say whom the conversation is about."""
        form = AboutForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        asked = form.cleaned_data["sobre"]
        conversation_about_set(
            conversation=conversation,
            about=selectors.contact_get(self.membership, asked) if asked else None,
            actor=self.membership,
        )


class DependentAddView(ConversationActView):
    """Adicionar dependente: somebody the person writes for, and whom it is about now."""

    def act(self, conversation: Conversation) -> None:
        """Write them down."""
        form = DependentForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        dependent_add(
            conversation=conversation,
            name=form.cleaned_data["nome"],
            relation=form.cleaned_data["vinculo"],
            actor=self.membership,
        )


class SuggestionConfirmView(ConversationActView):
    """É a mesma pessoa: two records become one."""

    def act(self, conversation: Conversation) -> None:
        """Make them one."""
        pair_confirm(pair=self.pair(conversation), actor=self.membership)

    def pair(self, conversation: Conversation) -> DuplicatePair:
        """Return a pair of the conversation's person whose other one the reader may see too."""
        mine = Q(first=conversation.contact_id) | Q(second=conversation.contact_id)
        rows = suggestions_seen(self.membership).filter(mine).select_related("first", "second")
        found: DuplicatePair | None = rows.filter(pk=self.kwargs["pair_id"]).first()
        if found is None:
            raise NotFound
        return found

    def post(self, request: HttpRequest, conversation_id: UUID, **ids: UUID) -> HttpResponse:
        """Do it and draw what changed."""
        return super().post(request, conversation_id)


class SuggestionRefuseView(SuggestionConfirmView):
    """São pessoas diferentes."""

    def act(self, conversation: Conversation) -> None:
        """Write it down."""
        pair_dismiss(pair=self.pair(conversation), actor=self.membership)


class MergeUndoView(ConversationActView):
    """Desfazer a mescla."""

    def act(self, conversation: Conversation) -> None:
        """Give the other record back what was its own."""
        merge = merges_seen(self.membership).filter(
            kept=conversation.contact_id, pk=self.kwargs["merge_id"]
        )
        found = merge.first()
        if found is None:
            raise NotFound
        merge_undo(merge=found, actor=self.membership)

    def post(self, request: HttpRequest, conversation_id: UUID, **ids: UUID) -> HttpResponse:
        """Do it and draw what changed."""
        return super().post(request, conversation_id)


class DependentDropView(ConversationActView):
    """Desfazer vínculo."""

    def act(self, conversation: Conversation) -> None:
        """Undo that they depend on the person."""
        contact = selectors.contact_get(self.membership, self.kwargs["contact_id"])
        dependent_drop(conversation=conversation, contact=contact, actor=self.membership)

    def post(self, request: HttpRequest, conversation_id: UUID, **ids: UUID) -> HttpResponse:
        """Do it and draw what changed."""
        return super().post(request, conversation_id)


class RecordRefused(DomainError):
    """An input of the record cannot be read; `fields` say which and why."""

    code = "dados_invalidos"
    status = 400

    def __init__(self, form: ContactForm) -> None:
        said = {name: [str(line) for line in lines] for name, lines in form.errors.items()}
        labels = [str(form.fields[name].label) for name in said if name in form.fields]
        super().__init__(", ".join(labels) + ":", fields=said)


class RecordView(TalkView):
    """Editar contato: GET draws the dialog, POST saves what was changed."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Draw the dialog."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        self.saw([conversation])
        context = {
            "conversation": conversation,
            "name": name_of(conversation, self.lens),
            "form": self.form(conversation),
        }
        return self.draw("inbox/people/_record.html", context)

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Save and draw what changed."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        form = self.form(conversation, request.POST)
        if not form.is_valid():
            raise RecordRefused(form)
        if changed := form.changes():
            contact_save(
                actor=self.membership,
                contact=conversation.contact,
                door="atendimento",
                **changed,
            )
        return self.drawn_update(conversation_id)

    def form(self, conversation: Conversation, data: Any = None) -> ContactForm:
        """Return the form of the conversation's person, as the reader sees them."""
        contact = conversation.contact
        marketing = consent_state(contact, Purpose.MARKETING)
        return ContactForm(data, contact=contact, lens=self.lens, marketing=marketing)


class TalkReadView(ConversationActView):
    """Ler a conversa agora."""

    def act(self, conversation: Conversation) -> None:
        """Read it."""
        conversation_read(conversation)


class ReadingView(ConversationActView):
    """Corrigir uma leitura."""

    def act(self, conversation: Conversation) -> None:
        """Keep what a person says."""
        form = ReadingForm(self.request.POST)
        if not form.is_valid():
            raise BadInput
        reading_correct(
            conversation=conversation,
            actor=self.membership,
            kind=ReadingKind(form.cleaned_data["leitura"]),
            value=form.cleaned_data["valor"],
        )
