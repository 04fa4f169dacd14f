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
            given["guardian"] = self.one(given["guardian"])
        return given


class Contacts(ContactView):
    """Lista e criação."""

    filterset_class = ContactFilter

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
        return Response(ContactOut(self.one(contact.pk)).data, status=201)


class ContactDetail(ContactView):
    """Um contato."""

    @extend_schema(tags=TAGS, operation_id="contatos_retrieve", responses=ContactOut)
    def get(self, request: Request, contact_id: UUID) -> Response:
        """Obtém um contato."""
        return Response(ContactOut(self.one(contact_id)).data)

    @extend_schema(
        tags=TAGS, operation_id="contatos_update", request=ContactIn, responses=ContactOut
    )
    def patch(self, request: Request, contact_id: UUID) -> Response:
        """Altera os campos enviados."""
        contact = self.one(contact_id)
        contact_save(actor=self.membership, contact=contact, **self.given(partial=True))
        return Response(ContactOut(self.one(contact_id)).data)

    @extend_schema(tags=TAGS, operation_id="contatos_destroy", request=None, responses={204: None})
    def delete(self, request: Request, contact_id: UUID) -> Response:
        """Apaga um contato sem conversas; com conversas, recusa com 409 `contato_em_uso`."""
        contact = self.one(contact_id)
        self.read(NoInput)
        contact_delete(contact=contact, actor=self.membership)
        return Response(status=204)
