"""What the reader has half-written: kept while they type, shown on whatever screen they sit at."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse

from inbox import selectors
from inbox.shell.base import BadInput, InboxView
from omnichannel.choices import DraftMode
from omnichannel.models import Draft
from omnichannel.services.drafts import DraftElsewhere, draft_save, drafts_of


class DraftForm(forms.Form):
    """A draft as the page sends it."""

    modo = forms.ChoiceField(choices=DraftMode.choices)
    texto = forms.CharField(required=False, strip=False, max_length=100_000)
    versao = forms.CharField(required=False, max_length=20)


class OwnDraftsView(InboxView):
    """In which conversations the reader has something half-written."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer their ids, the newest first."""
        rows = Draft.objects.filter(member=self.membership).order_by("-updated_at")
        found = rows.values_list("conversation_id", flat=True)[:500]
        return JsonResponse({"ids": list(dict.fromkeys(map(str, found)))})


class DraftsView(InboxView):
    """The reader's drafts of one conversation."""

    def get(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Answer them by mode."""
        conversation = selectors.conversation_get(self.membership, conversation_id)
        kept = drafts_of(self.membership, conversation)
        return JsonResponse({row.mode: {"text": row.text, "version": row.version} for row in kept})

    def post(self, request: HttpRequest, conversation_id: UUID) -> HttpResponse:
        """Keep one, or answer the text that another screen of the reader's wrote: no failure, which
        a browser would complain of.
        """
        form = DraftForm(request.POST)
        if not form.is_valid():
            raise BadInput
        conversation = selectors.conversation_get(self.membership, conversation_id)
        try:
            version = draft_save(
                member=self.membership,
                conversation=conversation,
                mode=form.cleaned_data["modo"],
                text=form.cleaned_data["texto"],
                version=form.cleaned_data["versao"],
            )
        except DraftElsewhere as other:
            body = {"taken": False, "text": other.kept.text, "version": other.kept.version}
            return JsonResponse(body)
        return JsonResponse({"taken": True, "version": version})
