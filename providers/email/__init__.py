"""E-mail: read from a mailbox or a service's webhooks, written over SMTP or a service's API."""
