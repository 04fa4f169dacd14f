"""Mails of the product itself: written down with what they tell of, sent after commit by a task."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import AccountMail, Company, Invitation, User
from accounts.services import links
from common.tasks import apart, ring

logger = logging.getLogger(__name__)
TASK = "accounts.tasks.mails_send"
KIND = AccountMail.Kind
# Minutes until the next try after each; then it is given up. A mail server is away for hours, and
# what a mail is about ends within days.
WAITS = (1, 5, 15, 60, 240, 720)
KEPT = timedelta(days=30)
AT_ONCE = 50


def mail_write(
    *, kind: str, user: User | None, invitation: Invitation | None = None, is_kept: bool = False
) -> AccountMail | None:
    """Write down a mail to a person and ring for it after commit. Nothing where mail is off.

    Without a `user`, or where `is_kept`, the same is done and nothing is sent: from outside nobody
    sees the difference.
    """
    if not settings.MAIL_IS_ON:
        return None
    own = user.language if user else ""
    row = AccountMail.objects.create(
        kind=kind,
        user=user,
        invitation=invitation,
        language=own or translation.get_language() or settings.LANGUAGE_CODE,
        due_at=None if user is None or is_kept else timezone.now(),
    )
    ring(TASK)
    return row


def recent_count(*, user: User | None, kind: str, span: timedelta) -> int:
    """Return how many mails of a kind a person asked for lately."""
    rows = AccountMail.objects.filter(user=user, kind=kind)
    return rows.filter(created_at__gt=timezone.now() - span).count()


def mails_due() -> QuerySet[AccountMail]:
    """Return the mails to be sent now."""
    return AccountMail.objects.filter(due_at__lte=timezone.now())


def mails_send() -> int:
    """Send what is due; return how many went out. What fails is tried again later."""
    sent = 0
    for pk in list(mails_due().values_list("pk", flat=True)[:AT_ONCE]):
        with apart("account mail", pk):
            sent += _send(pk)
    return sent


def mails_purge() -> int:
    """Forget mails of a month ago; return how many."""
    count: int = AccountMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
    return count


def _send(pk: Any) -> bool:
    mail = _claim(pk)
    if mail is None:
        return False
    message = _worded(mail)
    if message is None:
        # What it tells of is over.
        AccountMail.objects.filter(pk=pk).update(due_at=None, updated_at=timezone.now())
        return False
    try:
        message.send()
    except (OSError, SMTPException) as trouble:
        # The address stands in the words of the error.
        logger.warning("account mail %s: try %d: %s", pk, mail.attempts, type(trouble).__name__)
        return False
    now = timezone.now()
    AccountMail.objects.filter(pk=pk).update(due_at=None, sent_at=now, updated_at=now)
    return True


@transaction.atomic
def _claim(pk: Any) -> AccountMail | None:
    """Count the try before it is made: whoever dies in it leaves a later one, not an endless
    loop.
    """
    rows = mails_due().select_for_update(skip_locked=True, of=("self",))
    mail = rows.select_related("user", "invitation").filter(pk=pk).first()
    if mail is None:
        return None
    is_last = mail.attempts >= len(WAITS)
    later = None if is_last else timezone.now() + timedelta(minutes=WAITS[mail.attempts])
    AccountMail.objects.filter(pk=pk).update(
        attempts=F("attempts") + 1, due_at=later, updated_at=timezone.now()
    )
    mail.attempts += 1
    return mail


def _worded(mail: AccountMail) -> EmailMessage | None:
    """Write a mail in its person's language; None when it has no point any more."""
    with translation.override(mail.language):
        context = _context(mail) if mail.user else None
        if context is None or mail.user is None:
            return None
        text = render_to_string(f"mail/{mail.kind}.txt", context)
        return EmailMessage(
            # A line's end would begin another header.
            subject=" ".join(str(context["subject"]).split()),
            body=text.strip() + "\n",
            to=[mail.user.email],
            headers={"Auto-Submitted": "auto-generated"},
        )


def _context(mail: AccountMail) -> dict[str, Any] | None:
    assert mail.user is not None
    match mail.kind:
        case KIND.INVITATION:
            return _invitation(mail.invitation) if mail.invitation else None
        case KIND.RESET:
            link = links.address("inbox:reset-link", links.reset_token(mail.user))
            return {"subject": _("Senha nova na Central de Atendimento"), "link": link}
        case _:
            link = settings.PUBLIC_URL + reverse("inbox:reset")
            return {"subject": _("Sua senha foi trocada"), "link": link}


def _invitation(row: Invitation) -> dict[str, Any] | None:
    is_over = row.accepted_at or row.declined_at or row.withdrawn_at or row.membership_id is None
    if is_over or row.expires_at <= timezone.now():
        return None
    company = Company.objects.get(pk=row.company_id)
    inviter = row.invited_by.name if row.invited_by else company.name
    return {
        "subject": _("Convite para a equipe de %(company)s") % {"company": company.name},
        "company": company.name,
        "inviter": inviter,
        "expires_at": timezone.localtime(row.expires_at, company.zone),
        "link": links.address("inbox:join-link", links.invitation_token(row)),
    }
