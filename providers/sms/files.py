"""Fetching a file that somebody sent, from the provider that took it.

The address came with a proven callback, still it is treated as foreign: the credentials go to the
provider's own host only, and nothing is fetched that is not on the public Internet.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import requests
from django.utils.translation import gettext_lazy as _

from providers.http import CONNECT_SECONDS, ForeignAddress, OwnHeaders, session_for
from providers.outgoing import Account, SendError
from providers.sms import errors, twilio
from providers.sms.providers import provider_of

logger = logging.getLogger(__name__)

READ_SECONDS = 30.0
# A file of 5 MB on a slow line; a server that drips bytes does not hold a worker for longer.
WHOLE_SECONDS = 120.0
CHUNK_BYTES = 65_536
REDIRECT_COUNT = 3


def chunks(account: Account, url: str, limit: int) -> Iterator[bytes]:
    """Stream a file in chunks, at most `limit` bytes in all. Raises SendError."""
    deadline = time.monotonic() + WHOLE_SECONDS
    try:
        with _open(account, url) as response:
            total = 0
            for chunk in response.iter_content(CHUNK_BYTES):
                total += len(chunk)
                if total > limit:
                    raise SendError(
                        "midia_grande", _("O arquivo é maior do que o limite e não foi baixado.")
                    )
                if time.monotonic() > deadline:
                    raise errors.not_sent()
                yield chunk
    except requests.RequestException as problem:
        logger.warning("SMS file broke off: %s", type(problem).__name__)
        raise errors.not_sent() from None


def _open(account: Account, url: str) -> requests.Response:
    """Open the address; it leads on to where the file is stored, which needs no credentials."""
    # Only Twilio names files by addresses that need credentials; the others' come as links.
    own = urlsplit(twilio.api_of(account)).netloc
    if provider_of(account).name != twilio.Twilio.name or urlsplit(url).netloc != own:
        raise _foreign()
    headers = {"Authorization": twilio.basic(account)}
    for _hop in range(REDIRECT_COUNT + 1):
        try:
            session = session_for(url)
        except ForeignAddress:
            raise _foreign() from None
        response = session.get(
            url,
            headers=headers,
            auth=OwnHeaders(),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )
        if not response.is_redirect:
            break
        response.close()
        url, headers = urljoin(url, response.headers["Location"]), {}
    if response.status_code == 200:
        return response
    response.close()
    if response.status_code in (404, 410):
        raise SendError(
            "midia_sumiu",
            _("O provedor não tem mais este arquivo. Peça ao paciente para enviar de novo."),
        )
    if response.is_redirect:
        # It leads in a circle; nothing is wrong with the channel's own address.
        raise _foreign()
    if not headers and response.status_code in (401, 403):
        # The store refuses an address that is over; the provider leads to another one.
        raise errors.not_sent()
    raise errors.refused(errors.by_status(response.status_code))


def _foreign() -> SendError:
    return SendError(
        "midia_de_fora", _("O endereço do arquivo não é do provedor e não foi aberto.")
    )
