"""Contatos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from common.api.fields import NoInput, SearchIn
from common.api.permissions import ManagersDelete
from common.api.told import Told, annotated
from common.errors import NotFound
from common.slots import Slot
from contacts.api.filters import ContactFilter
from contacts.api.serializers import ContactIn, ContactOut
from contacts.masking import CLEAR, Lens, contact_reveal, custom_restored, lens_of
from contacts.models import Contact, ContactIdentity, Purpose, Tag
from contacts.services.consent import consent_holding
from contacts.services.contacts import contact_delete, contact_save
from contacts.services.guessing import guess_count
from contacts.services.segments import segment_names

TAGS = ["contatos"]
# What packages above know of a person, for ContactOut.
told_above: Slot[Told] = Slot()
EXAMPLE = OpenApiExample(
    "Novo contato",
    value={
        "name": "Joana Dias",
        "phone": "(41) 99888-7777",
        "tags": ["Botox"],
        "marketing_opt_in": True,
        "legal_basis": "consentimento",
        "proof": "Ficha de cadastro assinada, arquivo da recepção",
    },
    request_only=True,
)


class ContactsView(CompanyView):
    """What list and detail share."""

    # Read by the schema only, which has no company.
    queryset = Contact.unscoped.none()
    permission_classes = (ManagersDelete,)
    serializer_class = ContactIn

    def rows(self) -> Any:
        """Return the people the caller may see, with what their JSON needs in a few queries."""
        rows = annotated(Contact.objects.visible_to(self.membership), told_above)
        return (
            rows.annotate(marketing_opt_in=consent_holding(Purpose.MARKETING))
            .annotate(segment_names=segment_names(self.membership.company_id))
            .prefetch_related(Prefetch("tags", Tag.objects.order_by("name")))
            .prefetch_related(
                Prefetch("identities", ContactIdentity.objects.current().order_by("id"))
            )
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

    def kept(self, response: Response) -> Any:
        """Keep of an answer what is shown without a look on the record."""
        if self.lens.is_clear or response.status_code >= 300 or response.data is None:
            return response.data
        row = self.rows().filter(pk=response.data["id"]).first()
        hidden = {**self.get_serializer_context(), "lens": Lens(is_clear=False)}
        return None if row is None else ContactOut(row, context=hidden).data

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


class Contacts(ContactsView):
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

        `fields.id` traz o contato que já existe, se quem chama pode vê-lo com o telefone inteiro.
        """
        contact = contact_save(actor=self.membership, door="api", **self.given())
        return self.shown(contact.pk, 201)


class ContactSearch(ContactsView):
    """Busca por palavras no corpo: um endereço fica em registros e históricos."""

    filterset_class = ContactFilter
    serializer_class: Any = SearchIn
    # It changes nothing that a repeated call could change twice.
    honours_idempotency = False

    @extend_schema(
        tags=TAGS,
        operation_id="contatos_buscar",
        request=SearchIn,
        responses={200: ContactOut(many=True)},
    )
    def post(self, request: Request) -> Response:
        """Busca como `q` da lista, sem que nomes e telefones apareçam no endereço.

        Os demais filtros vão no endereço. Repita o corpo ao pedir `next`.
        """
        words = self.read(SearchIn)["q"]
        guess_count(self.membership, words)
        found = self.rows().search(words, is_clear=self.lens.is_clear)
        return self.page(found, ContactOut)


class ContactDetail(ContactsView):
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
        if contact.email and given.get("email") == self.lens.email(contact, contact.email):
            # Sent back as it was shown, it changes nothing.
            given["email"] = contact.email
        contact_save(actor=self.membership, contact=contact, door="api", **given)
        return self.shown(contact_id)

    @extend_schema(tags=TAGS, operation_id="contatos_destroy", request=None, responses={204: None})
    def delete(self, request: Request, contact_id: UUID) -> Response:
        """Apaga um contato sem conversas; com conversas, recusa com 409 `contato_em_uso`."""
        contact = self.one(contact_id)
        self.read(NoInput)
        contact_delete(contact=contact, actor=self.membership)
        return Response(status=204)


class Reveal(ContactsView):
    """Revelar."""

    serializer_class: Any = NoInput
    # A kept answer would show the numbers again when the minutes are over, on no record.
    honours_idempotency = False

    @extend_schema(
        tags=TAGS, operation_id="contatos_revelar", request=None, responses={200: ContactOut}
    )
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Mostra telefone, CPF e documentos por inteiro, por 15 minutos, e registra quem pediu."""
        contact = self.one(contact_id)
        self.read(NoInput)
        contact_reveal(contact=contact, reader=self.membership)
        return self.shown(contact_id)
