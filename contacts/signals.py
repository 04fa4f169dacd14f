"""Facts about people that layers above may observe, sent after commit."""

from django.dispatch import Signal

# company_id, contact_ids: people whose record was made, changed, merged or imported.
contacts_changed = Signal()
