"""The view that every endpoint stands on: it opens the caller's company for the whole request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import orjson
from django.core.signals import got_request_exception
from django.utils import timezone
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.logins import LoginThrottle
from accounts.models import IdempotencyKey, Membership
from accounts.services.idempotency import fingerprint, key_claim, key_settle
from accounts.services.memberships import membership_at, membership_of
from accounts.services.viewing import API, viewed
from common.api.errors import LengthRequired, server_error
from common.api.queries import PAGING, query_check
from common.api.rates import CallerThrottle, CallsLeft
from common.errors import NotFound
from common.scoping import company_scope

logger = logging.getLogger(__name__)


class AlwaysJSON(DefaultContentNegotiation):
    """Answers JSON to everyone: a browser that asks for HTML gets to read the refusal."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Take the first."""
        return renderers[0], renderers[0].media_type


class Replay(Exception):
    """This write was answered before."""

    def __init__(self, row: IdempotencyKey) -> None:
        self.row = row
        super().__init__()


class ApiView(GenericAPIView[Any]):
    """One refusal shape, no caching, no trace of a bug in an answer."""

    content_negotiation_class = AlwaysJSON
    # What OPTIONS would say is in the document.
    http_method_names = ("get", "post", "put", "patch", "delete", "head")
    honours_idempotency = False
    # What is left of the caller's calls, where they are counted.
    rate: CallsLeft | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body that would be read as empty, then let DRF ask who calls."""
        super().initial(request, *args, **kwargs)
        meta = request.META
        if "HTTP_TRANSFER_ENCODING" in meta and not meta.get("CONTENT_LENGTH"):
            raise LengthRequired

    def read(self, serializer: type[BaseSerializer[Any]], **options: Any) -> dict[str, Any]:
        """Return the request's data as the serializer reads it. Raises ValidationError."""
        given = serializer(data=self.request.data, context=self.get_serializer_context(), **options)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer an expected refusal in its shape and a bug as 500 without a word about it."""
        try:
            return super().handle_exception(exc)
        except Exception:
            # The route, not the path: what was filled into it is nobody's business.
            match = self.request.resolver_match
            logger.exception("api: %s %s", self.request.method, match.route if match else "")
            got_request_exception.send(sender=type(self), request=self.request._request)
            return server_error()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep patients' data out of every cache, and tell how often one may ask."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        for name, value in (self.rate.headers() if self.rate else {}).items():
            response[name] = value
        return response


class CompanyView(ApiView):
    """An endpoint of a company: `self.membership` is who calls, and `Model.objects` means the
    company's rows until the answer is made.

    Writes honour `Idempotency-Key`: the answer to the first request with a key is kept for a day.
    """

    honours_idempotency = True
    throttle_classes = (LoginThrottle, CallerThrottle)
    # Read by the document.
    is_counted = True
    # What the address may ask for beside filters and pages.
    query_names: tuple[str, ...] = ()
    membership: Membership

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Serve inside a scope that ends with the request."""
        self._claimed: IdempotencyKey | None = None
        with ExitStack() as self._scope:
            return super().dispatch(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Learn who calls and open their company."""
        super().perform_authentication(request)
        membership = self._member(request)
        request.membership = membership  # type: ignore[attr-defined]
        if membership is not None:
            self.membership = membership
            self._scope.enter_context(company_scope(membership.company_id))
            # Moments are told with the company's offset, and one given without any is by its clock.
            self._scope.enter_context(timezone.override(membership.company.zone))

    def _member(self, request: Request) -> Membership | None:
        """Return who calls: in the company of the session, or that a token's call names."""
        if request.auth is None:
            return membership_of(request.user, request._request.session)
        if not (named := request.headers.get("X-Company")):
            return membership_of(request.user)
        try:
            return membership_at(request.user, UUID(named))
        except ValueError:
            return None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Once the caller may call, claim the idempotency key."""
        super().initial(request, *args, **kwargs)
        query_check(request.GET, self._query_known(request))
        key = request.headers.get("Idempotency-Key") if self.honours_idempotency else None
        method = str(request.method)
        if key is None or method in SAFE_METHODS or not hasattr(self, method.lower()):
            return
        mark = fingerprint(method, request.path, dict(request.GET.lists()), request.data)
        row, is_first = key_claim(membership=self.membership, key=key, fingerprint=mark)
        if not is_first:
            raise Replay(row)
        self._claimed = row

    def _query_known(self, request: Request) -> set[str]:
        """Return the names that the address may ask for; only lists are filtered and paged."""
        known = set(self.query_names)
        if self.pagination_class and (
            request.method in SAFE_METHODS or not self.honours_idempotency
        ):
            known |= PAGING
            known |= set(getattr(getattr(self, "filterset_class", None), "base_filters", ()))
        return known

    def kept(self, response: Response) -> Any:
        """Return what of an answer is kept for whoever repeats the write; a view whose answers are
        not for a day overrides.
        """
        return getattr(response, "data", None)

    def saw(self, rows: Iterable[Any]) -> None:
        """Write down that the caller is shown rows that may be about people."""
        viewed(self.membership, API, rows)

    def found(self, rows: Any, row_id: UUID) -> Any:
        """Return one of the rows. Raises NotFound."""
        row = rows.filter(pk=row_id).first()
        if row is None:
            raise NotFound
        return row

    def page(
        self,
        rows: Any,
        serializer: type[BaseSerializer[Any]],
        load: Callable[[Sequence[Any]], None] = lambda found: None,
    ) -> Response:
        """Answer one page of rows, filtered as the request asks; `load` fetches what hangs on the
        rows of the page.
        """
        found = self.paginate_queryset(self.filter_queryset(rows))
        load(found or [])
        self.saw(found or [])
        shown = serializer(found, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shown.data)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a repeated write as the first time."""
        if isinstance(exc, Replay):
            body = None if exc.row.body is None else orjson.loads(exc.row.body)
            response = Response(body, status=exc.row.status)
            response["Idempotency-Replayed"] = "true"
            return response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep the answer for whoever repeats the write."""
        if self._claimed is not None:
            row, self._claimed = self._claimed, None
            key_settle(row=row, status=response.status_code, body=_json(self.kept(response)))
        return super().finalize_response(request, response, *args, **kwargs)


class UnknownAddress(ApiView):
    """Every address of the API that is none: the same answer as a missing object."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound


def _json(data: Any) -> str | None:
    return None if data is None else JSONRenderer().render(data).decode()
