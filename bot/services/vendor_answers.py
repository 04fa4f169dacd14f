"""A turn answered by a vendor: masked, asked, checked, guarded. Whatever goes wrong comes back as a
trouble, and local knowledge or a person takes the turn.

Nothing is locked and no transaction is open while the vendor is asked.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field, replace

from bot.guard import GuardCase, checks_failed, reasons_told, rewriting_failed
from bot.masking import Mask
from bot.models import AiProvider
from bot.services.vendor_calls import VendorWork, WorkOrder, hindrance, working
from bot.services.vendors import person_token
from bot.vendors.base import (
    LOOKS,
    ActKind,
    AiUse,
    AnswerRequest,
    AnswerResult,
    BotAct,
    GivenEntry,
    Looked,
    Vendor,
    VendorTrouble,
    texts_of,
)
from bot.vendors.prompt import Prompt, PromptPart, knowledge, mask_of, prompt_of
from bot.vendors.tools import ToolMisused, act_of_form, act_read, json_form, told_of, tool_schemas
from bot.vendors.wire import MOST_TOKENS, Exchange, VendorFault, WireCall, WireReply

logger = logging.getLogger(__name__)
MOST_LOOKS = 2
# How often an answer that could not be read, or that the guard refused, is made again.
SECOND = 1


def vendor_of(provider: AiProvider | None) -> Vendor:
    """Return the way to a provider; to none it answers that there is none."""
    return CompanyVendor(provider)


class CompanyVendor:
    """A company's provider behind its budget, masking, guard and ledger."""

    def __init__(self, provider: AiProvider | None) -> None:
        self.provider = provider

    def answer(self, request: AnswerRequest, *, budget_seconds: float = 15.0) -> AnswerResult:
        """Return an answer within so many seconds, or why there is none. Never raises."""
        began = time.monotonic()
        if (trouble := hindrance(self.provider)) or self.provider is None:
            return AnswerResult(trouble=trouble or VendorTrouble.NO_VENDOR)
        if self.provider.company_id != request.company_id:
            return AnswerResult(trouble=VendorTrouble.NO_VENDOR, detail="empresa")
        order = WorkOrder(
            use=request.use,
            seconds=budget_seconds,
            letters=_letters(request),
            most_tokens=2 * MOST_TOKENS,
            conversation_id=request.conversation_id,
            call_id=request.call_id,
            person=person_token(request.contact_id) if request.contact_id else "",
        )
        talk: AnswerTalk | None = None
        fault = VendorFault(VendorTrouble.NONE)
        acts: tuple[BotAct, ...] = ()
        work = None
        try:
            with working(self.provider, order) as work:
                talk = AnswerTalk(work, request)
                acts = talk.run()
        except VendorFault as found:
            fault = found
        except Exception:
            # The turn goes on without the vendor, whatever broke here.
            logger.exception("AI provider %s: the answer broke", self.provider.pk)
            fault = VendorFault(VendorTrouble.NONSENSE, "interno")
        return _result(self.provider, work, talk, acts, fault, time.monotonic() - began)


def _result(
    provider: AiProvider,
    work: VendorWork | None,
    talk: AnswerTalk | None,
    acts: tuple[BotAct, ...],
    fault: VendorFault,
    seconds: float,
) -> AnswerResult:
    found = AnswerResult(
        acts=acts,
        trouble=fault.trouble,
        detail=fault.detail,
        ms=round(seconds * 1000),
        provider_id=provider.pk,
        provider_kind=provider.kind,
        model=provider.model,
    )
    if work is None or talk is None:
        return found
    return replace(
        found,
        looked=tuple(talk.looked),
        sent=work.sent,
        rejected=tuple(talk.rejected),
        failed=tuple(talk.failed),
        tokens=work.tokens,
        cost=work.cost,
        currency=work.price.currency if work.price else "USD",
        rounds=work.rounds,
        request_id=work.request_id,
    )


def _letters(request: AnswerRequest) -> int:
    said = [request.rules, request.facts, request.newest, texts_of(request.entries)]
    return sum(map(len, said)) + sum(min(len(one.text), 600) for one in request.history[-20:])


