"""Bells of this package. Each does one service call; the work and its state are in the database."""

from __future__ import annotations

import logging

from celery import shared_task

from common.errors import DomainError
from common.tasks import apart, company_task
from omnichannel.choices import ChannelStatus
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.sending import claims, reach
from omnichannel.services import (
    budgets,
    comparing,
    delivery,
    early,
    endings,
    media,
    naming,
    proving,
    receipts,
    renewing,
    scheduling,
    showing,
    snoozing,
    starting,
    templates,
)
from providers import registry
from providers.comparing import Comparing
from providers.outgoing import SendError

logger = logging.getLogger(__name__)


@company_task("omnichannel.tasks.conversation_deliver")
def conversation_deliver(company_id: str, conversation_id: str) -> None:
    """Send what a conversation has waiting."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is not None:
        delivery.conversation_deliver(conversation=conversation)


@shared_task(name="omnichannel.tasks.outbound_sweep")
def outbound_sweep() -> None:
    """Ring for messages whose bell was lost."""
    delivery.outbound_sweep()


@shared_task(name="omnichannel.tasks.claims_sweep")
def claims_sweep() -> None:
    """Call uncertain what processes claimed before they died, replies and campaigns alike."""
    claims.claims_sweep()


@shared_task(name="omnichannel.tasks.stops_purge")
def stops_purge() -> None:
    """Forget whom a provider refused once they may be written to again."""
    reach.stops_over().delete()


@shared_task(name="omnichannel.tasks.receipts_sweep")
def receipts_sweep() -> None:
    """Apply receipts and changes that came before their message."""
    receipts.receipts_sweep_all()
    early.early_sweep_all()


@company_task("omnichannel.tasks.attachment_fetch")
def attachment_fetch(company_id: str, attachment_id: str) -> None:
    """Bring one received file into storage."""
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is not None:
        media.attachment_fetch(attachment=attachment)


@company_task("omnichannel.tasks.person_name")
def person_name(company_id: str, conversation_id: str) -> None:
    """Learn what the person of a new conversation calls themselves."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is not None:
        naming.name_learn(conversation=conversation)


@shared_task(name="omnichannel.tasks.attachments_sweep")
def attachments_sweep() -> None:
    """Ring for files that still wait."""
    media.attachments_sweep()


@shared_task(name="omnichannel.tasks.scheduled_sweep")
def scheduled_sweep() -> None:
    """Send what was written for this moment."""
    scheduling.scheduled_sweep()


@shared_task(name="omnichannel.tasks.snoozes_wake")
def snoozes_wake() -> None:
    """Bring back conversations whose moment came."""
    snoozing.snoozes_wake()


@shared_task(name="omnichannel.tasks.starts_purge")
def starts_purge() -> None:
    """Delete conversations that were begun and never written in."""
    starting.starts_purge()


@shared_task(name="omnichannel.tasks.uploads_purge")
def uploads_purge() -> None:
    """Delete uploads that nobody sent."""
    media.uploads_purge()


@company_task("omnichannel.tasks.read_receipt")
def read_receipt(company_id: str, message_id: str) -> None:
    """Show the patient blue ticks. Losing one, or doing it twice, harms nobody."""
    rows = Message.objects.select_related("channel", "conversation__identity")
    message = rows.filter(pk=message_id).first()
    if message is None or not message.external_id:
        return
    showing.read_show(message)


@company_task("omnichannel.tasks.typing_show")
def typing_show(company_id: str, conversation_id: str) -> None:
    """Show the patient that someone is writing; it also marks their messages as read."""
    showing.typing_show(conversation_id)


@shared_task(name="omnichannel.tasks.channels_check")
def channels_check() -> None:
    """Renew credentials that end, ask every provider whether its channel still works, and fetch its
    templates.
    """
    # A daily walk over all companies' channels; each is then handled by its own services.
    for channel in Channel.unscoped.exclude(status=ChannelStatus.INACTIVE):
        if not proving.is_asked(channel):
            # Only a message would tell, and nobody asked for one.
            continue
        with apart("check of channel", channel.pk):
            renewing.credentials_renew(channel)
            endings.ending_tell(channel)
            try:
                proving.channel_validate(channel=channel)
                if channel.is_waba_proven:
                    templates.templates_sync(channel=channel)
            except DomainError as exc:
                logger.warning("channel %s: %s", channel.pk, exc.code)


@shared_task(name="omnichannel.tasks.channels_compare")
def channels_compare() -> None:
    """Ask the providers that tell what people wrote in the last day, and notice what never came."""
    # An hourly walk over all companies' channels; each is then handled by its own service.
    kinds = registry.kinds_with(Comparing)
    for channel in Channel.unscoped.proven().sending().filter(kind__in=kinds):
        with apart("comparison of channel", channel.pk):
            try:
                comparing.channel_compare(channel)
            except (SendError, DomainError) as exc:
                logger.info("comparison of %s: %s", channel.pk, exc.code)


@shared_task(name="omnichannel.tasks.budgets_check")
def budgets_check() -> None:
    """Warn of budgets that are nearly or all spent."""
    budgets.budgets_check()
