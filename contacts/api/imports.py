"""Importar contatos."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import JSONObject, OneOf, StrictSerializer, Text
from common.api.pagination import CursorPages
from common.api.parsers import JSONParser, UploadParser
from common.api.permissions import ManagersOnly
from common.errors import NotFound
from contacts.imports.choices import Existing, ImportStatus, Target
from contacts.imports.encodings import CHOICES as ENCODINGS
from contacts.imports.jobs import (
    OBJECTS,
    import_receive,
    import_receive_objects,
    import_reshape,
    import_start_or_discard,
    mapping_by_name,
)
from contacts.imports.reading import DELIMITERS
from contacts.models import ImportJob, ImportRefusal, LegalBasis

TAGS = ["contatos"]
EXAMPLE = OpenApiExample(
    "Duas pessoas",
    value={
        "contacts": [
            {"name": "Joana Dias", "phone": "(41) 99888-7777", "tags": ["Botox"]},
            {"name": "Lia Prado", "email": "lia@exemplo.example", "marketing_opt_in": True},
        ],
        "existing": "completar",
        "legal_basis": "consentimento",
        "proof": "Ficha de cadastro assinada, arquivo da recepção",
    },
    request_only=True,
)


class ImportChoices(StrictSerializer):
    """What both forms of the request share."""

    existing = OneOf(
        choices=Existing.choices,
        required=False,
        help_text="O que fazer com quem já está cadastrado.",
    )
    legal_basis = OneOf(
        choices=LegalBasis.choices,
        required=False,
        help_text="Obrigatória quando vêm permissões de marketing, com `proof`.",
    )
    proof = Text(
        max_length=150, required=False, help_text="Como as permissões foram obtidas e onde estão."
    )


class ImportObjects(ImportChoices):
    """People as JSON."""

    contacts = serializers.ListField(
        child=JSONObject(),
        min_length=1,
        max_length=OBJECTS,
        help_text="Cada um com os campos de um novo contato. Os recusados ficam no relatório.",
    )


class ImportFile(ImportChoices):
    """People in a file."""

    file = serializers.FileField(max_length=255, help_text="CSV ou XLSX, até 100 MB.")
    mapping = Text(
        max_length=20_000,
        required=False,
        help_text=(
            "Objeto JSON de nome de coluna para o que ela traz: `nome`, `telefone`, `email`,"
            " `sobrenome`, `situacao`, `etiquetas`, `observacoes`, `marketing`, `adicional` ou"
            " vazio. As que faltam são adivinhadas pelo nome e pelas primeiras linhas."
        ),
    )
    encoding = OneOf(
        choices=ENCODINGS,
        required=False,
        help_text="Codificação do CSV; sem ela, é reconhecida.",
    )
    delimiter = OneOf(
        choices=[(one, one) for one in DELIMITERS],
        required=False,
        help_text="Separador do CSV; sem ele, é reconhecido.",
    )
    heading_line = serializers.IntegerField(
        min_value=0,
        max_value=20,
        required=False,
        help_text="Linha dos títulos das colunas; 0 se não há; sem ela, é procurada.",
    )

    def validate_mapping(self, value: str) -> dict[str, str]:
        """Read the JSON."""
        try:
            read = json.loads(value)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict) or not set(map(str, read.values())) <= set(Target.values):
            raise serializers.ValidationError(_("Envie um objeto JSON com valores da lista."))
        return read


class ImportOut(serializers.ModelSerializer[ImportJob]):
    """An import."""

    created = serializers.IntegerField(source="created_count", help_text="Pessoas novas.")
    updated = serializers.IntegerField(source="updated_count")
    unchanged = serializers.IntegerField(source="unchanged_count")
    refused = serializers.IntegerField(
        source="refused_count", help_text="Linhas que não entraram; o porquê em `recusadas/`."
    )

    class Meta:
        model = ImportJob
        fields = (
            "id",
            "status",
            "filename",
            "existing",
            "total",
            "line",
            "percent",
            "created",
            "updated",
            "unchanged",
            "refused",
            "error",
            "created_at",
            "started_at",
            "ended_at",
        )
        extra_kwargs = {  # noqa: RUF012
            "total": {"help_text": "Linhas do arquivo; nulo enquanto não foram contadas."},
            "line": {"help_text": "Linhas já tratadas."},
        }

    percent = serializers.IntegerField(allow_null=True)


class RefusalOut(serializers.ModelSerializer[ImportRefusal]):
    """A row that did not go in, or not all of it."""

    reason = serializers.CharField(source="get_code_display", help_text="O motivo, para pessoas.")

    class Meta:
        model = ImportRefusal
        fields = ("line", "column", "code", "reason", "is_row_in")


class ByLine(CursorPages):
    """In the order of the file."""

    ordering = ("line", "id")


class ImportView(CompanyView):
    """What the endpoints share."""

    # Read by the schema only, which has no company.
    queryset: Any = ImportJob.unscoped.none()
    permission_classes = (ManagersOnly,)

    def one(self, job_id: UUID) -> ImportJob:
        """Return an import of the caller's company. Raises NotFound."""
        row: ImportJob | None = ImportJob.objects.filter(pk=job_id).first()
        if row is None:
            raise NotFound
        return row