@dataclass
class AnswerTalk:
    """The rounds of one answer."""

    work: VendorWork
    request: AnswerRequest
    mask: Mask = field(init=False)
    looked: list[Looked] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    entries: list[GivenEntry] = field(init=False)

    def __post_init__(self) -> None:
        self.mask = mask_of(self.request)
        self.entries = list(self.request.entries)

    def run(self) -> tuple[BotAct, ...]:
        """Return what is to be done. Raises VendorFault."""
        prompt = self._prompt(is_short=False)
        before: list[Exchange] = []
        unread = refused = looks = room = 0
        while True:
            try:
                reply = self._ask(prompt, before, MOST_TOKENS * (1 + room))
            except VendorFault as fault:
                if fault.trouble != VendorTrouble.TOO_LONG or prompt.is_short:
                    raise
                prompt, before = self._prompt(is_short=True), []
                continue
            if reply.is_cut and not room:
                room = 1
                continue
            try:
                acts = self._read(reply)
            except ToolMisused as odd:
                unread += 1
                if unread > SECOND:
                    raise VendorFault(VendorTrouble.NONSENSE, str(odd)) from None
                continue
            asking = [one for one in acts if one.kind in LOOKS]
            if asking:
                looks += 1
                if looks > MOST_LOOKS or self.request.look is None:
                    raise VendorFault(VendorTrouble.NONSENSE, "consultas_demais")
                before, prompt = self._look(prompt, reply, acts, before)
                continue
            failed = self._check(acts)
            if not failed:
                return tuple(self._shown(one) for one in acts)
            self.rejected += [one.text for one in acts if one.text]
            self.failed += failed
            refused += 1
            if refused > SECOND:
                raise VendorFault(VendorTrouble.UNGUARDED, ",".join(failed))
            prompt = prompt.told(f"A resposta anterior foi recusada. {reasons_told(failed)}")

    def _prompt(self, *, is_short: bool) -> LongPrompt:
        made = prompt_of(self.request, self.mask, is_short=is_short)
        self.work.masked = len(self.mask)
        return LongPrompt(made.instructions, made.parts, is_short)

    def _ask(self, prompt: LongPrompt, before: list[Exchange], most: int) -> WireReply:
        provider = self.work.provider
        call = WireCall(
            model=provider.model,
            instructions=prompt.instructions,
            parts=prompt.parts,
            before=tuple(before),
            most_tokens=most,
            effort=provider.effort,
            person=self.work.person,
        )
        if provider.has_tools:
            schemas = tool_schemas(self.request)
            tools = tuple(
                (kind.value, told_of(kind, self.request), schema)
                for kind, schema in schemas.items()
            )
            call = replace(call, tools=tools)
        else:
            form = json_form(self.request)
            call = replace(call, form=form, instructions=_with_form(prompt.instructions, form))
        told = "".join(f"\n[consulta]\n{text}" for one in before for text in one.told)
        self.work.sent = Prompt(call.instructions, call.parts).shown + told
        reply = self.work.ask(call)
        self.work.answered = reply.text + "\n".join(
            f"{one.name} {one.arguments}" for one in reply.calls
        )
        if reply.is_refusal:
            raise VendorFault(VendorTrouble.REFUSAL)
        if reply.is_filtered:
            raise VendorFault(VendorTrouble.FILTERED)
        return reply

    def _read(self, reply: WireReply) -> tuple[BotAct, ...]:
        """Return the acts of a reply; words beside tools are nothing. Raises ToolMisused."""
        if reply.is_cut:
            raise ToolMisused("cut")
        if not self.work.provider.has_tools:
            return (act_of_form(_object_in(reply.text), self.request),)
        if not reply.calls:
            raise ToolMisused("no tool called")
        acts = [act_read(one.name, one.arguments, self.request) for one in reply.calls]
        ending = [one for one in acts if one.kind not in LOOKS and one.kind != ActKind.NOTE]
        if len(ending) > 1:
            # Of several ends the one that brings a person counts, else the first.
            chosen = next((o for o in ending if o.kind == ActKind.HAND_OVER), ending[0])
            acts = [one for one in acts if one not in ending or one is chosen]
        if not ending and not any(one.kind in LOOKS for one in acts):
            raise ToolMisused("nothing said")
        return tuple(acts)

    def _look(
        self, prompt: LongPrompt, reply: WireReply, acts: tuple[BotAct, ...], before: list[Exchange]
    ) -> tuple[list[Exchange], LongPrompt]:
        assert self.request.look is not None
        told: list[str] = []
        for act in acts:
            if act.kind not in LOOKS:
                told.append("anotado")
                continue
            # The server looks with the patient's own words, not with their tokens.
            found = self.request.look(self._shown(act))
            self.looked.append(found)
            self.entries += [one for one in found.entries if one not in self.entries]
            self.mask.learn(texts_of(found.entries))
            words = knowledge(found.entries) if found.entries else ""
            told.append(f"{self.mask.hide(found.told)}\n{words}".strip())
        if self.work.provider.has_tools and len(told) == len(reply.calls):
            return [*before, Exchange(reply, tuple(told))], prompt
        return before, prompt.told("\n".join(told))

    def _check(self, acts: tuple[BotAct, ...]) -> list[str]:
        failed: list[str] = []
        for act in acts:
            if act.kind not in (ActKind.ANSWER, ActKind.OFFER, ActKind.ASK):
                continue
            if self.mask.unknown(act.text):
                failed.append("marca")
            if self.request.use == AiUse.REWRITE:
                failed += rewriting_failed(act.text, self.mask.hide(self.request.newest))
                continue
            failed += checks_failed(self._case(act))
        return failed

    def _case(self, act: BotAct) -> GuardCase:
        cited = act.sources if act.kind == ActKind.ANSWER else act.options
        known = {one.id: one for one in self.entries}
        based = [known[one] for one in cited if one in known]
        if act.kind == ActKind.ASK:
            based = list(self.entries)
        told = [one.told for one in self.looked if one.act.kind == ActKind.HOURS]
        request = self.request
        return GuardCase(
            text=act.text,
            sources="\n".join([texts_of(based), request.facts, request.moment, *told]),
            cited=cited,
            given=frozenset(known),
            needs_source=act.kind == ActKind.ANSWER and not told,
            rules=request.rules,
            said=request.said,
            newest=request.newest,
            most_characters=request.most_characters,
        )

    def _shown(self, act: BotAct) -> BotAct:
        show = self.mask.show
        return replace(
            act,
            text=show(act.text),
            summary=show(act.summary),
            query=show(act.query),
            value=show(act.value),
        )


@dataclass(frozen=True, slots=True)
class LongPrompt:
    """A prompt that grows by what the server says between rounds."""

    instructions: str
    parts: tuple[PromptPart, ...]
    is_short: bool

    def told(self, text: str) -> LongPrompt:
        """Return the prompt with one more word of the server's."""
        part = PromptPart("user", f"<sistema>\n{text}\n</sistema>")
        return replace(self, parts=(*self.parts, part))


def _with_form(instructions: str, form: object) -> str:
    return (
        f"{instructions}\n\nResponda somente com um objeto JSON que siga este esquema; campos de"
        f" outras ações vão como null:\n{json.dumps(form, ensure_ascii=False)}"
    )


def _object_in(text: str) -> str:
    """Return the object of an answer that a model dressed in words or a code block."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
