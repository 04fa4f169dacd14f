"""Bells of vendors: voice notes, what is kept for so long, models that end."""

from __future__ import annotations

from celery import shared_task

from bot import vendor_bells
from bot.services.ai_ledger import claims_purge
from bot.services.ai_watch import departures_purge, models_watch
from bot.services.transcribing import transcription_run, transcriptions_sweep
from common.tasks import company_task


@company_task(vendor_bells.TRANSCRIBE)
def transcribe(company_id: str, transcription_id: str) -> None:
    """Write one voice note down."""
    transcription_run(pk=transcription_id)


@shared_task(name=vendor_bells.SWEEP, ignore_result=True)
def sweep() -> None:
    """Ring for voice notes that nobody took."""
    transcriptions_sweep()


@shared_task(name="bot.vendor_tasks.daily", ignore_result=True)
def daily() -> None:
    """Forget what was kept long enough, and look which models end."""
    departures_purge()
    claims_purge()
    models_watch()
