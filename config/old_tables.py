"""The old tables (`tb_*`) brought along: people, conversations and messages of one company.

Running it again changes nothing: people are found by the map of old ids (`OldRow`), conversations
and messages keep their ids. A page and how far it came are one commit, so a killed run goes on.
Nothing here rings a bell: old messages open no ticket, move no score and answer nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import JSONField
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import Company
from common import phones
from common.rows import update_rows
from config.old_source import OldSource
from contacts.models import ContactIdentity, OldRow
from contacts.refs import IdentityKind, IdentityRef, PersonRef
from contacts.services.identities import people_resolve
from omnichannel.choices import Author, Direction, Stage
from omnichannel.models import Channel, Conversation, Message
from omnichannel.services.newest import preview
from providers.choices import ChannelKind, MessageKind, MessageStatus

PEOPLE, TALKS, SAID, CHANNELS = (
    "tb_contatos_omni",
    "tb_conversas_omni",
    "tb_mensagens_omni",
    "tb_canais_omni",
)
# Counted and left: what becomes of each is told by docs/spec.md.
LEFT = (
    "tb_campanhas",
    "tb_lead_scores",
    "tb_filas_atendimento",
    "tb_atendimento_items",
)
PROGRESS = "andamento"
KINDS = frozenset(one.value for one in MessageKind)


@dataclass
class OldReport:
    """What came of a run, by table: how many the old side has, and how many of them stand here or
    were refused and why.
    """

    there: Counter[str] = field(default_factory=Counter)
    here: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def agrees(self) -> bool:
        """Whether every old row is here or refused with a reason."""
        return all(
            count
            == self.here[table] + sum(n for (name, _), n in self.refused.items() if name == table)
            for table, count in self.there.items()
        )


class OldImport:
    """One company's old rows on their way here. `run` may be called again and again."""

    def __init__(self, source: OldSource, company: Company, *, page: int = 1000) -> None:
        self.source, self.company, self.page = source, company, page

    def run(self) -> OldReport:
        """Bring everything that is not here yet; return counts of both sides."""
        channels = self._channels()
        self._people()
        self._talks(channels)
        self._orphans()
        return self._report()

    # --- people ---

    def _people(self) -> None:
        for rows in self.source.pages(PEOPLE, "id_contato", self._done(PEOPLE), self.page):
            with transaction.atomic():
                self._people_page(rows)
                self._note_done(PEOPLE, str(rows[-1]["id_contato"]))

    def _people_page(self, rows: Sequence[dict[str, Any]]) -> None:
        known = self._known(PEOPLE, [str(row["id_contato"]) for row in rows])
        refs: dict[str, PersonRef] = {}
        for row in rows:
            old = str(row["id_contato"])
            if old in known:
                continue
            if (ref := _person(row)) is None:
                self._refuse(PEOPLE, old, "sem_identificacao")
            else:
                refs.setdefault(old, ref)
        found = people_resolve(company=self.company, people=list(refs.values()))
        mapped = [
            OldRow(company=self.company, table=PEOPLE, old_id=old, new_id=identity.pk)
            for old, identity in zip(refs, found, strict=True)
        ]
        OldRow.unscoped.bulk_create(mapped, ignore_conflicts=True)

    # --- conversations and what was said in them ---

    def _channels(self) -> dict[str, Channel]:
        """Return ours by their old ids: the same account at the same provider. Secrets do not come
        along, so a channel is connected here before its conversations are brought.
        """
        ours = {row.account_id: row for row in Channel.unscoped.filter(company=self.company)}
        found = {}
        for row in self.source.rows(
            f"SELECT * FROM {CHANNELS} WHERE id_empresa = %(company)s"  # noqa: S608
        ):
            old = str(row["id_canal"])
            channel = ours.get(str(row["id_telefone_whatsapp"] or ""))
            if channel is None:
                self._refuse(CHANNELS, old, "canal_nao_conectado_aqui")
            else:
                found[old] = channel
                self._map(CHANNELS, old, channel.pk)
        return found

    def _talks(self, channels: dict[str, Channel]) -> None:
        for rows in self.source.pages(TALKS, "id_conversa", self._done(TALKS), self.page // 4):
            with transaction.atomic():
                talks = self._talks_page(rows, channels)
                self._said(talks)
                self._note_done(TALKS, str(rows[-1]["id_conversa"]))

    def _talks_page(
        self, rows: Sequence[dict[str, Any]], channels: dict[str, Channel]
    ) -> dict[UUID, Conversation]:
        people = self._known(PEOPLE, [str(row["id_contato"]) for row in rows])
        identities = ContactIdentity.unscoped.in_bulk([pk for pk in people.values() if pk])
        made: dict[UUID, Conversation] = {}
        for row in rows:
            old = str(row["id_conversa"])
            channel = channels.get(str(row["id_canal"]))
            identity = identities.get(people.get(str(row["id_contato"])) or uuid7())
            if channel is None or identity is None:
                reason = "sem_contato" if channel else "sem_canal"
                self._refuse(TALKS, old, reason)
            elif (pk := UUID(old)) in made:
                self._refuse(TALKS, f"{old}+", "id_repetido")
            else:
                made[pk] = self._talk(pk, row, channel, identity)
        Conversation.unscoped.bulk_create(made.values(), ignore_conflicts=True)
        held = Conversation.unscoped.filter(pk__in=list(made)).select_for_update()
        mine = {row.pk: row for row in held if row.company_id == self.company.pk}
        for pk in made.keys() - mine.keys():
            self._refuse(TALKS, str(pk), "id_em_uso")
        return mine

    def _talk(
        self, pk: UUID, row: dict[str, Any], channel: Channel, identity: ContactIdentity
    ) -> Conversation:
        opened = _moment(row["dt_abertura"]) or timezone.now()
        return Conversation(
            id=pk,
            company=self.company,
            channel=channel,
            contact_id=identity.contact_id,
            identity=identity,
            # Whatever it was, it is history here: who writes again begins anew.
            stage=Stage.CLOSED,
            subject=str(row["nm_assunto"] or "")[:255],
            opened_at=opened,
            closed_at=_moment(row["dt_fechamento"]) or opened,
            thread_key=f"antiga:{pk}" if channel.kind == ChannelKind.EMAIL else "",
        )

    def _said(self, talks: dict[UUID, Conversation]) -> None:
        rows = self.source.rows(
            f"SELECT * FROM {SAID} WHERE id_conversa = ANY(%(talks)s)"  # noqa: S608
            " ORDER BY id_conversa, dt_criacao, id_mensagem",
            talks=list(talks),
        )
        ids = [UUID(str(row["id_mensagem"])) for row in rows]
        stored = Message.unscoped.filter(pk__in=ids)
        have = dict(stored.values_list("pk", "conversation_id"))
        met: set[UUID] = set()
        names = _external_taken(talks.values(), rows)
        fresh: list[Message] = []
        for row, pk in zip(rows, ids, strict=True):
            talk = talks[UUID(str(row["id_conversa"]))]
            if pk in met or have.get(pk, talk.pk) != talk.pk:
                self._refuse(SAID, f"{pk}+{talk.pk}"[:64], "id_repetido")
                continue
            met.add(pk)
            if pk in have:
                continue
            name = (talk.channel_id, str(row["id_externo"] or ""))
            if name[1] and name in names:
                self._refuse(SAID, str(pk), "mensagem_ja_esta_aqui")
                continue
            names.add(name)
            fresh.append(_message(pk, row, talk))
        _copy(fresh)
        changed = {message.conversation_id for message in fresh}
        update_rows([talk for pk, talk in talks.items() if pk in changed], COUNTED)

    def _orphans(self) -> None:
        """Write down messages whose conversation is nowhere, or was refused."""
        refused = OldRow.unscoped.filter(company=self.company, table=TALKS).exclude(reason="")
        gone = [one.removesuffix("+") for one in refused.values_list("old_id", flat=True)]
        for row in self.source.rows(
            f"SELECT m.id_mensagem FROM {SAID} m LEFT JOIN {TALKS} c USING (id_conversa)"  # noqa: S608
            " WHERE c.id_conversa IS NULL OR c.id_conversa::text = ANY(%(gone)s)",
            gone=gone,
        ):
            self._refuse(SAID, str(row["id_mensagem"]), "sem_conversa")

    # --- the map ---

    def _known(self, table: str, ids: Iterable[str]) -> dict[str, UUID | None]:
        rows = OldRow.unscoped.filter(company=self.company, table=table, old_id__in=list(ids))
        return dict(rows.values_list("old_id", "new_id"))

    def _map(self, table: str, old: str, new: UUID) -> None:
        OldRow.unscoped.update_or_create(
            company=self.company, table=table, old_id=old, defaults={"new_id": new, "reason": ""}
        )

    def _refuse(self, table: str, old: str, reason: str) -> None:
        OldRow.unscoped.update_or_create(
            company=self.company, table=table, old_id=old, defaults={"reason": reason}
        )

    def _done(self, table: str) -> str:
        row = OldRow.unscoped.filter(company=self.company, table=PROGRESS, old_id=table).first()
        return str(row.new_id) if row is not None and row.new_id else ""

    def _note_done(self, table: str, key: str) -> None:
        OldRow.unscoped.update_or_create(
            company=self.company, table=PROGRESS, old_id=table, defaults={"new_id": UUID(key)}
        )

    def forget_progress(self) -> None:
        """Let the next run look at everything again, from the start."""
        OldRow.unscoped.filter(company=self.company, table=PROGRESS).delete()

    def _report(self) -> OldReport:
        report = OldReport()
        rows = OldRow.unscoped.filter(company=self.company).exclude(table=PROGRESS)
        for table, reason in rows.exclude(reason="").values_list("table", "reason"):
            report.refused[table, reason] += 1
        mapped = rows.filter(reason="")
        for table in (PEOPLE, CHANNELS):
            report.there[table] = self.source.count(table)
            report.here[table] = mapped.filter(table=table).count()
        report.there[TALKS] = self.source.count(TALKS)
        report.here[TALKS] = self._standing(TALKS, "id_conversa", Conversation)
        whose = f"id_conversa IN (SELECT id_conversa FROM {TALKS} WHERE id_empresa = %(company)s)"  # noqa: S608
        lost = f"id_conversa NOT IN (SELECT id_conversa FROM {TALKS})"  # noqa: S608
        report.there[SAID] = self.source.count(SAID, f"({whose} OR {lost})")
        report.here[SAID] = self._standing(SAID, "id_mensagem", Message, whose)
        for table in LEFT:
            if self.source.has(table):
                report.left[table] = self.source.count(table)
        return report

    def _standing(
        self, table: str, key: str, model: Any, where: str = "id_empresa = %(company)s"
    ) -> int:
        """Count the old ids that are rows of this company here."""
        total, after = 0, "00000000-0000-0000-0000-000000000000"
        statement = (
            f"SELECT DISTINCT {key} AS k FROM {table} WHERE {where} AND {key} > %(after)s"  # noqa: S608
            f" ORDER BY {key} LIMIT 20000"
        )
        while rows := self.source.rows(statement, after=after):
            keys = [row["k"] for row in rows]
            total += model.unscoped.filter(company=self.company, pk__in=keys).count()
            after = keys[-1]
        return total


COUNTED = (
    *("message_seq", "message_count", "last_message_at", "last_message_kind"),
    *("last_message_text", "last_message_direction", "last_message_status"),
    *("last_message_seq", "last_inbound_at"),
)


def _person(row: dict[str, Any]) -> PersonRef | None:
    """Return who an old row is: by WhatsApp, a phone, Instagram, Messenger or a mail address."""
    refs = []
    number = phones.canonical(str(row["id_whatsapp"] or row["nr_telefone"] or ""))
    if number:
        refs.append(IdentityRef(IdentityKind.WA_PHONE, number.removeprefix("+")))
    for name, kind in (
        ("id_instagram", IdentityKind.IG_SID),
        ("id_facebook", IdentityKind.FB_PSID),
    ):
        if value := str(row[name] or "").strip():
            refs.append(IdentityRef(kind, value[:255]))
    mail = str(row["nm_email"] or "").strip().lower()
    if not refs and "@" in mail:
        refs.append(IdentityRef(IdentityKind.EMAIL, mail[:255]))
    return PersonRef(tuple(refs), str(row["nm_contato"] or "")[:255]) if refs else None


def _message(pk: UUID, row: dict[str, Any], talk: Conversation) -> Message:
    is_in = bool(row["st_entrada"])
    at = _moment(row["dt_criacao"]) or talk.opened_at
    talk.message_seq += 1
    talk.message_count += 1
    kind = str(row["tp_mensagem"] or "")
    status = _status(row, is_in=is_in)
    message = Message(
        id=pk,
        created_at=at,
        updated_at=timezone.now(),
        company_id=talk.company_id,
        conversation_id=talk.pk,
        channel_id=talk.channel_id,
        seq=talk.message_seq,
        revision=talk.revision,
        direction=Direction.IN if is_in else Direction.OUT,
        author_kind=Author.CONTACT if is_in else Author.API,
        kind=kind if kind in KINDS else MessageKind.UNSUPPORTED,
        text=str(row["ds_conteudo"] or ""),
        metadata={"old": True},
        status=status,
        error_detail=str(row["ds_erro"] or "")[:500],
        external_id=str(row["id_externo"] or "")[:255] or None,
        happened_at=at,
        sent_at=_moment(row["dt_envio"]),
        delivered_at=_moment(row["dt_entrega"]),
        read_at=_moment(row["dt_leitura"]) or (at if is_in else None),
    )
    talk.last_message_at, talk.last_message_kind = at, message.kind
    talk.last_message_text = preview(message.text)
    talk.last_message_direction, talk.last_message_status = message.direction, status
    talk.last_message_seq = message.seq
    if is_in:
        talk.last_inbound_at = at
    return message


def _status(row: dict[str, Any], *, is_in: bool) -> str:
    """Return a status that sends nothing: what was still waiting there will never leave."""
    if is_in:
        return MessageStatus.READ
    told = str(row["st_mensagem"] or "")
    return told if told in ("enviada", "entregue", "lida") else MessageStatus.FAILED


def _moment(value: Any) -> datetime | None:
    """Return a moment; one without a zone is the old server's UTC."""
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _external_taken(
    talks: Iterable[Conversation], rows: Iterable[dict[str, Any]]
) -> set[tuple[UUID, str]]:
    names = [str(row["id_externo"]) for row in rows if row["id_externo"]]
    channels = {talk.channel_id for talk in talks}
    found = Message.unscoped.filter(channel_id__in=channels, external_id__in=names)
    return {(pk, str(name)) for pk, name in found.values_list("channel_id", "external_id")}


def _copy(messages: Sequence[Message]) -> None:
    """Write messages by COPY, the quickest way into a table with its indexes."""
    if not messages:
        return
    fields = Message._meta.concrete_fields
    columns = ", ".join(f'"{one.column}"' for one in fields)
    table = Message._meta.db_table
    with connection.cursor() as cursor:
        with cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for message in messages:
                copy.write_row([_copied(one, message) for one in fields])


def _copied(one: Any, message: Message) -> Any:
    value = getattr(message, one.attname)
    # Only these two kinds are written otherwise than they stand; asking each field cost a third.
    if isinstance(value, Enum):
        return value.value
    return one.get_db_prep_save(value, connection) if isinstance(one, JSONField) else value
