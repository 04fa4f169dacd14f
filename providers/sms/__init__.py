"""SMS by Twilio, Zenvia, Infobip, or a provider that the administrator describes."""
