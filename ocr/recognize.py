"""One recognition call, top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from billing import access
from billing.services import metering
from core import clock, log_context
from core.errors import ApiError
from iam.principal import Principal
from iam.throttle import throttle
from monitoring import call_records
from ocr import concurrency, errors, profiles
from ocr.catalog import Service
from ocr.engine import transport
from ocr.intake import load_image, request_body
from ocr.options import parse as parse_options
from ocr.page import SameSides, WrongDocument
from ocr.profiles import Urgency


def recognize(
    *, principal: Principal, service: Service, body: bytes, request_id: str, source: str = "api"
) -> Any:
    """Return the `result` of one call of `service`; record it, and bill it if it succeeded.

    Raises the documented ApiError otherwise; a failed call is recorded and never billed.
    """
    with call_records.tracked(
        principal=principal, service=service.code, request_id=request_id, source=source
    ) as call:
        return perform(call, service, lambda: _loaded(service, body, principal))


def perform(
    call: call_records.TrackedCall,
    service: Service,
    load: Callable[[], tuple[bytes, dict[str, Any]]],
    *,
    urgency: Urgency = profiles.INTERACTIVE,
    record: Callable[[profiles.Outcome], object] | None = None,
) -> Any:
    """Return the `result` of `call`: throttle, concurrency slot, subscription, intake, engine, record and bill.

    `load` returns the image bytes and the checked options once the call was admitted. `record` runs in
    the transaction of call record and usage event, so that all three are written or none. Raises
    the documented ApiError; recording a failure is left to the caller.
    """
    principal, is_batch = call.principal, urgency == profiles.BATCH
    log_context.begin(call.request_id, principal.account_id)
    # A job has a window of its own, as wide as that of calls: it never uses up the caller's.
    window = f"{service.code}/batch" if is_batch else service.code
    throttle(principal, window, concurrency.calls_per_minute(principal.account_id, service))
    with (
        concurrency.slot(principal.account_id, keep_one=is_batch),
        access.require_open(principal, service.code, request_id=call.request_id),
    ):
        with log_context.span("intake"):
            image, options = load()
        with log_context.span("engine", service=service.code):
            outcome = _read(service, image, options, principal.region, urgency)
        call.engine_ms = round(outcome.engine_ms)
        with log_context.span("record"), transaction.atomic():
            if record is not None:
                record(outcome)
            call.succeed()
            metering.usage_record(
                principal=principal,
                product_code=service.code,
                request_id=call.request_id,
                now=clock.now(),
            )
    return outcome.result


def _loaded(service: Service, body: bytes, principal: Principal) -> tuple[bytes, dict[str, Any]]:
    """Return image bytes and options of a call's body."""
    fields = request_body.parse(body)
    options = checked_options(service, fields)
    return load_image.load(fields, service.limits, principal), options


def checked_options(service: Service, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the options of `service` from `fields` with defaults; raises AIS.0101."""
    try:
        return parse_options(service.extractor.OPTIONS, fields)
    except ValueError as error:
        raise ApiError(errors.PARAMETER, reason=str(error)) from error


def _read(
    service: Service, image: bytes, options: dict[str, Any], region: str, urgency: Urgency
) -> profiles.Outcome:
    """Recognize `image` in an engine process; raises the documented error for an engine failure."""
    try:
        return transport.recognize(
            image,
            extract=service.extractor.extract,
            options=options,
            profile=service.profile,
            region=region,
            urgency=urgency,
        )
    except WrongDocument as error:
        raise ApiError(errors.WRONG_DOCUMENT, reason=str(error)) from error
    except SameSides as error:
        raise ApiError(errors.SAME_SIDES) from error
    except profiles.ImageTooLarge as error:
        raise ApiError(errors.PIXELS, reason=str(error)) from error
    except profiles.UnreadableImage as error:
        raise ApiError(errors.FORMAT, reason=str(error)) from error
    except profiles.NoSuchPage as error:
        raise ApiError(errors.PARAMETER, reason=str(error)) from error
    except profiles.QueueFull as error:
        raise ApiError(errors.BUSY, headers={"Retry-After": "2"}) from error
    except profiles.EngineTimeout as error:
        raise ApiError(errors.TIMEOUT) from error
    except profiles.WorkerCrashed as error:
        raise ApiError(errors.ENGINE_LOST) from error
    except profiles.ExtractError as error:
        raise ApiError(errors.UNREADABLE, reason="") from error
