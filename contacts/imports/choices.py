"""Words that imports store."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportStatus(models.TextChoices):
    """Where an import stands.

    reading -> draft -> waiting -> running -> finished
    running -> cancelled or failed -> waiting again
    """

    READING = "lendo", _("Lendo a planilha")
    DRAFT = "rascunho", _("Escolha das colunas")
    WAITING = "aguardando", _("Aguardando")
    RUNNING = "em_andamento", _("Em andamento")
    FINISHED = "concluida", _("Concluída")
    CANCELLED = "cancelada", _("Cancelada")
    FAILED = "falhou", _("Falhou")


class FileKind(models.TextChoices):
    """What people come in."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel (XLSX)"
    JSON = "json", "JSON"


class Existing(models.TextChoices):
    """What to do with somebody who is registered already."""

    FILL = "completar", _("Completar só o que está vazio")
    OVERWRITE = "substituir", _("Substituir pelo que vem no arquivo")


class Target(models.TextChoices):
    """What a column holds."""

    IGNORE = "", _("Não importar")
    NAME = "nome", _("Nome")
    SURNAME = "sobrenome", _("Sobrenome, depois do nome")
    PHONE = "telefone", _("Telefone")
    EMAIL = "email", _("E-mail")
    STATUS = "situacao", _("Situação")
    TAGS = "etiquetas", _("Etiquetas")
    NOTES = "observacoes", _("Observações")
    MARKETING = "marketing", _("Aceita marketing")
    CUSTOM = "adicional", _("Dado adicional, com o nome da coluna")


class RefusalReason(models.TextChoices):
    """Why a row did not go in, or not all of it."""

    PHONE = "telefone_invalido", _("Telefone inválido. Use DDD e número: (41) 99888-7777.")
    SHORTENED = (
        "telefone_abreviado",
        _("A planilha abreviou o número (como 5,54E+12). Formate a coluna como texto."),
    )
    EMAIL = "email_invalido", _("E-mail inválido. Confira o endereço.")
    NOBODY = (
        "sem_identificacao",
        _("Falta telefone ou e-mail: sem um deles não se reconhece a pessoa."),
    )
    TOO_LONG = "texto_longo", _("Texto longo demais para este campo.")
    CUT = "texto_cortado", _("O texto passava do tamanho do campo: entrou só o começo.")
    FORMULA = (
        "formula_sem_resultado",
        _("A fórmula não tem resultado salvo. Abra a planilha no Excel e salve de novo."),
    )
    TAG_TOO_LONG = "etiqueta_longa", _("Uma etiqueta tem mais de 60 caracteres.")
    TAGS_TOO_MANY = "etiquetas_demais", _("São mais de 50 etiquetas para uma pessoa.")
    STATUS = (
        "situacao_desconhecida",
        _("Use lead, qualificado, cliente ou inativo. A palavra ficou nos dados adicionais."),
    )
    MARKETING = "marketing_desconhecido", _("Use sim ou não.")
    COLUMNS = (
        "colunas_a_mais",
        _("Há mais colunas que no cabeçalho: falta pôr entre aspas um texto com separador."),
    )
    UNREADABLE = "linha_ilegivel", _("A linha não pôde ser lida: confira as aspas.")
    CUSTOM_TOO_LARGE = "dados_demais", _("São dados adicionais demais para uma pessoa.")
    TYPE = "tipo_errado", _("O tipo do valor não é o esperado.")
    UNKNOWN_FIELD = "campo_desconhecido", _("Este campo não existe.")
    DEPENDENT = (
        "outra_pessoa_no_telefone",
        _("O telefone é de outra pessoa: entrou como dependente dela. Confira."),
    )
    OTHER_PERSON = (
        "telefone_de_outra_pessoa",
        _("O telefone ou e-mail já é de outra pessoa, com outro nome. Confira quem é."),
    )
    OPTED_OUT = (
        "marketing_recusado",
        _("A pessoa já recusou marketing: entrou sem esta permissão."),
    )
