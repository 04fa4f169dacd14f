"""What of SMS providers' bodies may be read in the back-office."""

from __future__ import annotations

from providers.harmless import Harmless

# Ids of messages are made by the provider and name nobody. "name" is a status at one provider and
# a person at another, so it is covered.
HARMLESS = Harmless(
    words=frozenset(
        {
            *("AccountSid", "MessageSid", "SmsSid", "MessageStatus", "SmsStatus", "ErrorCode"),
            *("NumMedia", "NumSegments", "ApiVersion", "MessagingServiceSid"),
            *("type", "id", "messageId", "externalId", "timestamp", "code", "direction", "channel"),
            *("groupName", "groupId", "receivedAt", "sentAt", "doneAt", "smsCount", "messageCount"),
            *("permanent", "currency", "pricePerMessage"),
        }
    ),
)
