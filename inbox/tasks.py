"""Bells of what browsers are told while no page of ours is open."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import PushDevice
from common.tasks import apart, company_task
from inbox.push.hearing import TELL, PushKind
from inbox.push.telling import SEND, device_tell, notice_for, notice_tell, notices_of


@company_task(TELL, ignore_result=True)
def push_tell(company_id: str, news: Sequence[Sequence[str]]) -> None:
    """Tell of some events: kind, conversation, and whose it is ("" who serves the queue)."""
    for kind, conversation_id, member_id in news:
        with apart("push about conversation", conversation_id):
            for notice in notices_of(kind, conversation_id, member_id):
                notice_tell(notice)


@company_task(SEND, ignore_result=True)
def push_send(company_id: str, device_id: str, kind: str, conversation_id: str, tries: int) -> None:
    """Try one browser again, if it is still news."""
    rows = PushDevice.objects.select_related("membership__user", "membership__company")
    device = rows.filter(pk=device_id).first()
    if device is None:
        return
    notice = notice_for(PushKind(kind), device.membership, conversation_id)
    if notice is not None:
        device_tell(device, notice, tries=tries)
