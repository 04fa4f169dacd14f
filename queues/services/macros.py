"""Macros: kept, shown before they run, run. One's own anybody keeps; a queue's and the clinic's,
who manages. Whoever runs one does nothing they could not do by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Membership
from accounts.services.audit import audit_record
from common.errors import Conflict, DomainError, Forbidden, NotFound
from omnichannel.models import Conversation
from omnichannel.services.conversations import conversation_lock
from omnichannel.services.outbound import message_check
from queues.belonging import may_change
from queues.blanks import blanks_refuse
from queues.choices import ReplyScope, StepAct, StepState
from queues.models import Macro, MacroRun
from queues.services.several import MOST, ActOutcome, TooManyConversations
from queues.services.steps import MacroStep, step_do, step_words, steps_read, text_of

# More than anybody looks through; the menu carries them all.
PERSON_MOST, SHARED_MOST = 50, 200


class MacroRefused(DomainError):
    """What was given makes no macro."""

    code = "macro_invalida"
    message = _("Confira os dados da macro.")


class MacroTaken(Conflict):
    """Another one of the same people has the name."""

    code = "macro_repetida"
    message = _("Já existe uma macro com este nome.")


class MacroShared(Forbidden):
    """A queue's or the clinic's are changed by who manages."""

    code = "macro_da_equipe"
    message = _("Só supervisores e administradores mudam as macros da equipe.")


@dataclass(frozen=True, slots=True)
class StepPreview:
    """What an action will do, and why it would be refused now ("" when nothing speaks against)."""

    said: str
    problem: str = ""


@transaction.atomic
def macro_save(
    *,
    actor: Membership,
    macro: Macro | None = None,
    steps: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> Macro:
    """Make or change one: scope, queue, name, steps (queues.services.steps). A personal one is the
    actor's. Raises MacroRefused, MacroTaken, MacroShared, StepRefused, NotFound.
    """
    row = macro or Macro(company_id=actor.company_id)
    if macro is not None and not may_change(macro, actor):
        raise MacroShared
    for name, value in values.items():
        setattr(row, name, value)
    if row.scope != ReplyScope.QUEUE:
        row.queue = None
    row.owner = actor if row.scope == ReplyScope.PERSON else None
    row.name = row.name.replace("\x00", "").strip()
    if not may_change(row, actor):
        raise MacroShared
    _check(row)
    given = row.steps if steps is None else steps
    row.steps = steps_read(given, actor, is_shared=row.scope != ReplyScope.PERSON)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise MacroTaken(fields={"name": [MacroTaken.message]}) from None
    _write_down(row, actor, "fila.macro_salva")
    return row


@transaction.atomic
def macro_delete(*, macro: Macro, actor: Membership) -> None:
    """Delete one; what was run stays written down. Raises MacroShared."""
    if not may_change(macro, actor):
        raise MacroShared
    _write_down(macro, actor, "fila.macro_apagada")
    macro.delete()


def macro_preview(
    *, macro: Macro, conversation: Conversation, actor: Membership
) -> list[StepPreview]:
    """Say what each action would do in a conversation, and what would be refused as it is now.
    Changes nothing.
    """
    return [_preview(step, conversation, actor) for step in macro.steps]


def _preview(step: MacroStep, conversation: Conversation, actor: Membership) -> StepPreview:
    try:
        text = text_of(step, conversation, actor)
    except DomainError as refused:
        return StepPreview(step_words(step, actor.company_id), str(refused))
    if step["act"] not in (StepAct.ANSWER, StepAct.QUICK):
        said = f"{StepAct.NOTE.label}: {text}" if text else step_words(step, actor.company_id)
        return StepPreview(said)
    said = f"{StepAct.ANSWER.label}: {text}"
    try:
        blanks_refuse(text)
        # Only looked at: nothing of it is stored.
        with transaction.atomic():
            message_check(conversation=conversation_lock(conversation), author=actor, text=text)
    except DomainError as refused:
        return StepPreview(said, str(refused))
    return StepPreview(said)


def macro_run(
    *, macro: Macro, conversation: Conversation, actor: Membership, client_id: str = ""
) -> MacroRun:
    """Do a macro's actions in a conversation, one after the other, each in a transaction of its
    own. The first that is refused ends it: what follows often rests on it, and a patient who got no
    answer must not be finished. The same `client_id` again returns the first run, and raises
    MacroRunning while that one is not done.
    """
    client_id = client_id or str(uuid7())
    run = _claim(macro, conversation, actor, client_id)
    if run is None:
        known = MacroRun.unscoped.get(conversation=conversation, client_id=client_id)
        if known.ended_at is None:
            raise MacroRunning
        return known
    is_stopped = False
    for place, step in enumerate(macro.steps):
        said = ""
        if is_stopped:
            state = StepState.SKIPPED
        else:
            state, said = _do(step, conversation, actor, f"macro.{run.pk}.{place}")
            is_stopped = state == StepState.REFUSED
        run.outcomes.append({"act": step["act"], "state": str(state), "said": said})
        run.save(update_fields=["outcomes", "updated_at"])
    run.ended_at = timezone.now()
    run.save(update_fields=["ended_at", "updated_at"])
    return run


class MacroRunning(Conflict):
    """The same press of a button came again while it was worked on."""

    code = "macro_em_andamento"
    message = _("Esta macro já está em andamento. Aguarde um instante.")


def _claim(
    macro: Macro, conversation: Conversation, actor: Membership, client_id: str
) -> MacroRun | None:
    try:
        with transaction.atomic():
            run = MacroRun.unscoped.create(
                company_id=macro.company_id,
                macro=macro,
                name=macro.name,
                conversation=conversation,
                actor=actor,
                client_id=client_id[:64],
            )
            Macro.unscoped.filter(pk=macro.pk).update(used_count=F("used_count") + 1)
    except IntegrityError:
        # The unique constraint is what a second press meets.
        return None
    return run


def _do(
    step: MacroStep, conversation: Conversation, actor: Membership, client_id: str
) -> tuple[StepState, str]:
    # What an action before it did may have taken the conversation out of the actor's sight.
    seen = Conversation.objects.for_company(actor.company_id).visible_to(actor)
    row = seen.select_related("contact", "channel", "attendant").filter(pk=conversation.pk).first()
    try:
        if row is None:
            raise NotFound
        with transaction.atomic():
            is_changed = step_do(step, conversation=row, actor=actor, client_id=client_id)
    except DomainError as refused:
        return StepState.REFUSED, str(refused)
    return (StepState.DONE if is_changed else StepState.SAME), ""


def macro_run_several(*, macro: Macro, ids: Iterable[UUID], actor: Membership) -> ActOutcome:
    """Run a macro on those of some conversations that the actor may see; one that cannot leaves the
    others done. Raises TooManyConversations.
    """
    wanted = sorted(set(ids))
    if len(wanted) > MOST:
        raise TooManyConversations
    outcome = ActOutcome()
    seen = Conversation.objects.for_company(actor.company_id).visible_to(actor)
    rows = list(seen.filter(pk__in=wanted).order_by("pk"))
    if missing := len(wanted) - len(rows):
        outcome.refused[str(NotFound.message)] += missing
    for row in rows:
        run = macro_run(macro=macro, conversation=row, actor=actor)
        for one in run.outcomes:
            if one["state"] == StepState.REFUSED:
                outcome.refused[f"{StepAct(one['act']).label}: {one['said']}"] += 1
        states = {one["state"] for one in run.outcomes}
        if StepState.DONE in states:
            outcome.changed.append(row.pk)
        elif states == {StepState.SAME}:
            outcome.same.append(row.pk)
    return outcome


def _check(row: Macro) -> None:
    if not row.name or len(row.name) > 60:
        said = gettext("Dê um nome de até 60 letras.")
        raise MacroRefused(said, fields={"name": [said]})
    if row.scope == ReplyScope.QUEUE and row.queue is None:
        said = gettext("Escolha a fila.")
        raise MacroRefused(said, fields={"queue": [said]})
    if row.queue is not None and row.queue.company_id != row.company_id:
        raise NotFound
    same = Macro.unscoped.filter(company_id=row.company_id, owner=row.owner)
    most = PERSON_MOST if row.scope == ReplyScope.PERSON else SHARED_MOST
    if row._state.adding and same.count() >= most:
        said = gettext("Há macros demais. Apague as que não se usam.")
        raise MacroRefused(said, fields={"name": [said]})


def _write_down(row: Macro, actor: Membership, action: str) -> None:
    """Write down what touches others; one's own macros are one's own."""
    if row.scope != ReplyScope.PERSON:
        audit_record(company=row.company_id, actor=actor.user, action=action, target=row)
