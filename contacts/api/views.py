"""Contatos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import NoInput
from common.api.permissions import ManagersDelete
from common.errors import NotFound
from contacts.api.filters import ContactFilter
from contacts.api.serializers import ContactIn, ContactOut
from contacts.masking import CLEAR, Lens, contact_reveal, custom_restored, lens_of
from contacts.models import Contact, ContactIdentity, Purpose, Tag
from contacts.services.consent import consent_holding
from contacts.services.contacts import contact_delete, contact_save
from contacts.services.segments import segment_names

TAGS = ["contatos"]
# What packages above know of a person, by the name ContactOut reads: each makes an expression, so
# that a page of people costs no further statement.
told_above: dict[str, Callable[[], Any]] = {}
EXAMPLE = OpenApiExample(
    "Novo contato",
    value={
        "name": "Joana Dias",
        "phone": "(41) 99888-7777",
        "tags": ["Botox"],
        "marketing_opt_in": True,
    },
    request_only=True,
)


class ContactView(CompanyView):
    """What list and detail share."""

    # Read by the schema only, which has no company.
    queryset = Contact.unscoped.none()
    permission_classes = (ManagersDelete,)
    serializer_class = ContactIn

    def rows(self) -> Any:
        """Return the people the caller may see, with what their JSON needs in a few queries."""
        return (
            Contact.objects.visible_to(self.membership)
            .annotate(marketing_opt_in=consent_holding(Purpose.MARKETING))
            .annotate(segment_names=segment_names(self.membership.company_id))
            .annotate(**{name: make() for name, make in told_above.items()})
            .prefetch_related(Prefetch("tags", Tag.objects.order_by("name")))
            .prefetch_related(Prefetch("identities", ContactIdentity.objects.order_by("id")))
            .prefetch_related(
                Prefetch(
                    "dependents",
                    Contact.objects.standing().order_by("name", "id"),
                    to_attr="standing_dependents",
                )
            )
        )

    @property
    def lens(self) -> Lens:
        """How the caller sees people's numbers at this moment."""
        return lens_of(self.membership)

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializer what it may show."""
        # The schema is made without a caller.
        lens = self.lens if hasattr(self, "membership") else CLEAR
        return {**super().get_serializer_context(), "lens": lens}

    def shown(self, contact_id: UUID, status: int = 200) -> Response:
        """Answer a person as they are now. Raises NotFound."""
        out = ContactOut(self.one(contact_id), context=self.get_serializer_context())
        return Response(out.data, status=status)

    def one(self, contact_id: UUID) -> Contact:
        """Return a person the caller may see. Raises NotFound."""
        row: Contact | None = self.rows().filter(pk=contact_id).first()
        if row is None:
            raise NotFound
        self.saw([row])
        return row

    def given(self, **options: Any) -> dict[str, Any]:
        """Return what is written of a person, the guardian as a row. Raises NotFound."""
        given = self.read(ContactIn, **options)
        if given.get("guardian") is not None:
            people = Contact.objects.visible_to(self.membership)
            given["guardian"] = self.found(people, given["guardian"])
        return given


class Contacts(ContactView):
    """Lista e criação."""

    filterset_class = ContactFilter
    # A guardian.
    names_rows = True

    @extend_schema(tags=TAGS, operation_id="contatos_list", responses=ContactOut(many=True))
    def get(self, request: Request) -> Response:
        """Lista os contatos, do mais novo ao mais antigo."""
        return self.page(self.rows(), ContactOut)

    @extend_schema(
        tags=TAGS,
        operation_id="contatos_create",
        request=ContactIn,
        responses={201: ContactOut},
        examples=[EXAMPLE],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        """Cria um contato. Com o telefone de outro, recusa com 409 `contato_duplicado`.

        `fields.id` traz o contato que já existe, se quem chama pode vê-lo.
        """
        contact = contact_save(actor=self.membership, **self.given())
        return self.shown(contact.pk, 201)


class ContactDetail(ContactView):
    """Um contato."""

    @extend_schema(tags=TAGS, operation_id="contatos_retrieve", responses=ContactOut)
    def get(self, request: Request, contact_id: UUID) -> Response:
        """Obtém um contato."""
        return self.shown(contact_id)

    @extend_schema(
        tags=TAGS, operation_id="contatos_update", request=ContactIn, responses=ContactOut
    )
    def patch(self, request: Request, contact_id: UUID) -> Response:
        """Altera os campos enviados."""
        contact = self.one(contact_id)
        given = self.given(partial=True)
        if "custom" in given:
            given["custom"] = custom_restored(given["custom"], contact=contact, lens=self.lens)
        contact_save(actor=self.membership, contact=contact, **given)
        return self.shown(contact_id)

    @extend_schema(tags=TAGS, operation_id="contatos_destroy", request=None, responses={204: None})
    def delete(self, request: Request, contact_id: UUID) -> Response:
        """Apaga um contato sem conversas; com conversas, recusa com 409 `contato_em_uso`."""
        contact = self.one(contact_id)
        self.read(NoInput)
        contact_delete(contact=contact, actor=self.membership)
        return Response(status=204)


class Reveal(ContactView):
    """Revelar."""

    serializer_class: Any = NoInput

    @extend_schema(
        tags=TAGS, operation_id="contatos_revelar", request=None, responses={200: ContactOut}
    )
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Mostra telefone, CPF e documentos por inteiro, por 15 minutos, e registra quem pediu."""
        contact = self.one(contact_id)
        self.read(NoInput)
        contact_reveal(contact=contact, reader=self.membership)
        return self.shown(contact_id)
