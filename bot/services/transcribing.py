"""Voice notes written down: wanted when the file is here, worked on by a task, tried again, seen.

The claim is committed before a vendor is called, and the cost claimed as for every call. A patient
waits for none of it: a bot's turn goes on without the words after a while.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.services.audit import audit_record
from bot import vendor_bells
from bot.models import AiDeparture, AiPolicy, AiProvider, Transcription
from bot.rates import cost_of_sound
from bot.services.ai_ledger import (
    AiSettlement,
    NotAffordable,
    claim_settle,
    claim_take,
    price_of,
    today_in,
)
from bot.services.vendor_calls import hindrance
from bot.services.vendors import host_of, place_of, provider_note
from bot.transcription.azure_speech import AzureTranscriber
from bot.transcription.base import LARGEST, SpokenFile, Transcriber, WrittenSound
from bot.transcription.doubts import doubts_of
from bot.transcription.openai_sound import OpenAiTranscriber
from bot.vendors.base import AiTokens, AiUse, VendorTrouble
from bot.vendors.wire import VendorFault
from common.errors import DomainError
from common.tasks import ring
from omnichannel.choices import AttachmentState, Direction
from omnichannel.models import Attachment
from omnichannel.services.transcripts import transcription_store
from providers.choices import MessageKind

logger = logging.getLogger(__name__)
State = Transcription.State
LEASE = timedelta(seconds=150)
MOST_ATTEMPTS = 5
WAITS = (15, 60, 300, 1800)
# What may pass by itself; a limit of the day is asked again when it is another day.
PASSING = frozenset(
    {
        VendorTrouble.BUSY,
        VendorTrouble.SERVER,
        VendorTrouble.TIMEOUT,
        VendorTrouble.UNREACHABLE,
        VendorTrouble.NONSENSE,
        VendorTrouble.BREAKER,
    }
)
SAID = {
    VendorTrouble.BUDGET: _("O limite de uso da IA foi atingido."),
    VendorTrouble.ABROAD: _("A empresa não permite o envio para fora do Brasil."),
    VendorTrouble.NO_VENDOR: _("Não há provedor de transcrição."),
    VendorTrouble.OFF: _("O provedor de transcrição está desligado."),
    VendorTrouble.CREDENTIALS: _("O provedor recusou a chave."),
    VendorTrouble.QUOTA: _("O crédito no provedor acabou."),
    VendorTrouble.MODEL_GONE: _("O provedor não tem mais o modelo."),
    VendorTrouble.BAD_REQUEST: _("O provedor não aceitou este áudio."),
    VendorTrouble.TOO_LONG: _("O áudio é grande demais."),
}
DOUBTS = {
    "vazia": _("Nada foi entendido."),
    "idioma": _("Parece não ser português."),
    "repetida": _("O texto se repete; confira ouvindo."),
    "rapida": _("O texto é longo demais para o áudio; confira ouvindo."),
    "incerta": _("O provedor não tem certeza; confira ouvindo."),
}


class NoTranscriber(DomainError):
    """The company has nobody who writes voice notes down."""

    code = "sem_transcricao"
    message = _("A transcrição não está ligada. Peça a um administrador.")


def transcription_want(attachment: Attachment) -> None:
    """Ask for a received voice note to be written down, where the company wants that. Inside the
    transaction that makes the file ready.
    """
    message = attachment.message
    if attachment.kind != MessageKind.AUDIO or message is None:
        return
    if message.direction != Direction.IN or attachment.transcription:
        return
    policy = AiPolicy.unscoped.filter(company_id=attachment.company_id).first()
    if policy is None or not policy.is_transcribing or policy.transcriber_id is None:
        return
    row, _made = Transcription.unscoped.get_or_create(
        attachment=attachment, defaults={"company_id": attachment.company_id}
    )
    attachment.transcription_state = State.WAITING
    Attachment.unscoped.filter(pk=attachment.pk).update(transcription_state=State.WAITING)
    ring(vendor_bells.TRANSCRIBE, str(row.company_id), str(row.pk))


@transaction.atomic
def transcription_ask(*, attachment: Attachment, actor: Membership | None) -> None:
    """Write a voice note down again, or now, because somebody asks. Raises NoTranscriber."""
    policy = AiPolicy.unscoped.filter(company_id=attachment.company_id).first()
    is_sound = attachment.kind == MessageKind.AUDIO and attachment.state == AttachmentState.READY
    if policy is None or policy.transcriber_id is None or not is_sound:
        raise NoTranscriber
    row, _made = Transcription.unscoped.get_or_create(
        attachment=attachment, defaults={"company_id": attachment.company_id}
    )
    row = Transcription.unscoped.select_for_update().get(pk=row.pk)
    if row.state == State.WORKING and row.due_at > timezone.now():
        return
    row.state, row.attempts, row.due_at, row.error = State.WAITING, 0, timezone.now(), ""
    row.save(update_fields=["state", "attempts", "due_at", "error", "updated_at"])
    transcription_store(attachment=attachment, state=State.WAITING)
    audit_record(
        company=attachment.company_id,
        actor=actor.user if actor else None,
        action="transcricao.pedida",
        target=attachment,
    )
    ring(vendor_bells.TRANSCRIBE, str(row.company_id), str(row.pk))


def transcriptions_due() -> QuerySet[Transcription]:
    """Return what waits to be written down, of all companies."""
    return Transcription.unscoped.due()


def transcriptions_sweep() -> int:
    """Ring for what nobody took; return how many."""
    rows = list(transcriptions_due().order_by("due_at").values_list("company_id", "pk")[:200])
    for company_id, pk in rows:
        ring(vendor_bells.TRANSCRIBE, str(company_id), str(pk))
    return len(rows)


def transcription_run(*, pk: Any) -> None:
    """Write one voice note down, if nobody else is at it."""
    taken = (
        Transcription.unscoped.due()
        .filter(pk=pk)
        .update(
            # If we die, the sweep comes back then.
            state=State.WORKING,
            due_at=timezone.now() + LEASE,
            attempts=F("attempts") + 1,
        )
    )
    if not taken:
        return
    row = Transcription.unscoped.select_related("attachment__conversation").get(pk=pk)
    policy = AiPolicy.unscoped.select_related("transcriber").get(company_id=row.company_id)
    transcription_store(attachment=row.attachment, state=State.WORKING)
    try:
        if row.attempts > MOST_ATTEMPTS:
            raise VendorFault(VendorTrouble.NONSENSE, "tentativas")
        heard = _heard(row, policy)
    except VendorFault as fault:
        _again(row, fault)
        return
    _keep(row, heard)


def _heard(row: Transcription, policy: AiPolicy) -> WrittenSound:
    """Call the vendor within the company's limits. Raises VendorFault."""
    provider = policy.transcriber
    if (trouble := hindrance(provider)) or provider is None:
        raise VendorFault(trouble or VendorTrouble.NO_VENDOR)
    content = _bytes_of(row.attachment)
    row.seconds = round(_length(content)) or 1
    row.provider, row.model = provider, provider.transcription_model
    file = SpokenFile(
        content=content,
        mime_type=row.attachment.mime_type or "audio/ogg",
        model=row.model,
        keywords=tuple(one.strip() for one in policy.keywords.splitlines() if one.strip()),
    )
    return _paid(row, provider, file)


