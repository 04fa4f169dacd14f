"""Nova conversa: writing to somebody first, at an address that was chosen."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from common.errors import DomainError
from contacts.models import Contact
from inbox import selectors
from inbox.shell.base import BadInput, InboxView, sentence_of
from inbox.shell.forms import uuid_of
from inbox.start.forms import StartForm
from omnichannel.services.starting import channels_to_start, conversation_begin

# Inputs by the names the service knows them by.
INPUTS = {"subject": "assunto", "address": "endereco", "channel": "canal"}


class StartPage(InboxView):
    """The form, and the conversation it opens. Nothing is sent from here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Draw the form, for a person or for whoever has the address."""
        person = self._person()
        return self._drawn(self._form(person), person)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Open the conversation and go there, to write."""
        person = self._person()
        form = self._form(person)
        if not form.is_valid():
            return self._drawn(form, person, 422)
        try:
            talk = conversation_begin(actor=self.membership, person=person, **form.given())
        except DomainError as refused:
            named = next((INPUTS[name] for name in refused.fields if name in INPUTS), None)
            form.add_error(named if named in form.fields else None, sentence_of(refused))
            return self._drawn(form, person, refused.status)
        return redirect("inbox:conversation", talk.pk)

    def _person(self) -> Contact | None:
        asked = self.request.GET.get("pessoa", "")
        if not asked:
            return None
        person_id = uuid_of(asked)
        if person_id is None:
            raise BadInput
        person = selectors.contact_get(self.membership, person_id)
        self.saw([person])
        return person

    def _form(self, person: Contact | None) -> StartForm:
        return StartForm(
            self.request.POST or None,
            channels=channels_to_start(self.membership.company_id),
            person=person,
            lens=self.lens,
            key=str(uuid4()),
        )

    def _drawn(self, form: StartForm, person: Contact | None, status: int = 200) -> HttpResponse:
        context = {"form": form, "person": person}
        return self.draw("inbox/start/start.html", context, status)