class Imports(ImportView):
    """Importar em massa."""

    parser_classes = (JSONParser, UploadParser)
    serializer_class = ImportObjects

    @extend_schema(
        tags=TAGS,
        operation_id="contatos_importar",
        request={"application/json": ImportObjects, "multipart/form-data": ImportFile},
        responses={202: ImportOut},
        examples=[EXAMPLE],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Importa pessoas de um arquivo ou de uma lista. Consulte o andamento pelo `id`.

        A pessoa é reconhecida pelo telefone, com ou sem o nono dígito, e sem telefone pelo e-mail.
        O mesmo arquivo outra vez, com as mesmas escolhas, é recusado com 409 `arquivo_repetido`;
        `fields.id` traz a primeira importação. Uma planilha do Excel é lida depois da resposta
        (`lendo`): o que a impede de entrar fica em `error`.
        """
        if isinstance(request.data, QueryDict):
            job = self._file(self.read(ImportFile))
        else:
            given = self.read(ImportObjects)
            people = given.pop("contacts")
            job = import_receive_objects(actor=self.membership, people=people, **given)
        return Response(ImportOut(job).data, status=202)

    def _file(self, given: dict[str, Any]) -> ImportJob:
        file, told = given.pop("file"), given.pop("mapping", {})
        heading = given.pop("heading_line", None)
        written = {name: given.pop(name, "") for name in ("encoding", "delimiter")}
        wish = {"by_name": told, "heading_line": heading, **given}
        job = import_receive(
            actor=self.membership, file=file, filename=file.name, wish=wish, **written
        )
        if job.status == ImportStatus.READING:
            return job
        if heading is not None:
            job = import_reshape(job=job, has_header=heading > 0, heading_line=heading)
        choices = {"mapping": mapping_by_name(job, told)} if job.headers else {}
        return import_start_or_discard(job=job, actor=self.membership, **choices, **given)


class ImportDetail(ImportView):
    """Uma importação."""

    serializer_class = ImportOut

    @extend_schema(tags=TAGS, operation_id="contatos_importar_retrieve", responses=ImportOut)
    def get(self, request: Request, job_id: UUID) -> Response:
        """Diz até onde a importação chegou."""
        return Response(ImportOut(self.one(job_id)).data)


class ImportRefusals(ImportView):
    """As linhas recusadas."""

    serializer_class = RefusalOut
    pagination_class = ByLine
    queryset = ImportRefusal.unscoped.none()

    @extend_schema(
        tags=TAGS, operation_id="contatos_importar_recusadas", responses=RefusalOut(many=True)
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        """Lista as linhas recusadas, na ordem do arquivo."""
        rows = ImportRefusal.objects.filter(job=self.one(job_id))
        return self.page(rows, RefusalOut)
