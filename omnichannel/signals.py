"""Facts that layers above may observe, sent after commit. Decisions are called; facts are
observed.
"""

from django.dispatch import Signal

# channel: omnichannel.Channel that was connected or changed.
channel_connected = Signal()
# company_id, conversation_ids: conversations with new messages, in either direction.
messages_stored = Signal()
