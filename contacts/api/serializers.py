"""What people look like in JSON."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common import phones
from common.api.fields import Email, Flag, Id, JSONObject, OneOf, StrictSerializer, Text
from contacts.masking import STARS, Lens
from contacts.models import Contact, ContactIdentity, LegalBasis
from contacts.services.contacts import TAG_COUNT, PhoneInvalid


class IdentityOut(serializers.ModelSerializer[ContactIdentity]):
    """One way a provider names the person, exactly as received."""

    external_id = serializers.CharField(source="value")
    verified_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Desde quando se sabe que o endereço é da pessoa; nulo se só foi digitado.",
    )

    class Meta:
        model = ContactIdentity
        fields = ("kind", "external_id", "username", "verified_at", "proof")


class DependentOut(serializers.ModelSerializer[Contact]):
    """Somebody a person writes for."""

    class Meta:
        model = Contact
        fields = ("id", "name", "relation")


class ContactOut(serializers.ModelSerializer[Contact]):
    """A person. Phones, CPF and other documents come masked to attendants whose company does not
    show them; `revelar/` shows them.
    """

    tags = serializers.SerializerMethodField(help_text="Nomes das etiquetas.")
    segments = serializers.ListField(
        child=serializers.CharField(),
        source="segment_names",
        help_text="Nomes dos segmentos de que a pessoa participa agora.",
    )
    score = serializers.SerializerMethodField(
        help_text="Pontuação de 0 a 100; nulo enquanto não for calculada."
    )
    temperature = serializers.SerializerMethodField(
        help_text="Temperatura de 0 a 100; nulo enquanto não for calculada."
    )
    custom = JSONObject()
    marketing_opt_in = serializers.BooleanField(
        allow_null=True,
        help_text="O que vale no registro de consentimentos; nulo se nunca se perguntou.",
    )
    identities = IdentityOut(many=True)
    guardian = serializers.UUIDField(
        source="guardian_id", allow_null=True, help_text="Quem escreve por esta pessoa."
    )
    dependents = DependentOut(
        many=True, source="standing_dependents", help_text="Por quem esta pessoa escreve."
    )

    class Meta:
        model = Contact
        fields = (
            "id",
            "name",
            "email",
            "phone",
            "status",
            "score",
            "temperature",
            "tags",
            "segments",
            "custom",
            "marketing_opt_in",
            "last_contact_at",
            "identities",
            "guardian",
            "relation",
            "dependents",
        )

    def to_representation(self, contact: Contact) -> dict[str, Any]:
        """Mask what the caller does not see in full; the view says how they see (`lens`)."""
        lens: Lens = self.context["lens"]
        shown = super().to_representation(contact)
        if lens.sees(contact):
            return shown
        shown["phone"], shown["custom"] = lens.phone(contact), lens.custom(contact)
        shown["email"] = lens.email(contact, contact.email)
        for identity in shown["identities"]:
            identity["external_id"] = lens.identity(
                contact, identity["kind"], identity["external_id"]
            )
        return shown

    def get_tags(self, contact: Contact) -> list[str]:
        """Name the tags; they are prefetched."""
        return [tag.name for tag in contact.tags.all()]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_score(self, contact: Contact) -> int | None:
        """What the package above tells, None before it is computed."""
        return getattr(contact, "score", None)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_temperature(self, contact: Contact) -> int | None:
        """What the package above tells, None before it is computed."""
        return getattr(contact, "temperature", None)


class ContactIn(StrictSerializer):
    """What may be written of a person."""

    name = Text(max_length=255, required=False, allow_blank=True)
    email = Email(max_length=255, required=False, allow_blank=True)
    phone = Text(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="Em qualquer formato; guardado como E.164, com o nono dígito.",
    )
    status = OneOf(choices=Contact.Status.choices, required=False)
    tags = serializers.ListField(
        child=Text(max_length=60),
        max_length=TAG_COUNT,
        required=False,
        help_text="Substitui as etiquetas da pessoa; as que faltam são criadas.",
    )
    custom = JSONObject(required=False)
    marketing_opt_in = Flag(
        required=False,
        help_text="Acrescenta ao registro de consentimentos, com quem registrou e quando."
        " Para `true`, informe também `legal_basis` e `proof`.",
    )
    legal_basis = OneOf(
        choices=LegalBasis.choices,
        required=False,
        help_text="Por que a lei deixa escrever. Obrigatória com `marketing_opt_in: true`.",
    )
    proof = Text(
        max_length=255,
        required=False,
        help_text="Como a pessoa permitiu e onde está a prova. Obrigatória com"
        " `marketing_opt_in: true`.",
    )
    guardian = Id(
        required=False,
        allow_null=True,
        help_text="Id de quem escreve por esta pessoa; nulo desfaz o vínculo.",
    )
    relation = OneOf(choices=Contact.Relation.choices, required=False, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        """Read the fields. Where another is wrong, say of the phone too what the service would say
        only the next time.
        """
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as refused:
            raw = data.get("phone") if isinstance(data, dict) else None
            detail: Any = refused.detail
            # One that comes back as it was shown, masked, is no new number.
            typed = raw if isinstance(raw, str) and raw.strip() and STARS not in raw else None
            if typed and "phone" not in detail and phones.canonical(typed) is None:
                detail = {**detail, "phone": [PhoneInvalid.message]}
                raise serializers.ValidationError(detail) from refused
            raise

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A new person needs something to be known by."""
        if not self.partial and not any(attrs.get(key) for key in ("name", "email", "phone")):
            raise serializers.ValidationError(
                {"name": [_("Informe ao menos nome, e-mail ou telefone.")]}
            )
        return attrs
