"""Celery carries no data: a task is a bell that says "there is work in the database"."""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A worker whose broker went away would otherwise put back what it had not acknowledged, by way of a
# connection that is closed already: that ends the worker. Bells need not be put back, the sweeps
# ring again.
Channel.do_restore = False

app = Celery("central")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
