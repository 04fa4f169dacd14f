"""The names of this package's tasks, so that services can ring without knowing who answers."""

DELIVER = "omnichannel.tasks.conversation_deliver"
FETCH = "omnichannel.tasks.attachment_fetch"
NAME = "omnichannel.tasks.person_name"
READ_RECEIPT = "omnichannel.tasks.read_receipt"
RECEIPTS = "omnichannel.tasks.receipts_sweep"
SCHEDULED = "omnichannel.tasks.scheduled_sweep"
TYPING = "omnichannel.tasks.typing_show"
