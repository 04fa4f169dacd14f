"""What a language model is asked and what it answers, whoever it is.

Pure: no Django, no network. The two wire forms (`responses`, `chat`) translate from and to these
types; nobody else knows how a vendor spells anything. A model says what it wants done as a
`BotAct` of a closed list; what it writes beside acts is never obeyed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class ActKind(StrEnum):
    """What a model may do. Each is a tool without any id: the server knows whom it is about."""

    ANSWER = "responder"
    OFFER = "oferecer"
    ASK = "perguntar"
    HAND_OVER = "passar_para_pessoa"
    END = "encerrar"
    SEARCH = "buscar_conhecimento"
    HOURS = "horarios"
    NOTE = "anotar"
    CLASSIFY = "classificar"


# Answered by us within the same call; the others end it.
LOOKS = frozenset({ActKind.SEARCH, ActKind.HOURS})
# What may stand beside one that ends the call.
BESIDE = frozenset({ActKind.NOTE})


class Speaker(StrEnum):
    """Who said something in the talk that a model reads."""

    PATIENT = "paciente"
    BOT = "robo"
    STAFF = "equipe"


class AiUse(StrEnum):
    """What a model is paid for."""

    TURN = "turno"
    CONSOLE = "console"
    SUGGESTION = "sugestao"
    REWRITE = "reescrita"
    SUMMARY = "resumo"
    CLASSIFICATION = "classificacao"
    TRANSCRIPTION = "transcricao"
    PROBE = "teste"


class VendorTrouble(StrEnum):
    """Why there is no answer. Every failure of a vendor ends as one of these."""

    NONE = ""
    NO_VENDOR = "sem_provedor"
    OFF = "desligado"
    ABROAD = "exterior_desligado"
    BUDGET = "orcamento"
    BREAKER = "disjuntor"
    QUOTA = "cota"
    BUSY = "limite_de_ritmo"
    CREDENTIALS = "credencial"
    MODEL_GONE = "modelo_desativado"
    TOO_LONG = "texto_longo"
    BAD_REQUEST = "pedido_recusado"
    FILTERED = "filtrado"
    TIMEOUT = "tempo"
    UNREACHABLE = "sem_conexao"
    SERVER = "erro_do_provedor"
    NONSENSE = "resposta_invalida"
    REFUSAL = "recusa"
    UNGUARDED = "resposta_recusada"


@dataclass(frozen=True, slots=True)
class GivenEntry:
    """An entry of the clinic's knowledge that an answer may rest on; `id` is cited as a source.

    `is_marked` says that money, cancellation and complaints may be answered from it.
    """

    id: str
    question: str
    answer: str
    category: str = ""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One message of the talk, as it was said."""

    speaker: Speaker
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BotAct:
    """One thing a model wants done, already checked against its tool.

    Only what belongs to the kind is filled: ANSWER text, sources; OFFER text, options (ids of
    entries, at most three); ASK text, awaits; HAND_OVER reason, summary, queue; END is_confirmed,
    text; SEARCH query; HOURS nothing; NOTE note (a listed field's name), value; CLASSIFY
    queue (a listed subject), note (a listed feeling), summary (why).
    """

    kind: ActKind
    text: str = field(default="", repr=False)
    sources: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    awaits: str = ""
    reason: str = ""
    summary: str = field(default="", repr=False)
    queue: str = ""
    is_confirmed: bool = False
    query: str = field(default="", repr=False)
    note: str = ""
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a read tool found: words for the model, and entries that an answer may now cite."""

    act: BotAct
    told: str = field(repr=False)
    entries: tuple[GivenEntry, ...] = ()


# Answers a read tool. What it may read was bound by whoever made it.
Look = Callable[[BotAct], Looked]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """All a model is told for one turn. Nothing here is masked yet: the vendor's service does it.

    rules         the assistant's instructions, from a published version
    facts         what is always true of the clinic: name, hours, address
    entries       what it may answer from, best first (5 to 8)
    history       the talk so far, oldest first, without `newest`
    newest        what the patient said and nobody answered, as one text
    acts          the tools it has; LOOKS need `look`
    names         known names of people, masked wherever they stand
    queues, notes the closed lists behind HAND_OVER.queue and NOTE.note
    said          the bot's last messages, which an answer must not repeat
    moment        weekday, date, hour and whether the clinic is open, in words
    call_id       what the call is about (a turn's id): in the ledger and the log of what left
    """

    company_id: UUID
    use: AiUse = AiUse.TURN
    call_id: UUID | None = None
    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    rules: str = field(default="", repr=False)
    facts: str = field(default="", repr=False)
    entries: tuple[GivenEntry, ...] = ()
    history: tuple[SpokenLine, ...] = field(default=(), repr=False)
    newest: str = field(default="", repr=False)
    acts: frozenset[ActKind] = frozenset({ActKind.ANSWER, ActKind.OFFER, ActKind.HAND_OVER})
    look: Look | None = None
    names: tuple[str, ...] = field(default=(), repr=False)
    queues: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    said: tuple[str, ...] = field(default=(), repr=False)
    moment: str = ""
    most_characters: int = 450


@dataclass(frozen=True, slots=True)
class AiTokens:
    """What a call used, as the vendor counted it. Cached ones are part of `given`."""

    given: int = 0
    cached: int = 0
    written: int = 0
    made: int = 0
    reasoned: int = 0

    def __add__(self, other: AiTokens) -> AiTokens:
        return AiTokens(
            self.given + other.given,
            self.cached + other.cached,
            self.written + other.written,
            self.made + other.made,
            self.reasoned + other.reasoned,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerResult:
    """What came of a turn. Either `acts` or a `trouble`, never both; nothing here is an exception.

    `acts` hold the patient's own data again where the answer repeats them. `sent` is the masked
    text that left, `rejected` what the guard refused, with `failed` saying why.
    """

    acts: tuple[BotAct, ...] = ()
    trouble: VendorTrouble = VendorTrouble.NONE
    detail: str = ""
    looked: tuple[Looked, ...] = ()
    sent: str = field(default="", repr=False)
    rejected: tuple[str, ...] = field(default=(), repr=False)
    failed: tuple[str, ...] = ()
    tokens: AiTokens = AiTokens()
    cost: Decimal | None = None
    currency: str = "USD"
    rounds: int = 0
    ms: int = 0
    request_id: str = ""
    provider_id: UUID | None = None
    provider_kind: str = ""
    model: str = ""

    @property
    def act(self) -> BotAct | None:
        """The act that ends the turn, if there is one."""
        return next((one for one in self.acts if one.kind not in BESIDE), None)


class Vendor(Protocol):
    """A company's way to a language model, with its budget, masking, guard and ledger."""

    def answer(self, request: AnswerRequest, *, budget_seconds: float = 15.0) -> AnswerResult:
        """Return an answer within so many seconds, or why there is none. Never raises."""
        ...


def texts_of(entries: Sequence[GivenEntry]) -> str:
    """Return all that some entries say, for checks that look for a word in them."""
    return "\n".join(f"{one.question}\n{one.answer}" for one in entries)
