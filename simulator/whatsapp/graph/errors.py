"""Meta's errors: the words of the codes a product must know, and the shape they come in."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import JsonResponse

from simulator.whatsapp.ids import trace_new

Json = dict[str, Any]


class KnownError(NamedTuple):
    """What Meta says along with a code. `http` is the status of the response."""

    title: str
    details: str
    http: int = 400
    is_transient: bool = False
    subcode: int = 0


KNOWN: dict[int, KnownError] = {
    1: KnownError("API Unknown", "An unknown error occurred", 500, True),
    2: KnownError("API Service", "Temporary issue due to downtime or overload.", 503, True),
    3: KnownError("API Method", "Capability or permissions issue.", 500),
    4: KnownError("Application request limit reached", "Too many calls.", 400, True, 2446079),
    10: KnownError(
        "Permission Denied", "Permission is either not granted or has been removed.", 403
    ),
    33: KnownError("Parameter value is not valid", "The business phone number has been deleted."),
    100: KnownError(
        "Invalid parameter", "The request included unsupported or misspelled parameters."
    ),
    190: KnownError("Invalid OAuth access token", "The access token has expired.", 401, False, 463),
    200: KnownError("API Permission", "Permission is either not granted or has been removed.", 403),
    368: KnownError(
        "Temporarily blocked for policies violations", "The account is restricted.", 403
    ),
    80007: KnownError("Rate limit issues", "The account has reached its rate limit.", 400, True),
    130429: KnownError(
        "Rate limit hit", "Cloud API message throughput has been reached.", 429, True, 2494055
    ),
    130472: KnownError("User's number is part of an experiment", "Message was not sent."),
    130497: KnownError(
        "Business account is restricted", "Messaging to this country is restricted.", 403
    ),
    131000: KnownError(
        "Something went wrong", "Message failed to send due to an unknown error.", 500
    ),
    131005: KnownError(
        "Access denied", "Permission is either not granted or has been removed.", 403
    ),
    131008: KnownError(
        "Required parameter is missing", "The request is missing a required parameter."
    ),
    131009: KnownError("Parameter value is not valid", "One or more parameter values are invalid."),
    131016: KnownError("Service unavailable", "A service is temporarily unavailable.", 503, True),
    131021: KnownError(
        "Recipient cannot be sender", "Sender and recipient phone number is the same."
    ),
    131026: KnownError("Message undeliverable", "Unable to deliver message."),
    131030: KnownError(
        "Recipient phone number not in allowed list",
        "Recipient phone number not in allowed list: Add recipient phone number to recipient list "
        "and try again.",
    ),
    131031: KnownError("Account has been locked", "Business Account locked.", 403),
    131042: KnownError("Business eligibility payment issue", "There was a payment issue.", 403),
    131045: KnownError("Incorrect certificate", "The phone number is not registered.", 500),
    131047: KnownError(
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last "
        "replied to this number.",
    ),
    131048: KnownError(
        "Spam rate limit hit", "Message failed to send: too many were flagged as spam."
    ),
    131049: KnownError(
        "Meta chose not to deliver",
        "This message was not delivered to maintain healthy ecosystem engagement.",
    ),
    131050: KnownError("User opted out of marketing", "The user stopped marketing messages.", 400),
    131051: KnownError("Unsupported message type", "Message type is not currently supported."),
    131052: KnownError("Media download error", "The media could not be downloaded."),
    131053: KnownError("Media upload error", "The media could not be uploaded."),
    131056: KnownError(
        "(Business Account, Consumer Account) pair rate limit hit",
        "Message failed to send because too many messages were sent to this number recently.",
    ),
    131057: KnownError(
        "Account in maintenance mode", "The account is in maintenance mode.", 500, True
    ),
    131062: KnownError(
        "Recipient not supported",
        "Business-scoped User ID (BSUID) recipients are not supported for this message.",
    ),
    132000: KnownError(
        "Number of parameters does not match the expected number of params",
        "The number of variables does not match the template.",
    ),
    132001: KnownError(
        "Template name does not exist in the translation", "The template is unknown."
    ),
    132005: KnownError("Translated text too long", "The translated text is too long."),
    132007: KnownError("Format character policy violated", "Template content violates a policy."),
    132012: KnownError(
        "Parameter format does not match", "Variable values are formatted incorrectly."
    ),
    132015: KnownError("Template is paused", "Template is paused due to low quality."),
    132016: KnownError(
        "Template is disabled", "Template was paused too often and is now disabled."
    ),
    132018: KnownError("Template validation failed", "The parameters did not pass validation."),
    133004: KnownError(
        "Server temporarily unavailable", "Server is temporarily unavailable.", 503, True
    ),
    133005: KnownError("Two step verification PIN Mismatch", "The PIN is not the number's."),
    133010: KnownError(
        "Phone number not registered", "Phone number not registered on the platform."
    ),
    133016: KnownError("Account register rate limit", "Too many attempts for this phone number."),
    135000: KnownError("Generic user error", "Message failed to send because of an unknown error."),
}


def known_error(code: int) -> KnownError:
    """Give the words of a code; one that Meta does not list gets neutral ones."""
    return KNOWN.get(code, KnownError(f"Error {code}", "No details."))


class GraphError(Exception):
    """A refusal in Meta's shape. `details` replaces the stock sentence of the code."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        message: str = "",
        http: int | None = None,
        subcode: int | None = None,
        kind: str = "OAuthException",
    ) -> None:
        known = known_error(code)
        self.http = http or known.http
        error: Json = {
            "message": message or f"(#{code}) {known.title}",
            "type": kind,
            "code": code,
        }
        if not message:
            error["error_data"] = {
                "messaging_product": "whatsapp",
                "details": details or known.details,
            }
        if known.subcode if subcode is None else subcode:
            error["error_subcode"] = known.subcode if subcode is None else subcode
        if known.is_transient:
            error["is_transient"] = True
        self.body: Json = {"error": {**error, "fbtrace_id": trace_new()}}
        super().__init__(code)

    def response(self) -> JsonResponse:
        """Give the HTTP answer."""
        return JsonResponse(self.body, status=self.http)


def missing_object(node_id: str) -> GraphError:
    """Say that a node does not exist, or is not this token's to see."""
    return GraphError(
        100,
        message=(
            f"Unsupported request. Object with ID '{node_id}' does not exist, cannot be loaded due "
            "to missing permissions, or does not support this operation"
        ),
        subcode=33,
        kind="GraphMethodException",
    )
