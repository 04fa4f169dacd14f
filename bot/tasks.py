"""Tasks of the bot; they ring for work that stands in the database."""

from __future__ import annotations

import threading

from celery import shared_task

from bot import (
    bells,
    vendor_tasks,  # noqa: F401 - Celery looks for tasks in this module only.
)
from common.tasks import company_task, ring_now

AT_ONCE = 200
_reading = threading.Lock()


@company_task("bot.tasks.turn", ignore_result=True)
def turn(company_id: str, session_id: str) -> None:
    """Answer what a patient wrote."""
    from bot.services.turns import turn_take

    turn_take(session_id)


@company_task("bot.tasks.retake", ignore_result=True)
def retake(company_id: str, turn_id: str) -> None:
    """Take over a turn whose worker died."""
    from bot.services.turns import turn_retake

    turn_retake(turn_id)


@company_task("bot.tasks.summary", ignore_result=True)
def summary(company_id: str, session_id: str) -> None:
    """Sum up for staff what a patient and the bot said."""
    from bot.services.writing import summary_write

    summary_write(session_id)


@company_task("bot.tasks.typing", ignore_result=True)
def typing(company_id: str, turn_id: str) -> None:
    """Show the patient that an answer is being written."""
    from bot.services.waiting import typing_show

    typing_show(turn_id)


@company_task("bot.tasks.read", ignore_result=True)
def read(company_id: str, conversation_id: str) -> None:
    """Read subject and feeling of a conversation for who goes on with it."""
    from bot.services.reading import conversation_read
    from omnichannel.models import Conversation

    rows = Conversation.objects.select_related("company", "contact")
    talk = rows.filter(pk=conversation_id).first()
    if talk is not None:
        conversation_read(talk)


@shared_task(name="bot.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Ring for what nobody rang for, and for what a dead worker left: each in its own time, for a
    provider may be slow.
    """
    from bot.services.turns import sessions_due, turns_lost

    for rows, bell in ((sessions_due(), bells.TURN), (turns_lost(), bells.RETAKE)):
        for company_id, pk in rows.values_list("company_id", "pk")[:AT_ONCE]:
            ring_now(bell, str(company_id), str(pk))


@shared_task(name="bot.tasks.quiet", ignore_result=True)
def quiet() -> None:
    """End conversations that went silent, where that was agreed."""
    from bot.services.turns import quiet_close

    quiet_close()


@shared_task(name="bot.tasks.phrases_embed", ignore_result=True)
def phrases_embed() -> None:
    """Read phrases that the model has not read. An import rings once for each entry: one reads them
    all, the others leave the threads to patients.
    """
    from bot.services.recalling import phrases_embed as embed

    if not _reading.acquire(blocking=False):
        return
    try:
        while embed():
            pass
    finally:
        _reading.release()
