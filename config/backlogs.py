"""Every backlog, where something may be stuck: how much waits, since when, from when on that needs
somebody, and what to do. Metrics, alerts and the page "Operação" all read this one list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# What waits: how many rows, and for how many seconds the oldest. Each query gives both, and must be
# answered from an index: it is asked every few seconds.
Sql = str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits at one place of the product. `limit` are seconds after which its oldest is stuck;
    `alert` is the rule in deploy/prometheus/alerts.yml and the section of docs/runbook.md; `page`
    is the list in the back-office, as `model?query`, "" where there is none.
    """

    name: str
    words: Any
    query: Sql
    limit: int
    alert: str
    advice: Any
    page: str = ""


def _aged(column: str, rest: str) -> Sql:
    age = f"greatest(coalesce(extract(epoch FROM now() - min({column})), 0), 0)"
    return f"SELECT count(*), {age} FROM {rest}"  # noqa: S608  (our own constants)


BACKLOGS: tuple[Backlog, ...] = (
    Backlog(
        "inbound",
        _("Eventos recebidos que esperam ser gravados"),
        _aged("created_at", "webhooks_inboundevent WHERE state IN ('pendente', 'processando')"),
        60,
        "CentralInboundStuck",
        _("Veja se há workers e se o banco responde. Nada se perde: o que espera entra depois."),
        "webhooks_inboundevent?pergunta=parados",
    ),
    Backlog(
        "quarantine",
        _("Eventos em quarentena"),
        _aged("created_at", "webhooks_inboundevent WHERE state = 'quarentena'"),
        900,
        "CentralQuarantineGrows",
        _("Abra um, veja o motivo e reprocesse depois de corrigir."),
        "webhooks_inboundevent?pergunta=quarentena",
    ),
    Backlog(
        "outbound",
        _("Mensagens que esperam sair"),
        _aged(
            "send_after",
            "omnichannel_message WHERE status IN ('pendente', 'enviando')"
            " AND direction = 'saida' AND send_after <= now()",
        ),
        120,
        "CentralOutboundStuck",
        _("Veja o canal delas: token vencido, conta parada ou provedor fora do ar."),
        "omnichannel_message?pergunta=presas",
    ),
    Backlog(
        "media",
        _("Arquivos recebidos que esperam ser baixados"),
        _aged(
            "fetch_after",
            "omnichannel_attachment WHERE state = 'pendente' AND fetch_after <= now()",
        ),
        300,
        "CentralMediaStuck",
        _("Veja se o provedor entrega arquivos e se há espaço em disco."),
        "omnichannel_attachment",
    ),
    Backlog(
        "scheduled",
        _("Mensagens agendadas cuja hora passou"),
        _aged(
            "send_at",
            "omnichannel_scheduledmessage WHERE state = 'agendada' AND send_at <= now()",
        ),
        120,
        "CentralScheduledStuck",
        _("Veja se o beat e os workers estão de pé."),
    ),
    Backlog(
        "queues",
        _("Atendimentos que esperam uma pessoa"),
        _aged("queued_at", "queues_ticket WHERE status = 'aguardando'"),
        3600,
        "CentralTicketsWait",
        _("Veja quem está online e os horários das filas."),
        "queues_ticket?pergunta=aguardando",
    ),
    Backlog(
        "bot",
        _("Sessões do robô que já deviam ter respondido"),
        _aged("due_at", "bot_botsession WHERE state = 'ouvindo' AND due_at <= now()"),
        60,
        "CentralBotStuck",
        _("Veja se o worker da fila robo está de pé."),
        "bot_botsession",
    ),
    Backlog(
        "campaigns",
        _("Destinatários reservados por um envio que não terminou"),
        _aged("claimed_at", "campaigns_recipient WHERE status = 'enviando'"),
        300,
        "CentralCampaignsStuck",
        _("Veja se o worker das campanhas está de pé; o que é incerto não é reenviado."),
        "campaigns_recipient",
    ),
    Backlog(
        "mailboxes",
        _("Caixas de e-mail que não são lidas"),
        _aged(
            "p.looked_at",
            "webhooks_folderposition p JOIN omnichannel_channel c ON c.id = p.channel_id"
            " WHERE c.status = 'ativo' AND p.looked_at < now() - interval '5 minutes'",
        ),
        600,
        "CentralMailboxesUnread",
        _("Veja se o processo mail_reader está de pé e se a caixa aceita a senha."),
        "omnichannel_channel",
    ),
    Backlog(
        "webhooks_out",
        _("Eventos para outros sistemas que esperam"),
        _aged(
            "e.next_at",
            "integrations_outgoingevent e JOIN integrations_hooksubscription s"
            " ON s.id = e.subscription_id WHERE e.state = 'pendente' AND e.next_at <= now()"
            " AND s.is_active AND s.failure_count = 0",
        ),
        600,
        "CentralWebhooksOutStuck",
        _("Veja se há workers; um endereço que falha é mostrado na sua própria página."),
        "integrations_outgoingevent",
    ),
    Backlog(
        "reports",
        _("Dias de relatórios por recontar"),
        _aged("created_at", "analytics_dirtyday"),
        3600,
        "CentralReportsStuck",
        _("Os números de ontem podem estar velhos. Rode manage.py metrics_rebuild se não passar."),
    ),
)

