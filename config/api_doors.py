"""Who may call the API from elsewhere, and how often."""

from __future__ import annotations

from config.env import env, names

# Origins (scheme, name and port) whose pages may call the API and open sockets with a ticket.
CORS_ALLOWED_ORIGINS = names("API_ORIGINS")
CORS_URLS_REGEX = r"^/central-atendimento/"
# Pages of another origin come with a token. A cookie of ours is nothing they could act by.
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = (
    *("accept", "accept-language", "authorization", "content-type"),
    *("idempotency-key", "x-company"),
)
CORS_EXPOSE_HEADERS = (
    *("Idempotency-Replayed", "RateLimit", "RateLimit-Policy", "Retry-After"),
    "Content-Disposition",
)
CORS_PREFLIGHT_MAX_AGE = 3600
# Calls of one member of a company in a minute; 0 for no limit.
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=600)
