"""The actions of macros: read, worded, done. Each is done by the service that people's own buttons
call, with the rights of whoever runs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from common.errors import DomainError, NotFound
from contacts.models import Tag
from contacts.services.tagging import tag_wanted
from omnichannel.choices import Author
from omnichannel.models import Conversation
from omnichannel.moments import presets
from omnichannel.services.outbound import message_send, note_add
from queues.blanks import blanks_fill, blanks_of, blanks_refuse, blanks_unknown
from queues.choices import ReplyScope, SnoozeFor, StepAct
from queues.models import Queue, QuickReply
from queues.models.quick_reply import REPLY_LENGTH
from queues.services.quick_replies import quick_reply_use
from queues.services.several import ActOrder, TalkAct, conversation_act

MOST_STEPS = 10
# What a message is for that no person wrote.
BY_RULE = "regra"


class MacroStep(TypedDict, total=False):
    """One action as it is kept; ids are texts. Without `attendant` whoever runs it is meant."""

    act: str
    text: str
    reply: str
    tag: str
    priority: int
    queue: str
    attendant: str
    moment: str
    reason: str


class StepRefused(DomainError):
    """What was given makes no action."""

    code = "acao_invalida"
    message = _("Confira as ações.")


# Which members each action keeps; the first must be there, but for an assignment to oneself.
NEEDS: dict[str, tuple[str, ...]] = {
    StepAct.ANSWER: ("text",),
    StepAct.QUICK: ("reply",),
    StepAct.NOTE: ("text",),
    StepAct.TAG: ("tag",),
    StepAct.UNTAG: ("tag",),
    StepAct.PRIORITY: ("priority",),
    StepAct.TRANSFER: ("queue", "reason"),
    StepAct.ASSIGN: ("attendant", "reason"),
    StepAct.SNOOZE: ("moment",),
    StepAct.FINISH: ("reason",),
}


def steps_read(
    given: Sequence[Mapping[str, Any]], actor: Membership, *, is_shared: bool
) -> list[MacroStep]:
    """Return actions as they are kept. What others run names nothing that is only one person's.
    Raises StepRefused, NotFound for what is another company's or not there.
    """
    if not given:
        raise _wrong(gettext("Escolha pelo menos uma ação."))
    if len(given) > MOST_STEPS:
        raise _wrong(gettext("São até 10 ações."))
    steps = [_read(one, actor, is_shared=is_shared) for one in given]
    if any(one["act"] == StepAct.FINISH for one in steps[:-1]):
        raise _wrong(gettext("Finalizar é a última ação: depois dela nada mais acontece."))
    return steps


def _read(given: Mapping[str, Any], actor: Membership, *, is_shared: bool) -> MacroStep:
    act = given.get("act")
    if act not in NEEDS:
        raise _wrong(gettext("Escolha o que cada ação faz."))
    needs = NEEDS[act]
    step: dict[str, Any] = {"act": str(act)}
    for name in needs:
        value = given.get(name)
        value = value.replace("\x00", "").strip() if isinstance(value, str) else value
        if value not in (None, ""):
            step[name] = str(value) if isinstance(value, UUID) else value
    if needs[0] not in step and act != StepAct.ASSIGN:
        label = StepAct(act).label
        raise _wrong(gettext("Falta dizer o que “%(act)s” precisa.") % {"act": label})
    _check_values(step)
    _check_rows(step, actor, is_shared=is_shared)
    return MacroStep(**step)  # type: ignore[typeddict-item,no-any-return]  # as in NEEDS


def _check_values(step: dict[str, Any]) -> None:
    for name, most in (("text", REPLY_LENGTH), ("tag", 60), ("reason", 100)):
        if len(step.get(name, "")) > most:
            raise _wrong(gettext("O texto de uma ação é longo demais."))
    if unknown := blanks_unknown(step.get("text", "")):
        named = f"{{{{{unknown[0][:40]}}}}}"
        raise _wrong(gettext("%(name)s não existe.") % {"name": named})
    level = step.get("priority", 5)
    if not isinstance(level, int) or not 1 <= level <= 10:
        raise _wrong(gettext("A prioridade vai de 1 a 10."))
    if step.get("moment", SnoozeFor.REPLY) not in SnoozeFor:
        raise _wrong(gettext("Escolha até quando adiar."))
    needs_reason = step["act"] == StepAct.TRANSFER or "attendant" in step
    if needs_reason and "reason" not in step:
        raise _wrong(gettext("Diga o motivo da transferência."))


def _check_rows(step: dict[str, Any], actor: Membership, *, is_shared: bool) -> None:
    company_id = actor.company_id
    for name, model in (("queue", Queue), ("attendant", Membership)):
        if name in step:
            _row(model.objects.for_company(company_id), step[name])
    if "reply" in step:
        reply = _row(QuickReply.objects.for_company(company_id).visible_to(actor), step["reply"])
        if is_shared and reply.scope == ReplyScope.PERSON:
            raise _wrong(gettext("Uma macro da equipe só usa respostas rápidas da equipe."))


def step_words(step: MacroStep, company_id: Any) -> str:
    """Say what an action will do; what it names and is gone reads as "?"."""
    act = StepAct(step["act"])
    said: Any = ""
    match act:
        case StepAct.ANSWER | StepAct.NOTE:
            said = step["text"]
        case StepAct.QUICK:
            said = _name(QuickReply.objects.for_company(company_id), step["reply"])
        case StepAct.TAG | StepAct.UNTAG:
            said = step["tag"]
        case StepAct.PRIORITY:
            said = step["priority"]
        case StepAct.TRANSFER:
            said = _name(Queue.objects.for_company(company_id), step["queue"])
        case StepAct.ASSIGN:
            people = Membership.objects.for_company(company_id).select_related("user")
            key = step.get("attendant")
            said = _name(people, key) if key else gettext("quem executa")
        case StepAct.SNOOZE:
            said = SnoozeFor(step["moment"]).label
        case StepAct.FINISH:
            said = step["reason"]
    return f"{act.label}: {said}"


def text_of(
    step: MacroStep, conversation: Conversation, actor: Membership, *, is_rule: bool = False
) -> str:
    """Return what an action writes in a conversation, blanks filled; "" where it writes nothing. A
    rule is no attendant, so that blank stays empty there. Raises NotFound for a quick reply that
    is gone.
    """
    written = step.get("text", "")
    if "reply" in step:
        written = _reply(step, actor).text
    if not written:
        return ""
    values = blanks_of(conversation, actor)
    return blanks_fill(written, {**values, "atendente": ""} if is_rule else values).text


def step_do(
    step: MacroStep,
    *,
    conversation: Conversation,
    actor: Membership,
    client_id: str,
    is_rule: bool = False,
) -> bool:
    """Do one action; return whether something changed. What a rule writes is nobody's: a note of
    the system, and a message that answers nobody, so that its patient goes on waiting. Raises what
    its service raises.
    """
    act = step["act"]
    if act == StepAct.NOTE:
        text = text_of(step, conversation, actor, is_rule=is_rule)
        author = None if is_rule else actor
        note_add(conversation=conversation, author=author, text=text, client_id=client_id)
        return True
    if act in (StepAct.ANSWER, StepAct.QUICK):
        _answer(step, conversation, actor, client_id, is_rule=is_rule)
        return True
    order = order_of(step, actor)
    return conversation_act(conversation=conversation, actor=actor, order=order)


def order_of(step: MacroStep, actor: Membership) -> ActOrder:
    """Return an action that is no text as the act that one or several conversations take. Raises
    NotFound for what is gone.
    """
    act, company_id, reason = TalkAct(step["act"]), actor.company_id, step.get("reason", "")
    match act:
        case TalkAct.TAG:
            return ActOrder(act, tag=tag_wanted(step["tag"], company_id))
        case TalkAct.UNTAG:
            tag = Tag.objects.for_company(company_id).filter(name=step["tag"]).first()
            if tag is None:
                raise NotFound(gettext("A etiqueta não existe mais."))
            return ActOrder(act, tag=tag)
        case TalkAct.TRANSFER:
            queues = Queue.objects.for_company(company_id)
            return ActOrder(act, queue=_row(queues, step["queue"]), reason=reason)
        case TalkAct.ASSIGN:
            people = Membership.objects.for_company(company_id).active().select_related("user")
            key = step.get("attendant")
            return ActOrder(act, attendant=_row(people, key) if key else actor, reason=reason)
        case TalkAct.SNOOZE:
            return ActOrder(act, until=_moment(step["moment"]))
    return ActOrder(act, reason=reason, priority=step.get("priority", 5))


def _answer(
    step: MacroStep,
    conversation: Conversation,
    actor: Membership,
    client_id: str,
    *,
    is_rule: bool,
) -> None:
    text = text_of(step, conversation, actor, is_rule=is_rule)
    blanks_refuse(text)
    files = []
    if "reply" in step:
        reply = _reply(step, actor)
        files = quick_reply_use(reply=reply, conversation=conversation, actor=actor)
    message_send(
        conversation=conversation,
        author=None if is_rule else actor,
        author_kind=Author.SYSTEM if is_rule else Author.ATTENDANT,
        purpose=BY_RULE if is_rule else "",
        text=text,
        client_id=client_id,
        attachments=files,
    )


def _reply(step: MacroStep, actor: Membership) -> QuickReply:
    rows = QuickReply.objects.for_company(actor.company_id).visible_to(actor)
    reply: QuickReply = _row(rows, step["reply"])
    return reply


def _moment(code: str) -> Any:
    found = {one.code: one.at for one in presets(timezone.localtime())}
    return found.get(code)


def _row(rows: Any, key: str) -> Any:
    try:
        row = rows.filter(pk=UUID(key)).first()
    except (ValueError, AttributeError):
        # What a form was made to send is no id.
        row = None
    if row is None:
        raise NotFound(gettext("O que esta ação nomeia não existe mais."))
    return row


def _name(rows: Any, key: str) -> str:
    row = rows.filter(pk=key).first()
    if isinstance(row, Membership):
        return row.user.name
    return str(row or "?")


def _wrong(said: str) -> StepRefused:
    return StepRefused(said, fields={"steps": [said]})
