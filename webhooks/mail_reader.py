"""The process that reads mailboxes: a thread for each, so that one that hangs stops no other."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection

from common.crypto import SecretUnreadable
from omnichannel.choices import ChannelStatus
from omnichannel.models import Channel
from omnichannel.sending.reach import credentials_unreadable
from omnichannel.services.channels import channel_stop
from providers.outgoing import SendError
from providers.pulled import Pulled
from providers.registry import face_of, kinds_with
from webhooks.pulling import folder_read

logger = logging.getLogger(__name__)

# How often channels are looked for, and the sign of life is given.
LOOK_SECONDS = 3.0
# A server that forgets to tell us is asked all the same, long before it hangs up on who is silent
# (Gmail does after some ten minutes).
WAIT_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
# Touched at every look, for whoever watches the process.
ALIVE = "mail_reader.alive"


class Mailbox(threading.Thread):
    """Reads one channel's folder until it is told to stop, or the provider locks us out."""

    def __init__(self, channel_id: Any, changed_at: datetime) -> None:
        super().__init__(name=f"mailbox-{channel_id}", daemon=True)
        self.channel_id = channel_id
        self.changed_at = changed_at
        self._is_ending = False
        self._ending = threading.Event()

    def stop(self) -> None:
        """Let it end after what it is about."""
        self._is_ending = True
        self._ending.set()

    def run(self) -> None:
        """Read, wait, and read again."""
        pause = FIRST_PAUSE
        while not self._is_ending:
            try:
                self._serve()
                pause = FIRST_PAUSE
            except SendError as exc:
                if exc.scope == "channel":
                    self._lock_out(exc)
                    return
                logger.info("mailbox %s: %s", self.channel_id, exc.code)
            except SecretUnreadable:
                self._with_channel(credentials_unreadable)
                return
            except (Error, OSError) as exc:
                logger.warning("mailbox %s: %s", self.channel_id, type(exc).__name__)
            except Exception:
                # The edge of the thread: whatever it stumbles over, the next look is another try.
                logger.exception("mailbox %s", self.channel_id)
            connection.close()
            self._ending.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _serve(self) -> None:
        channel = self._channel()
        if channel is None:
            self.stop()
            return
        source = face_of(channel.kind, Pulled).source(channel.account())
        try:
            while not self._is_ending:
                if folder_read(channel, source):
                    continue
                # Others need the connection more than who waits.
                connection.close()
                source.wait(WAIT_SECONDS)
        finally:
            source.close()
            connection.close()

    def _channel(self) -> Channel | None:
        # Whose it is the row says: the reader walks over all companies.
        return Channel.unscoped.filter(pk=self.channel_id, status=ChannelStatus.ACTIVE).first()

    def _lock_out(self, error: SendError) -> None:
        logger.warning("mailbox %s: %s, stopped", self.channel_id, error.code)
        self._with_channel(lambda channel: channel_stop(channel=channel, detail=str(error.detail)))

    def _with_channel(self, act: Callable[[Channel], None]) -> None:
        channel = self._channel()
        if channel is not None:
            act(channel)
        connection.close()


class MailReader:
    """Keeps a thread for every channel that is to be read, and lets go of the others."""

    def __init__(self) -> None:
        self._threads: dict[Any, Mailbox] = {}
        self._is_ending = False
        self._ending = threading.Event()

    def run(self) -> None:
        """Look for channels until told to stop."""
        while not self._is_ending:
            try:
                self.look()
                Path(settings.VAR_DIR, ALIVE).touch()
            except (Error, OSError) as exc:
                logger.warning("mail reader: %s", type(exc).__name__)
            connection.close()
            self._ending.wait(LOOK_SECONDS)
        for thread in self._threads.values():
            thread.stop()

    def stop(self) -> None:
        """Let it end."""
        self._is_ending = True
        self._ending.set()

    def look(self) -> None:
        """Begin what is new, begin anew what changed, end what is no longer to be read."""
        wanted = self._wanted()
        for key, thread in list(self._threads.items()):
            if wanted.get(key) != thread.changed_at:
                thread.stop()
                del self._threads[key]
            elif not thread.is_alive():
                del self._threads[key]
        for key, changed_at in wanted.items():
            if key not in self._threads:
                self._threads[key] = Mailbox(key, changed_at)
                self._threads[key].start()

    def wait_idle(self, seconds: float) -> None:
        """Wait until every thread ended, for so long at most."""
        deadline = time.monotonic() + seconds
        for thread in list(self._threads.values()):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _wanted(self) -> dict[Any, datetime]:
        rows = Channel.unscoped.proven().sending().filter(kind__in=kinds_with(Pulled))
        found = {}
        for channel in rows.exclude(door_key=None):
            try:
                account = channel.account()
            except SecretUnreadable:
                credentials_unreadable(channel)
                continue
            if face_of(channel.kind, Pulled).is_pulled(account):
                # When what it logs in with may have changed; a look at the provider changes it too.
                found[channel.pk] = channel.proven_at or channel.created_at
        return found
