"""Two callers at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from accounts.models import Company, Membership
from common.errors import DomainError
from common.scoping import company_scope
from contacts.models import Contact
from omnichannel.choices import AttachmentState
from omnichannel.models import Attachment, Channel, Conversation, Message
from omnichannel.services.outbound import message_send
from omnichannel.services.starting import conversation_start
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, action: Callable[[], Any], company: Company) -> list[Any]:
    """Do something in several threads at once; return what came of it, refusals as their codes."""
    barrier, results = Barrier(count), []

    def run() -> None:
        barrier.wait()
        try:
            with company_scope(company):
                results.append(action())
        except DomainError as refused:
            results.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_one_file_goes_with_one_message(
    clinic: Company, beto: Membership, conversation: Conversation
):
    file = Attachment.unscoped.create(
        company=clinic,
        conversation=conversation,
        kind="imagem",
        state=AttachmentState.READY,
        mime_type="image/png",
        size=10,
    )

    def send() -> str:
        attachment = Attachment.objects.get(pk=file.pk)
        message_send(conversation=conversation, author=beto, attachments=[attachment])
        return "enviada"

    assert sorted(together(4, send, clinic)) == ["enviada"] + ["nao_encontrado"] * 3
    assert Message.objects.for_company(clinic).outbound().count() == 1


def test_a_conversation_that_is_started_twice_or_by_the_patient_too_is_one(
    clinic: Company, channel: Channel
):
    def start() -> Any:
        if barrier_turn.pop():
            return make.inbound(channel).conversation_id
        return conversation_start(channel=channel, address=make.PHONE).pk

    barrier_turn = [True, False, False, True]
    found = together(4, start, clinic)
    assert len(set(found)) == 1
    assert Contact.objects.for_company(clinic).count() == 1
    assert Conversation.objects.for_company(clinic).count() == 1
