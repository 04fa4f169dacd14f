"""The colour of each stored value's badge, the same on every page."""

from __future__ import annotations

from omnichannel.choices import AttachmentState, ChannelStatus, Stage
from omnichannel.models import ChannelNotice
from providers.choices import MessageStatus, TemplateStatus

CHANNEL = {
    ChannelStatus.ACTIVE: "success",
    ChannelStatus.CONFIGURING: "warning",
    ChannelStatus.ERROR: "danger",
    ChannelStatus.INACTIVE: "",
}
STAGE = {Stage.BOT: "info", Stage.QUEUE: "warning", Stage.HUMAN: "success", Stage.CLOSED: ""}
MESSAGE = {
    MessageStatus.PENDING: "info",
    MessageStatus.SENDING: "info",
    MessageStatus.UNCERTAIN: "warning",
    MessageStatus.FAILED: "danger",
    MessageStatus.SENT: "",
    MessageStatus.DELIVERED: "",
    MessageStatus.READ: "success",
    MessageStatus.PLAYED: "success",
}
FILE = {
    AttachmentState.READY: "success",
    AttachmentState.PENDING: "info",
    AttachmentState.FAILED: "danger",
    AttachmentState.REFUSED: "warning",
}
TEMPLATE = {
    TemplateStatus.APPROVED: "success",
    TemplateStatus.PENDING: "info",
    TemplateStatus.IN_APPEAL: "info",
    TemplateStatus.REJECTED: "danger",
    TemplateStatus.DISABLED: "danger",
    TemplateStatus.LIMIT_EXCEEDED: "danger",
    TemplateStatus.PAUSED: "warning",
    TemplateStatus.PENDING_DELETION: "warning",
    TemplateStatus.LOCKED: "warning",
    TemplateStatus.DELETED: "",
    TemplateStatus.ARCHIVED: "",
}
SEVERITY = {
    ChannelNotice.Severity.INFO: "info",
    ChannelNotice.Severity.WARNING: "warning",
    ChannelNotice.Severity.CRITICAL: "danger",
}
QUALITY = {"GREEN": "success", "YELLOW": "warning", "RED": "danger"}
