"""Base of billing's `/api/v1` views: permission per method, validated input, one operation per change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from billing import errors
from billing.services import traces as trail
from core.errors import ApiError
from iam.gateway import Trace
from iam.principal import Principal

Shape = TypeVar("Shape", bound="Serializer[Any]")


class BillingView(APIView):
    """A view whose `actions` name the permission per method.

    None means that the handler asks itself, for the actions that `handler_actions` lists (see
    `iam.operations`).

    `traces` names the operation of a method that changes something: it runs in one transaction with
    exactly one trace, and a refusal leaves one too. `asks` says that a POST only asks.
    """

    traces: Mapping[str, Trace] = {}
    handler_actions: (
        Mapping[str, tuple[str, ...]] | Callable[[], Mapping[str, tuple[str, ...]]]
    ) = {}
    asks = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller, then put the handler of a change inside its operation."""
        super().initial(request, *args, **kwargs)
        method = (request.method or "GET").lower()
        if method in self.traces:
            setattr(self, method, partial(self._traced, self.traces[method], getattr(self, method)))

    def _traced(self, trace: Trace, handler: Any, request: Request, **kwargs: Any) -> Any:
        name, resource_type, service = trace
        body = request.data if isinstance(request.data, dict) else {}
        # A voucher's code is worth money until it is used.
        shown = {name: value for name, value in {**kwargs, **body}.items() if name != "code"}
        with trail.operation(
            self.principal(request), name, resource_type=resource_type, service_type=service,
            request=shown,
        ) as running:  # fmt: skip
            running.resource_id = str(next(iter(kwargs.values()), ""))
            answer = handler(request, **kwargs)
            running.code = answer.status_code
            return answer

    def principal(self, request: Request) -> Principal:
        """Return the caller."""
        caller: Any = request.user
        if not isinstance(caller, Principal):
            raise TypeError("ActionPermission lets only principals through")
        return caller


def checked(shape: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body; raises CBC.0100 naming the field that is wrong."""
    serializer = shape(data=request.data)
    if not serializer.is_valid():
        name, problems = next(iter(serializer.errors.items()))
        first = problems[0] if isinstance(problems, list) else problems
        raise ApiError(errors.INVALID, reason=f"{name}: {first}")
    return dict(serializer.validated_data)


def page_of(request: Request, *, default: int = 100, largest: int = 1000) -> tuple[int, int]:
    """Return (offset, limit) of the query; raises CBC.0100 for anything but small numbers."""
    try:
        offset = int(request.query_params.get("offset", 0))
        limit = int(request.query_params.get("limit", default))
    except ValueError as error:
        raise ApiError(errors.INVALID, reason="offset or limit") from error
    if offset < 0 or not 1 <= limit <= largest:
        raise ApiError(errors.INVALID, reason="offset or limit")
    return offset, limit
