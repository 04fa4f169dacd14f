"""The spec's go-live checklist, tried on the running system, with what to do where a point fails.

Nothing is sent, made or changed: what only a real message can prove is looked for among what
happened, and the point says how to bring it about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import DatabaseError
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from accounts.models import BusinessCalendar
from bot.choices import SessionOutcome
from bot.models import AiProvider, BotSession, Transcription
from campaigns.models import Recipient
from common.crypto import SecretUnreadable
from config.health import readiness
from leadscoring.models import LeadScore
from omnichannel.choices import Author, ChannelStatus
from omnichannel.models import Channel, Message
from providers.choices import ChannelKind, MessageStatus
from queues.models import Queue, QueueMember, Ticket

SECONDS = 5.0
WENT = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ, MessageStatus.PLAYED)
ALERTS = Path("deploy/prometheus/alerts.yml")
PROBE = "1158201444"


class PointVerdict(StrEnum):
    """What came of one point."""

    FINE = "ok"
    MISSING = "falta"
    UNSEEN = "nunca visto"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one point, and what to do where it is not fine."""

    verdict: PointVerdict
    detail: str = ""
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the checklist, by its words in the spec. `is_optional` ones fail nothing."""

    part: str
    words: str
    probe: Callable[[], Result]
    is_optional: bool = False


def fine(detail: str = "") -> Result:
    """Say that a point holds."""
    return Result(PointVerdict.FINE, detail)


def missing(detail: str, todo: str) -> Result:
    """Say that a point does not hold."""
    return Result(PointVerdict.MISSING, detail, todo)


def seen(count: int, todo: str) -> Result:
    """Say how often something happened; never is not yet proven."""
    if count:
        return fine(f"{count} vezes")
    return Result(PointVerdict.UNSEEN, "ainda não aconteceu nesta instalação", todo)


def checklist_run() -> Iterator[tuple[Point, Result]]:
    """Try every point, one after the other; a probe that breaks is a point that fails."""
    for point in POINTS:
        try:
            yield point, point.probe()
        except (DatabaseError, requests.RequestException, OSError) as error:
            # The class says enough: messages may hold addresses.
            yield point, missing(type(error).__name__, "Veja se os processos estão de pé.")


# --- before ---------------------------------------------------------------------------------------


def _credentials() -> Result:
    rows = Channel.unscoped.filter(kind=ChannelKind.WHATSAPP)
    active = rows.filter(status=ChannelStatus.ACTIVE).exclude(proven_at=None)
    for row in active:
        try:
            if row.credentials.get("access_token"):
                return fine(f"{active.count()} canal(is) comprovado(s)")
        except SecretUnreadable:
            return missing("token ilegível", "Ponha de volta a chave antiga em CREDENTIALS_KEYS.")
    if rows.exists():
        return missing("nenhum canal comprovado", "Administração > Canais > Validar.")
    return missing("nenhum canal", "Administração > Canais: crie o canal do WhatsApp e valide.")


def _webhook() -> Result:
    if not settings.META_VERIFY_TOKEN or not settings.META_APP_SECRETS:
        return missing("sem segredos", "Defina META_VERIFY_TOKEN e META_APP_SECRET no .env.")
    asked = {
        "hub.mode": "subscribe",
        "hub.verify_token": settings.META_VERIFY_TOKEN,
        "hub.challenge": PROBE,
    }
    answer = requests.get(_url("/webhooks/whatsapp/"), params=asked, timeout=SECONDS)
    if answer.status_code != 200 or answer.text != PROBE:
        todo = (
            "Confira PUBLIC_URL e o proxy: o aperto de mão da Meta precisa chegar ao processo web."
        )
        return missing(f"o aperto de mão respondeu {answer.status_code}", todo)
    forged = requests.post(_url("/webhooks/whatsapp/"), data=b"{}", timeout=SECONDS)
    if forged.status_code != 403:
        todo = "Uma chamada sem assinatura deve ser 403: veja se outro serviço atende o endereço."
        return missing(f"sem assinatura respondeu {forged.status_code}", todo)
    if not Channel.unscoped.exclude(last_webhook_at=None).exists():
        todo = "Meta for Developers > WhatsApp > Configuration: assine o campo messages."
        return Result(PointVerdict.UNSEEN, "aperto de mão certo; a Meta nunca chamou", todo)
    return fine("aperto de mão certo, assinatura exigida, a Meta já chamou")


def _https() -> Result:
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        return missing(
            "PUBLIC_URL não é https", "Ponha um proxy com certificado e mude PUBLIC_URL."
        )
    requests.get(_url("/healthz"), timeout=SECONDS)
    return fine("certificado aceito")


def _redis() -> Result:
    failed = readiness().failed
    if "redis" in failed:
        return missing("não respondeu", "Confira REDIS_URL; sem ele não há tempo real nem tarefas.")
    return fine() if not failed else missing(", ".join(failed), "Veja /readyz.")


def _transcription_key() -> Result:
    count = AiProvider.unscoped.usable().transcribing().count()
    todo = "Administração > Provedores de IA: um com modelo de transcrição."
    return fine(f"{count} provedor(es)") if count else missing("nenhum provedor", todo)


def _pages() -> Result:
    answer = requests.get(_url("/atendimento/entrar/"), timeout=SECONDS)
    if answer.status_code != 200:
        return missing(
            f"respondeu {answer.status_code}", "Suba o processo web e confira PUBLIC_URL."
        )
    script = requests.get(_url(f"{settings.STATIC_URL}inbox/css/shell.css"), timeout=SECONDS)
    if script.status_code != 200:
        return missing("sem arquivos estáticos", "Rode manage.py collectstatic.")
    return fine()


# --- trials ---------------------------------------------------------------------------------------


def _sent() -> Result:
    todo = "Administração > Canais > Enviar teste, para o seu próprio telefone."
    return seen(Message.unscoped.outbound().filter(status__in=WENT).count(), todo)


def _received() -> Result:
    todo = "Escreva ao número da clínica do seu telefone e veja a conversa em /atendimento/."
    return seen(Message.unscoped.inbound().exclude(external_id=None).count(), todo)


def _transcribed() -> Result:
    todo = "Mande um áudio ao número da clínica; as palavras aparecem sob o player."
    return seen(Transcription.unscoped.filter(state=Transcription.State.READY).count(), todo)


def _socket() -> Result:
    base = settings.PUBLIC_URL.replace("http", "ws", 1)
    status = asyncio.run(_handshake(f"{base}/ws/atendimento/{'0' * 8}-0000-7000-8000-{'0' * 12}/"))
    if status == 403:
        return fine("a porta responde e recusa quem não entrou")
    todo = "O proxy precisa passar Upgrade e Connection para /ws/."
    return missing(f"respondeu {status or 'nada'}", todo)


async def _handshake(url: str) -> int:
    try:
        async with connect(url, origin=settings.PUBLIC_URL, open_timeout=SECONDS):
            return 101
    except InvalidStatus as refused:
        return int(refused.response.status_code)
    except (WebSocketException, OSError, TimeoutError):
        return 0


def _queue() -> Result:
    if not Queue.unscoped.filter(is_active=True).exists():
        return missing("nenhuma fila ativa", "Administração > Filas: crie uma.")
    if not QueueMember.unscoped.filter(queue__is_active=True).exists():
        return missing("filas sem atendentes", "Administração > Filas: junte os atendentes.")
    todo = "Fique online e escreva do seu telefone: a conversa vem para você."
    return seen(Ticket.unscoped.exclude(routing_run=None).exclude(attendant=None).count(), todo)


def _hours() -> Result:
    if not BusinessCalendar.unscoped.exists():
        return missing("nenhum calendário", "Administração > Calendários: os horários da clínica.")
    if not Queue.unscoped.exclude(calendar=None).exists():
        return missing(
            "nenhuma fila com calendário", "Administração > Filas: escolha o calendário."
        )
    return fine()


def _handed_over() -> Result:
    todo = "Com o assistente ligado, escreva “quero falar com uma pessoa”."
    rows = BotSession.unscoped.filter(outcome__in=(SessionOutcome.HANDED, SessionOutcome.TAKEN))
    return seen(rows.count(), todo)


def _scored() -> Result:
    return seen(LeadScore.unscoped.count(), "Escreva ao canal; o score vem em segundos.")


def _campaigned() -> Result:
    todo = "Crie uma campanha para o seu próprio número e inicie."
    return seen(Recipient.unscoped.exclude(sent_at=None).count(), todo)


# --- watching -------------------------------------------------------------------------------------


def _logs() -> Result:
    return (
        fine("JSON")
        if settings.LOG_FORMAT == "json"
        else missing("linhas de texto", "Ponha LOG_JSON=1 no .env.")
    )


def _metrics() -> Result:
    if not settings.METRICS_TOKEN:
        return missing("sem token", "Defina METRICS_TOKEN; Prometheus o manda como Bearer.")
    headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    answer = requests.get(_url("/metrics"), headers=headers, timeout=SECONDS)
    bare = requests.get(_url("/metrics"), timeout=SECONDS)
    if bare.status_code == 200:
        return missing("abertas a todos", "Exija METRICS_TOKEN ou feche /metrics no proxy.")
    is_read = answer.status_code == 200 and "# TYPE" in answer.text
    todo = "Confira METRICS_TOKEN e o processo web."
    return fine() if is_read else missing(f"respondeu {answer.status_code}", todo)


def _alerts() -> Result:
    path = Path(settings.BASE_DIR) / ALERTS
    if path.exists() and "webhook" in path.read_text().lower():
        return fine(f"regras em {ALERTS}")
    return missing("sem regras", "Carregue regras que olhem os webhooks no Prometheus.")


def _dashboard() -> Result:
    answer = requests.get(_url("/atendimento/dashboard/"), timeout=SECONDS, allow_redirects=False)
    if answer.status_code == 302:
        return fine("/atendimento/dashboard/ pede login")
    return missing(f"respondeu {answer.status_code}", "Suba o processo web.")


def _automatic() -> Result:
    rows = Message.unscoped.filter(author_kind=Author.BOT, status__in=WENT)
    return seen(rows.count(), "Ligue um assistente e escreva do seu telefone.")


def _url(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


BEFORE, TRIALS, WATCHING = "Pré-requisitos", "Validações", "Monitoramento"
POINTS: tuple[Point, ...] = (
    Point(BEFORE, "Credenciais WhatsApp Business API configuradas", _credentials),
    Point(BEFORE, "Webhook registrado no Meta for Developers", _webhook),
    Point(BEFORE, "HTTPS configurado para webhooks", _https),
    Point(BEFORE, "Redis disponível", _redis),
    Point(BEFORE, "Chave de transcrição (OpenAI ou Azure Speech)", _transcription_key, True),
    Point(BEFORE, "Frontend de atendente no ar", _pages),
    Point(TRIALS, "Teste de envio de mensagem WhatsApp", _sent),
    Point(TRIALS, "Teste de recebimento de mensagem (webhook)", _received),
    Point(TRIALS, "Teste de transcrição de áudio", _transcribed, True),
    Point(TRIALS, "Teste de WebSocket", _socket),
    Point(TRIALS, "Teste de fila de atendimento", _queue),
    Point(TRIALS, "Teste de horário de atendimento", _hours),
    Point(TRIALS, "Teste de transferência IA → Humano", _handed_over, True),
    Point(TRIALS, "Resposta automática entregue", _automatic, True),
    Point(TRIALS, "Teste de lead scoring", _scored),
    Point(TRIALS, "Teste de campanhas", _campaigned, True),
    Point(WATCHING, "Logs estruturados configurados", _logs),
    Point(WATCHING, "Métricas Prometheus/Grafana", _metrics),
    Point(WATCHING, "Alertas para falhas de webhook", _alerts),
    Point(WATCHING, "Dashboard de monitoring", _dashboard),
)
