"""Files that visitors send, judged by their bytes before anything is stored."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from omnichannel.services.media import FileRefused
from providers import registry
from providers.choices import MessageKind
from providers.file_types import identify, is_kin, safe_name
from providers.files import PROGRAM
from providers.policy import FileRule
from visitors.errors import TooLarge
from visitors.services.talking import SaidWords, VisitorFile
from visitors.views import VisitorTalkView

# What a browser records for itself, which channels are not sent.
RECORDED = {"audio/webm": MessageKind.AUDIO, "audio/wav": MessageKind.AUDIO}
# The form around the file.
AROUND = 64 * 1024


class VisitorUploadView(VisitorTalkView):
    """Takes one file with its caption."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Store it as a message."""
        most = max(rule.max_bytes for rule in self.rules.values())
        if int(request.headers.get("Content-Length") or 0) > most + AROUND:
            raise TooLarge
        file = request.FILES.get("file")
        client_id = self.client_id(request.POST.get("client_id"))
        if file is None or not file.size:
            raise FileRefused(_("O arquivo está vazio. Escolha outro."))
        declared = file.content_type or ""
        found = identify(file, declared, file.name or "")
        if found == PROGRAM or not is_kin(declared, found):
            raise FileRefused(
                _("O conteúdo do arquivo não corresponde ao tipo informado. Escolha outro.")
            )
        kind = self._kind(found, file.size)
        is_voice = request.POST.get("is_voice") == "1" and kind == MessageKind.AUDIO
        upload = VisitorFile(file, kind.value, found, safe_name(file.name or ""), is_voice)
        proof = {name: request.POST.get(name) for name in ("challenge", "nonce")}
        return self.written(
            SaidWords(client_id, text=request.POST.get("text", ""), upload=upload, proof=proof)
        )

    @property
    def rules(self) -> dict[MessageKind, FileRule]:
        """What the kind of channel carries."""
        return dict(registry.policy_of(self.channel.kind).files)

    def _kind(self, mime_type: str, size: int) -> MessageKind:
        """Return the kind of a file that visitors may send. Raises FileRefused, TooLarge."""
        policy = registry.policy_of(self.channel.kind)
        kind = RECORDED.get(mime_type) or next(
            (kind for kind, rule in policy.files.items() if mime_type in rule.types), None
        )
        if kind is None:
            raise FileRefused(policy.files_goes)
        if size > policy.files[kind].max_bytes:
            raise TooLarge(_("O arquivo passa do limite de 16 MB."))
        return kind