# Single numbers beside the backlogs: what they are, and the query that gives each.
NUMBERS: dict[str, tuple[str, Sql]] = {
    "central_inbound_waiting": (
        "Ledger events not worked off yet",
        "SELECT count(*) FROM webhooks_inboundevent WHERE state IN ('pendente', 'processando')",
    ),
    "central_inbound_oldest_seconds": (
        "Age of the oldest of them",
        "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM webhooks_inboundevent"
        " WHERE state IN ('pendente', 'processando')",
    ),
    "central_inbound_lanes": (
        "Accounts whose ledger events wait",
        "SELECT count(DISTINCT lane) FROM webhooks_inboundevent"
        " WHERE state IN ('pendente', 'processando')",
    ),
    "central_inbound_quarantined": (
        "Ledger events in quarantine",
        "SELECT count(*) FROM webhooks_inboundevent WHERE state = 'quarentena'",
    ),
    "central_inbound_unrouted": (
        "Ledger events for accounts that nobody connected",
        "SELECT count(*) FROM webhooks_inboundevent WHERE state = 'sem_rota'",
    ),
    "central_inbound_forged": (
        "Ledger events in quarantine that the secret of their channel did not prove",
        "SELECT count(*) FROM webhooks_inboundevent"
        " WHERE is_unproven AND error = 'assinatura_invalida'",
    ),
    "central_inbound_unknown_keys": (
        "Ledger events to addresses that no channel has, the newest of them",
        "SELECT count(*) FROM webhooks_inboundevent"
        " WHERE is_unproven AND error = 'chave_desconhecida'",
    ),
    "central_outbound_waiting": (
        "Messages not handed to a provider yet",
        "SELECT count(*) FROM omnichannel_message WHERE status IN ('pendente', 'enviando')",
    ),
    "central_channels_in_error": (
        "Channels that cannot send",
        "SELECT count(*) FROM omnichannel_channel WHERE status = 'erro'",
    ),
    "central_campaigns_running": (
        "Campaigns that send",
        "SELECT count(*) FROM campaigns_campaign WHERE status = 'em_execucao'",
    ),
    "central_bot_turns_running": (
        "Turns of the bot under way",
        "SELECT count(*) FROM bot_botturn WHERE state = 'correndo'",
    ),
    "central_webhooks_out_failing": (
        "Addresses of other systems that fail now",
        "SELECT count(*) FROM integrations_hooksubscription WHERE is_active AND failure_count > 0",
    ),
    "central_webhooks_out_stopped": (
        "Addresses of other systems that were switched off because they failed",
        "SELECT count(*) FROM integrations_hooksubscription WHERE stop_reason <> ''",
    ),
    "central_database_transaction_seconds": (
        "Age of the longest transaction",
        "SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state <> 'idle'",
    ),
    "central_database_connections": (
        "Connections to the database",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()",
    ),
}
