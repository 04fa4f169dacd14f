"""WhatsApp as a clinic and a patient meet it: Meta's Graph, webhooks, and a phone's page."""
