"""What the API shows of flows, and takes."""

from __future__ import annotations

from rest_framework import serializers

from common.api.fields import StrictSerializer
from flows.models import Flow, FlowRun


class FlowOut(serializers.ModelSerializer[Flow]):
    """A flow and what newcomers begin."""

    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)

    class Meta:
        model = Flow
        fields = ("id", "name", "is_active", "priority", "version", "created_at", "updated_at")


class FlowStartIn(StrictSerializer):
    """For which conversation a flow begins, and what fills its texts."""

    conversation = serializers.UUIDField()
    variables = serializers.DictField(
        child=serializers.CharField(max_length=500, allow_blank=True), required=False
    )


class FlowRunOut(serializers.ModelSerializer[FlowRun]):
    """A walk through a flow. What the patient answered is in their messages."""

    class Meta:
        model = FlowRun
        fields = (
            "id",
            "flow",
            "conversation",
            "state",
            "node",
            "outcome",
            "created_at",
            "ended_at",
        )