def _paid(row: Transcription, provider: AiProvider, file: SpokenFile) -> WrittenSound:
    price = price_of(row.company_id, row.model, today_in(row.company_id))
    cost = None if price is None else cost_of_sound(row.seconds, price)
    try:
        claim = claim_take(
            company_id=row.company_id,
            use=AiUse.TRANSCRIPTION,
            most=cost,
            currency=price.currency if price else "",
            seconds=row.seconds,
        )
    except NotAffordable as refused:
        raise VendorFault(VendorTrouble.BUDGET, refused.detail) from None
    began, trouble, heard = time.monotonic(), VendorTrouble.NONE, None
    try:
        heard = transcriber_of(provider).write(place_of(provider), file)
        return heard
    except VendorFault as fault:
        trouble = fault.trouble
        raise
    finally:
        talk = row.attachment.conversation
        claim_settle(
            claim=claim,
            done=AiSettlement(
                provider_id=provider.pk,
                model=row.model,
                conversation_id=talk.pk,
                channel_id=talk.channel_id,
                call_id=row.attachment_id,
                request_id=heard.request_id if heard else "",
                tokens=AiTokens(),
                seconds=row.seconds if heard else 0,
                cost=cost if heard else None,
                currency=price.currency if price else "USD",
                ms=round((time.monotonic() - began) * 1000),
                trouble=trouble,
            ),
        )
        provider_note(provider_id=provider.pk, trouble=trouble)
        _log(row, provider, trouble)


