"""Fake SMS providers, shaped as Twilio, Zenvia, Infobip and a plain one, and a patient's phone."""
