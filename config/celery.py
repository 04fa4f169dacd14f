"""Celery carries no data: a task is a bell that says "there is work in the database"."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.use()
app = Celery("central")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _doubt(**_: Any) -> None:
    from common.realtime import doubt

    # The one before may have been killed between a commit and its hint.
    doubt()
