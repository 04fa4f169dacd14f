"""Stored values of the bot (docs/glossary.md pairs the words)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AssistantMode(models.TextChoices):
    """When an assistant answers by itself."""

    OFF = "desligado", _("Desligado")
    SHADOW = "sombra", _("Modo sombra: só mostra à equipe o que responderia")
    OUT_OF_HOURS = "fora_do_horario", _("Responde fora do horário")
    ALWAYS = "sempre", _("Responde sempre")


class EntryStatus(models.TextChoices):
    DRAFT = "rascunho", _("Rascunho")
    PUBLISHED = "publicado", _("Publicado")
    RETIRED = "retirado", _("Retirado")


class EntryUse(models.TextChoices):
    """What an entry may be used for."""

    AUTOMATIC = "automatico", _("O robô responde sozinho")
    SUGGESTION = "sugestao", _("Só sugestão para a equipe")


class PhraseKind(models.TextChoices):
    QUESTION = "pergunta", _("Pergunta")
    ALIAS = "forma", _("Outra forma de perguntar")
    ANSWER = "resposta", _("Resposta")


class SessionState(models.TextChoices):
    """ouvindo <-> pensando, then passada (people have it) or encerrada."""

    LISTENING = "ouvindo", _("Ouvindo")
    THINKING = "pensando", _("Pensando")
    HANDED = "passada", _("Passada a uma pessoa")
    ENDED = "encerrada", _("Encerrada")


OPEN_SESSIONS = (SessionState.LISTENING, SessionState.THINKING)


class SessionOutcome(models.TextChoices):
    """How a session ended, as far as anybody knows."""

    CONFIRMED = "confirmada", _("Resolvida, o paciente confirmou")
    ASSUMED = "presumida", _("Encerrada em silêncio")
    GIVEN_UP = "desistiu", _("O paciente desistiu")
    HANDED = "passada", _("Passada a uma pessoa")
    TAKEN = "assumida", _("Uma pessoa assumiu")


class TurnState(models.TextChoices):
    """correndo -> feito; else descartado (people came first), superado (the patient wrote on),
    falha.
    """

    RUNNING = "correndo", _("Em andamento")
    DONE = "feito", _("Concluído")
    DROPPED = "descartado", _("Descartado: uma pessoa entrou na conversa")
    SUPERSEDED = "superado", _("Refeito: o paciente continuou escrevendo")
    FAILED = "falha", _("Falhou")


class TurnAct(models.TextChoices):
    """What a turn decided to do."""

    ANSWER = "responder", _("Responder")
    OFFER = "oferecer", _("Oferecer opções")
    ASK = "perguntar", _("Perguntar")
    GREET = "saudar", _("Saudar")
    THANK = "agradecer", _("Agradecer")
    HAND_OVER = "passar", _("Passar a uma pessoa")
    SILENCE = "calar", _("Não dizer nada")


class HandoverReason(models.TextChoices):
    """Why a conversation was given to people."""

    ASKED = "pedido", _("O paciente pediu uma pessoa")
    INTENT = "intencao_detectada", _("O assunto é para uma pessoa")
    NO_ANSWER = "sem_resposta", _("O robô não tem resposta")
    REPEATED = "duvida_repetida", _("A dúvida se repetiu")
    EMERGENCY = "emergencia", _("Possível emergência")
    CLINICAL = "clinico", _("Pergunta clínica")
    COMPLAINT = "reclamacao", _("Reclamação, cobrança ou direitos")
    REFUSED_BOT = "recusa", _("O paciente não quer falar com o robô")
    REJECTED = "resposta_recusada", _("A resposta não passou na conferência")
    FAILURE = "falha_do_provedor", _("Falha técnica")
    LIMIT = "limite", _("Limite de mensagens do robô")
    BUDGET = "orcamento", _("Orçamento esgotado")
    MEDIA = "midia", _("O paciente enviou um arquivo")
    FLOW = "fluxo", _("Fim de um fluxo")
    LOOP = "laco", _("Outro robô do outro lado")
    OUT_OF_SCOPE = "fora_do_escopo", _("Fora do que o robô trata")
    AGENT = "agente", _("O robô decidiu passar")
    CAMPAIGN = "campanha", _("Resposta a uma campanha")
    PAUSED = "pausa", _("A equipe pausou o robô")
    GATE = "envio_recusado", _("A resposta não pôde ser enviada")


class SuggestionOrigin(models.TextChoices):
    KNOWLEDGE = "conhecimento", _("Conhecimento")
    AI = "ia", _("IA")
    REWRITE = "reescrita", _("Texto da equipe reescrito")


class RewriteStyle(models.TextChoices):
    """How staff want their own text to be."""

    FRIENDLY = "cordial", _("Mais cordial")
    FORMAL = "formal", _("Mais formal")
    SHORT = "curto", _("Mais curto")
    CORRECT = "correto", _("Corrigir o português")


class SuggestionState(models.TextChoices):
    """oferecida, then what the answer that was sent made of it."""

    OFFERED = "oferecida", _("Oferecida")
    USED = "usada", _("Usada")
    EDITED = "editada", _("Usada com mudanças")
    IGNORED = "ignorada", _("Ignorada")


class ReadingKind(models.TextChoices):
    """What is read out of a conversation for staff."""

    SUBJECT = "assunto", _("Assunto")
    FEELING = "sentimento", _("Sentimento")


class Feeling(models.TextChoices):
    """How a patient sounds; no judgement of their health."""

    NEGATIVE = "negativo", _("Insatisfeito")
    NEUTRAL = "neutro", _("Neutro")
    POSITIVE = "positivo", _("Satisfeito")


class ReadingOrigin(models.TextChoices):
    """Who read it."""

    RULE = "regra", _("por regra")
    AI = "ia", _("por IA")
    PERSON = "pessoa", _("por uma pessoa")


class EvalExpectation(models.TextChoices):
    """What a test case expects of the bot."""

    ENTRY = "entrada", _("Responde com uma entrada")
    OFFER = "opcoes", _("Oferece a entrada entre as opções")
    PERSON = "pessoa", _("Passa a uma pessoa")
    EMERGENCY = "emergencia", _("Trata como emergência")
    NO_ANSWER = "sem_resposta", _("Não responde sozinho")
