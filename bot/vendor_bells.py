"""The names of the tasks about vendors, so that services can ring without knowing who answers."""

TRANSCRIBE = "bot.vendor_tasks.transcribe"
SWEEP = "bot.vendor_tasks.transcriptions_sweep"
