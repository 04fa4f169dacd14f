"""Quick replies: kept, changed, used. One's own anybody keeps; a queue's and the clinic's, who
manages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import IO, Any

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError, Forbidden, NotFound
from common.files import files_delete
from omnichannel.models import Attachment, Conversation
from omnichannel.services.media import attachment_upload
from providers.file_types import identify, is_kin, safe_name
from providers.files import PROGRAM
from queues.belonging import may_change
from queues.blanks import BLANKS, blanks_unknown
from queues.choices import ReplyScope
from queues.models import QuickReply, QuickReplyFile
from queues.models.quick_reply import REPLY_LENGTH

FILES_MOST = 5
FILE_BYTES = 16 * 1024 * 1024
# More than anybody looks through; a page carries them all.
PERSON_MOST, SHARED_MOST = 300, 1000


class QuickReplyRefused(DomainError):
    """What was given makes no quick reply."""

    code = "resposta_rapida_invalida"
    message = _("Confira os dados da resposta rápida.")


class QuickReplyTaken(Conflict):
    """Another one of the same people has the name."""

    code = "resposta_rapida_repetida"
    message = _("Já existe uma resposta rápida com este nome.")


class QuickReplyShared(Forbidden):
    """A queue's or the clinic's are changed by who manages."""

    code = "resposta_rapida_da_equipe"
    message = _("Só supervisores e administradores mudam as respostas rápidas da equipe.")


@transaction.atomic
def quick_reply_save(
    *,
    actor: Membership,
    reply: QuickReply | None = None,
    files: Sequence[Any] = (),
    dropped: Sequence[QuickReplyFile] = (),
    **values: Any,
) -> QuickReply:
    """Make or change one: scope, queue, folder, name, text. A personal one is the actor's. `files`
    are uploads that come to it, `dropped` those that go.

    Raises QuickReplyRefused, QuickReplyTaken, QuickReplyShared, NotFound for another company's
    queue.
    """
    row = reply or QuickReply(company_id=actor.company_id)
    if reply is not None and not may_change(reply, actor):
        raise QuickReplyShared
    for name, value in values.items():
        setattr(row, name, value)
    if row.scope != ReplyScope.QUEUE:
        row.queue = None
    row.owner = actor if row.scope == ReplyScope.PERSON else None
    row.name, row.folder = row.name.strip().lstrip("/"), row.folder.strip()
    row.text = row.text.replace("\x00", "").replace("\r\n", "\n").strip()
    _check(row)
    if not may_change(row, actor):
        raise QuickReplyShared
    _check_name(row)
    row.save()
    _note(row, actor, "fila.resposta_rapida_salva")
    quick_reply_files_drop(reply=row, actor=actor, files=dropped)
    for one in files:
        quick_reply_file_add(
            reply=row,
            actor=actor,
            file=one,
            filename=one.name,
            mime_type=one.content_type or "",
        )
    return row


@transaction.atomic
def quick_reply_delete(*, reply: QuickReply, actor: Membership) -> None:
    """Delete one with its files. Raises QuickReplyShared."""
    if not may_change(reply, actor):
        raise QuickReplyShared
    _note(reply, actor, "fila.resposta_rapida_apagada")
    files_delete([one.file for one in QuickReplyFile.unscoped.filter(reply=reply)])
    reply.delete()


@transaction.atomic
def quick_reply_file_add(
    *, reply: QuickReply, actor: Membership, file: IO[bytes], filename: str, mime_type: str
) -> QuickReplyFile:
    """Let a file go along. Whether a channel carries it is seen when it is used. Raises
    QuickReplyRefused, QuickReplyShared.
    """
    if not may_change(reply, actor):
        raise QuickReplyShared
    # Two uploads at once are counted one after the other.
    QuickReply.unscoped.select_for_update().get(pk=reply.pk)
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise _refused("file", _("O arquivo está vazio. Escolha outro."))
    if size > FILE_BYTES:
        raise _refused("file", _("O arquivo passa de 16 MB. Escolha um menor."))
    if QuickReplyFile.unscoped.filter(reply=reply).count() >= FILES_MOST:
        raise _refused("file", _("Uma resposta rápida leva no máximo 5 arquivos."))
    found = identify(file, mime_type, filename)
    if found == PROGRAM or not is_kin(mime_type, found):
        said = _("O conteúdo do arquivo não corresponde ao tipo informado. Escolha outro.")
        raise _refused("file", said)
    row = QuickReplyFile(
        company_id=reply.company_id,
        reply=reply,
        filename=safe_name(filename),
        mime_type=found,
        size=size,
    )
    file.seek(0)
    row.file.save("", File(file), save=False)
    row.save()
    return row


@transaction.atomic
def quick_reply_files_drop(
    *, reply: QuickReply, actor: Membership, files: Sequence[QuickReplyFile]
) -> None:
    """Take files away. Raises QuickReplyShared."""
    if not may_change(reply, actor):
        raise QuickReplyShared
    mine = QuickReplyFile.unscoped.filter(reply=reply, pk__in=[one.pk for one in files])
    files_delete([one.file for one in mine])
    mine.delete()


def quick_reply_use(
    *, reply: QuickReply, conversation: Conversation, actor: Membership, has_files: bool = True
) -> list[Attachment]:
    """Count a use and return copies of its files, attached to what is being written; a note takes
    none.

    Raises what `attachment_upload` says of a file that the channel does not carry.
    """
    QuickReply.unscoped.filter(pk=reply.pk).update(used_count=F("used_count") + 1)
    attached = []
    for one in QuickReplyFile.unscoped.filter(reply=reply) if has_files else ():
        with one.file.open("rb") as file:
            attached.append(
                attachment_upload(
                    conversation=conversation,
                    uploaded_by=actor,
                    file=file,
                    filename=one.filename,
                    mime_type=one.mime_type,
                )
            )
    return attached


def _refused(name: str, said: Any) -> QuickReplyRefused:
    return QuickReplyRefused(said, fields={name: [said]})


def _check(row: QuickReply) -> None:
    if not re.fullmatch(r"\S{1,40}", row.name):
        raise _refused("name", _("Dê um nome curto, sem espaços, de até 40 letras."))
    if len(row.text) > REPLY_LENGTH:
        raise _refused("text", _("O texto passa de 4096 letras."))
    if len(row.folder) > 60:
        raise _refused("folder", _("O nome da pasta passa de 60 letras."))
    if unknown := blanks_unknown(row.text):
        said = _("%(name)s não existe. Use: %(known)s.") % {
            "name": f"{{{{{unknown[0][:40]}}}}}",
            "known": ", ".join(f"{{{{{name}}}}}" for name in BLANKS),
        }
        raise _refused("text", said)
    if row._state.adding and not row.text:
        raise _refused("text", _("Escreva o texto da resposta."))
    if row.scope == ReplyScope.QUEUE and row.queue is None:
        raise _refused("queue", _("Escolha a fila."))
    if row.queue is not None and row.queue.company_id != row.company_id:
        raise NotFound


def _check_name(row: QuickReply) -> None:
    same = QuickReply.unscoped.filter(
        company_id=row.company_id, scope=row.scope, owner=row.owner, queue=row.queue
    ).exclude(pk=row.pk)
    if same.filter(name__iexact=row.name).exists():
        raise QuickReplyTaken(fields={"name": [QuickReplyTaken.message]})
    most = PERSON_MOST if row.scope == ReplyScope.PERSON else SHARED_MOST
    if row._state.adding and same.count() >= most:
        raise _refused("name", _("Há respostas rápidas demais. Apague as que não se usam."))


def _note(row: QuickReply, actor: Membership, action: str) -> None:
    """Write down what touches others; one's own texts are one's own."""
    if row.scope != ReplyScope.PERSON:
        audit_record(company=row.company_id, actor=actor.user, action=action, target=row)