def _log(row: Transcription, provider: AiProvider, trouble: VendorTrouble) -> None:
    """Write down that a recording left; a voice cannot be masked."""
    AiDeparture.unscoped.create(
        company_id=row.company_id,
        provider=provider,
        conversation_id=row.attachment.conversation_id,
        use=AiUse.TRANSCRIPTION.value,
        call_id=row.attachment_id,
        vendor_host=host_of(provider),
        sent=f"[áudio: {row.seconds} s, {row.attachment.size} bytes]",
        trouble=trouble.value,
    )


def transcriber_of(provider: AiProvider) -> Transcriber:
    """Return how a provider writes sounds down."""
    is_speech = provider.kind == AiProvider.Kind.SPEECH
    return AzureTranscriber() if is_speech else OpenAiTranscriber()


def _bytes_of(attachment: Attachment) -> bytes:
    if not attachment.file or attachment.size > LARGEST:
        raise VendorFault(VendorTrouble.TOO_LONG, "arquivo")
    try:
        with attachment.file.open("rb") as file:
            content: bytes = file.read(LARGEST + 1)
    except OSError:
        raise VendorFault(VendorTrouble.BAD_REQUEST, "arquivo") from None
    return content


def _length(content: bytes) -> float:
    """Return a sound's length in seconds; an estimate by its size where the file does not tell."""
    import io

    import av

    try:
        with av.open(io.BytesIO(content)) as opened:
            source: Any = opened
            return float(source.duration or 0) / 1_000_000 or len(content) / 3_000
    except (av.FFmpegError, ValueError):
        return len(content) / 3_000


def _again(row: Transcription, fault: VendorFault) -> None:
    """Wait for another try, or end as failed with a sentence that a person can act on."""
    row.error = str(SAID.get(fault.trouble, _("O provedor não respondeu como devia.")))[:200]
    may_pass = fault.trouble in PASSING and row.attempts < MOST_ATTEMPTS
    if may_pass:
        wait = WAITS[min(row.attempts, len(WAITS)) - 1]
        row.state, row.due_at = State.WAITING, timezone.now() + timedelta(seconds=wait)
    else:
        row.state = State.FAILED
    logger.info("transcription %s: %s %s", row.pk, fault.trouble.value, fault.detail)
    row.save()
    transcription_store(attachment=row.attachment, state=row.state, note=row.error)


def _keep(row: Transcription, heard: WrittenSound) -> None:
    row.doubts = doubts_of(heard, row.seconds)
    row.language = heard.language[:12]
    row.state, row.error = State.READY, ""
    if "vazia" in row.doubts:
        row.state, row.error = State.FAILED, str(DOUBTS["vazia"])
    note = " ".join(str(DOUBTS[one]) for one in row.doubts)
    with transaction.atomic():
        if not Attachment.unscoped.filter(pk=row.attachment_id).exists():
            return
        row.save()
        transcription_store(
            attachment=row.attachment, state=row.state, text=heard.text.strip(), note=note
        )


# --- for the bot ----------------------------------------------------------------------------------


def voices_waiting(message_ids: Iterable[UUID]) -> bool:
    """Tell whether some messages have voice notes whose words are still to come, so that a turn may
    wait for them a little.
    """
    rows = Transcription.unscoped.filter(
        attachment__message__in=list(message_ids), state__in=(State.WAITING, State.WORKING)
    )
    return rows.exists()


def voices_heard(message_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what voice notes say, by message; without those whose text is in doubt."""
    rows = Transcription.unscoped.filter(
        attachment__message__in=list(message_ids), state=State.READY, doubts=[]
    )
    return dict(rows.values_list("attachment__message_id", "attachment__transcription"))
