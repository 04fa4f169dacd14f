"""What the three Meta channels share: the webhook signature, errors and the Graph API."""
