"""The rules' reasons in sentences, for whoever asks "por que este score?"."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leadscoring.choices import Dimension
from leadscoring.rules import LIMIT, NEVER, Reason


def reason_words(reason: Reason) -> str:
    """Say one reason and its points: "Perguntou o preço hoje (+35)."."""
    return _("%(reason)s (%(points)+d).") % {
        "reason": _SENTENCES[reason.code](reason.value),
        "points": reason.points,
    }


def dimension_words(code: str) -> str:
    """Name a dimension."""
    return str(Dimension(code).label)


def ago(days: int) -> str:
    """Say how long ago a day was: hoje, ontem, há 5 dias."""
    if days >= NEVER:
        return _("nunca")
    if days <= 1:
        return _("ontem") if days else _("hoje")
    return _("há %(days)d dias") % {"days": days}


def _asked(words: Callable[[], str]) -> Callable[[int], str]:
    return lambda days: f"{words()} {ago(days)}"


def _reply(seconds: int) -> str:
    if seconds < 60:
        return _("Responde em menos de 1 minuto")
    if seconds < 3600:
        return _("Responde em %(count)d min, em média") % {"count": seconds // 60}
    return _("Responde em %(count)d h, em média") % {"count": seconds // 3600}


_SENTENCES: dict[str, Callable[[int], str]] = {
    "mensagens": lambda n: (
        ngettext("Enviou %(count)d mensagem", "Enviou %(count)d mensagens", n) % {"count": n}
    ),
    "rapidez": _reply,
    "responde": lambda n: _("Responde a %(count)d%% do que escrevemos") % {"count": n},
    "horario": lambda n: _("Escreve em horário comercial em %(count)d%% das vezes") % {"count": n},
    "esfriou": lambda days: (
        _("O contato esfriou: a última mensagem foi %(ago)s") % {"ago": ago(days)}
    ),
    "nome": lambda n: _("Tem nome e sobrenome") if n > 1 else _("Tem o primeiro nome"),
    "email": lambda n: _("Tem e-mail no cadastro"),
    "telefone": lambda n: _("Tem telefone válido no cadastro"),
    "telefone_confirmado": lambda n: _("Já nos escreveu: o telefone está confirmado"),
    "dados": lambda n: _("Tem dados adicionais ou observações"),
    "recencia": _asked(lambda: _("Escreveu pela última vez")),
    "frequencia": lambda n: (
        ngettext("Falou conosco em %(count)d dia", "Falou conosco em %(count)d dias diferentes", n)
        % {"count": n}
    ),
    "duracao": lambda n: (
        ngettext("Conversou %(count)d minuto ao todo", "Conversou %(count)d minutos ao todo", n)
        % {"count": n}
    ),
    "conversas": lambda n: _("Voltou a nos procurar: %(count)d conversas") % {"count": n},
    "ausencia": lambda days: _("Não escreve desde %(ago)s") % {"ago": ago(days)},
    "preco": _asked(lambda: _("Falou em preço")),
    "agendamento": _asked(lambda: _("Falou em agendar")),
    "oferta": _asked(lambda: _("Falou em desconto ou pagamento")),
    "compra": _asked(lambda: _("Mostrou vontade de fechar")),
    "convenio": _asked(lambda: _("Perguntou por convênio")),
    "urgencia": _asked(lambda: _("Falou em urgência")),
    "interesse": _asked(lambda: _("Mostrou interesse")),
    "desistencia": _asked(lambda: _("Deu sinal de desistência")),
    LIMIT: lambda _value: _("Cada parte do score vai de 0 a 100"),
}


def feature_words(name: str) -> str:
    """Name a fact, for the report of what weighs in a model."""
    return str(_FACTS[name])


_FACTS = {
    "messages": gettext_lazy("Mensagens enviadas"),
    "reply_seconds": gettext_lazy("Demora para responder"),
    "answered_percent": gettext_lazy("Quanto responde"),
    "daytime_percent": gettext_lazy("Escreve em horário comercial"),
    "silent_days": gettext_lazy("Escreveu há pouco"),
    "contact_days": gettext_lazy("Dias em que falou"),
    "talk_minutes": gettext_lazy("Minutos de conversa"),
    "talks": gettext_lazy("Conversas"),
    "name_words": gettext_lazy("Nome completo"),
    "has_email": gettext_lazy("Tem e-mail"),
    "has_phone": gettext_lazy("Tem telefone"),
    "is_phone_proven": gettext_lazy("Telefone confirmado"),
    "has_details": gettext_lazy("Dados adicionais"),
    "price_days": gettext_lazy("Falou em preço há pouco"),
    "schedule_days": gettext_lazy("Falou em agendar há pouco"),
    "offer_days": gettext_lazy("Falou em desconto ou pagamento há pouco"),
    "buying_days": gettext_lazy("Mostrou vontade de fechar há pouco"),
    "insurance_days": gettext_lazy("Perguntou por convênio há pouco"),
    "urgency_days": gettext_lazy("Falou em urgência há pouco"),
    "refusal_days": gettext_lazy("Deu sinal de desistência há pouco"),
    "interest_days": gettext_lazy("Mostrou interesse há pouco"),
}
