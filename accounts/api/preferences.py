"""Preferências: o que cada pessoa escolhe para si."""

from __future__ import annotations

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import CompanyView
from accounts.models import User
from accounts.preferences import Density, Theme, preferences_of
from accounts.services.preferences import preferences_change
from common.api.fields import Flag, OneOf, Pattern, StrictSerializer

TAGS = ["preferências"]
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
LANGUAGE_CHOICES = [("", "-"), *settings.LANGUAGES]


class PreferencesShape(StrictSerializer):
    """What a person chose. `language` empty is the browser's; silence is HH:MM by the clinic's
    clock, and holds only where both ends are given.
    """

    language = OneOf(choices=LANGUAGE_CHOICES, required=False)
    density = OneOf(choices=Density.choices, required=False)
    theme = OneOf(choices=Theme.choices, required=False)
    contrast = Flag(required=False)
    sound = Flag(required=False)
    undo_send = Flag(required=False)
    notify_mine = Flag(required=False)
    notify_passed = Flag(required=False)
    notify_mentions = Flag(required=False)
    notify_queue = Flag(required=False)
    quiet_from = Pattern(CLOCK, required=False, allow_blank=True)
    quiet_until = Pattern(CLOCK, required=False, allow_blank=True)


class OwnPreferences(CompanyView):
    """Preferências de quem chama."""

    queryset = User.objects.none()
    serializer_class = PreferencesShape
    pagination_class = None

    @extend_schema(tags=TAGS, operation_id="preferencias_retrieve", responses=PreferencesShape)
    def get(self, request: Request) -> Response:
        """Obtém as próprias preferências."""
        return Response(preferences_of(self.membership.user))

    @extend_schema(
        tags=TAGS,
        operation_id="preferencias_update",
        request=PreferencesShape,
        responses=PreferencesShape,
    )
    def patch(self, request: Request) -> Response:
        """Altera as que forem enviadas; as outras ficam como estão."""
        values = self.read(PreferencesShape, partial=True)
        return Response(preferences_change(membership=self.membership, values=values))
