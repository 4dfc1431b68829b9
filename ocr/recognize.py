"""One recognition call, top to bottom."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from billing import access
from billing.services import metering
from core import clock
from core.errors import ApiError
from iam.principal import Principal
from iam.throttle import throttle
from ocr import calls, errors, limits
from ocr.catalog import Service
from ocr.engine import base, dispatch
from ocr.intake import body as body_
from ocr.intake import load
from ocr.options import parse as parse_options
from ocr.page import SameSides, WrongDocument


def recognize(
    *, principal: Principal, service: Service, body: bytes, request_id: str, source: str = "api"
) -> Any:
    """Return the `result` of one call of `service`; record it, and bill it if it succeeded.

    Raises the documented ApiError otherwise; a failed call is recorded and never billed.
    """
    with calls.tracked(
        principal=principal, service=service.code, request_id=request_id, source=source
    ) as call:
        per_minute = limits.calls_per_minute(principal.account_id, service)
        throttle(principal, service.code, per_minute)
        with (
            limits.slot(principal.account_id),
            access.require_open(principal, service.code, request_id=request_id),
        ):
            fields = body_.parse(body)
            try:
                options = parse_options(service.module.OPTIONS, fields)
            except ValueError as error:
                raise ApiError(errors.PARAMETER, reason=str(error)) from error
            image = load.load(fields, service.limits, principal)
            outcome = _read(service, image, options, principal.region)
            call.engine_ms = round(outcome.engine_ms)
            with transaction.atomic():
                call.succeed()
                metering.usage_record(
                    principal=principal,
                    product_code=service.code,
                    request_id=request_id,
                    now=clock.now(),
                )
    return outcome.result


def _read(service: Service, image: bytes, options: dict[str, Any], region: str) -> base.Outcome:
    """Read `image` in an engine process; engine trouble becomes the documented error."""
    try:
        return dispatch.recognise(
            image,
            extract=service.module.extract,
            options=options,
            profile=service.profile,
            region=region,
        )
    except WrongDocument as error:
        raise ApiError(errors.WRONG_DOCUMENT, reason=str(error)) from error
    except SameSides as error:
        raise ApiError(errors.SAME_SIDES) from error
    except base.ImageTooLarge as error:
        raise ApiError(errors.PIXELS, reason=str(error)) from error
    except base.UnreadableImage as error:
        raise ApiError(errors.FORMAT, reason=str(error)) from error
    except base.NoSuchPage as error:
        raise ApiError(errors.PARAMETER, reason=str(error)) from error
    except base.EngineFull as error:
        raise ApiError(errors.BUSY, headers={"Retry-After": "2"}) from error
    except base.EngineTimeout as error:
        raise ApiError(errors.TIMEOUT) from error
    except base.EngineDied as error:
        raise ApiError(errors.ENGINE_LOST) from error
    except base.ExtractError as error:
        raise ApiError(errors.UNREADABLE, reason="") from error
