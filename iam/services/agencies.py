"""Create, change and delete agencies; keep the key that lets OCR read the object store."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import IntegrityError, transaction

from core import clock, crypto
from core.errors import ApiError
from iam import errors
from iam.models import Account, Agency, ObsAuthorization, Region
from iam.principal import Principal
from iam.services import account_settings, audit, cache_versions

AGENCIES_PER_ACCOUNT = 50
_NAME = re.compile(r"[A-Za-z0-9_\-.@ ]{1,64}")


def _duration(value: Any) -> tuple[str, dt.datetime | None]:
    """Return the duration's name and end: `FOREVER`, `ONEDAY`, or a number of days."""
    if value in {None, "", "FOREVER"}:
        return "FOREVER", None
    days = 1 if value == "ONEDAY" else value
    try:
        days = int(days)
    except (TypeError, ValueError) as error:
        raise ApiError(errors.BAD_PARAMETER, name="duration") from error
    if not 1 <= days <= 3650:
        raise ApiError(errors.BAD_PARAMETER, name="duration")
    return str(value), clock.now() + dt.timedelta(days=days)


def _save(agency: Agency) -> None:
    try:
        with transaction.atomic():
            agency.save()
    except IntegrityError as error:
        raise ApiError(errors.CONFLICT, kind="agency", name=agency.name) from error


def _trust(agency: Agency, name: Any) -> None:
    agency.trust_domain_name = account_settings.check_text(name, "trust_domain_name", 64, least=1)
    trusted = Account.objects.filter(name=agency.trust_domain_name).first()
    agency.trust_domain_id = trusted.id if trusted else ""


def agency_create(
    *,
    principal: Principal,
    name: Any,
    trust_domain_name: Any,
    description: Any = "",
    duration: Any = "FOREVER",
) -> Agency:
    """Return a new agency of the caller's account; it may do nothing until policies are granted."""
    with audit.operation(
        principal, "createAgency", resource_type="agency", resource_name=str(name),
        request={"name": name, "trust_domain_name": trust_domain_name, "duration": duration},
    ) as running:  # fmt: skip
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ApiError(errors.BAD_PARAMETER, name="name")
        if Agency.objects.filter(account_id=principal.account_id).count() >= AGENCIES_PER_ACCOUNT:
            raise ApiError(errors.LIMIT, kind="agencies", limit=AGENCIES_PER_ACCOUNT)
        agency = Agency(account_id=principal.account_id, name=name)
        _trust(agency, trust_domain_name)
        agency.description = account_settings.check_text(description, "description", 255)
        agency.duration, agency.expires_at = _duration(duration)
        _save(agency)
        running.about(agency.id, agency.name)
    return agency


def agency_update(*, principal: Principal, agency: Agency, **fields: Any) -> Agency:
    """Change trust, description or duration."""
    with audit.operation(
        principal, "updateAgency", resource_type="agency", resource_id=agency.id,
        resource_name=agency.name, request=fields,
    ):  # fmt: skip
        if fields.get("trust_domain_name") is not None:
            _trust(agency, fields["trust_domain_name"])
        if fields.get("description") is not None:
            agency.description = account_settings.check_text(
                fields["description"], "description", 255
            )
        if fields.get("duration") is not None:
            agency.duration, agency.expires_at = _duration(fields["duration"])
        _save(agency)
        cache_versions.bump(principal.account_id)
    return agency


def agency_delete(*, principal: Principal, agency: Agency) -> None:
    """Delete an agency; tokens got through it stop working at once."""
    with audit.operation(
        principal, "deleteAgency", resource_type="agency", resource_id=agency.id,
        resource_name=agency.name,
    ):  # fmt: skip
        cache_versions.bump(principal.account_id)
        agency.delete()


def obs_authorize(
    *, principal: Principal, region: str, access_key: str, secret_key: str, endpoint: str = ""
) -> ObsAuthorization:
    """Keep the account's own key for its object store, encrypted, for reading images by URL."""
    with audit.operation(
        principal, "authorizeObs", resource_type="agency", resource_id=region,
        resource_name="obs", request={"region": region, "endpoint": endpoint},
    ):  # fmt: skip
        if not Region.objects.filter(pk=region).exists():
            raise ApiError(errors.NOT_FOUND, kind="region", id=region)
        for name, value in (("access_key", access_key), ("secret_key", secret_key)):
            account_settings.check_text(value, name, 255, least=1)
        row, _ = ObsAuthorization.objects.update_or_create(
            account_id=principal.account_id,
            region_id=region,
            defaults={
                "endpoint": endpoint[:255],
                "access_key_encrypted": crypto.encrypt(access_key),
                "secret_key_encrypted": crypto.encrypt(secret_key),
            },
        )
    return row


def obs_withdraw(*, principal: Principal, region: str) -> None:
    """Forget the account's key for the object store of a region; raises 404 if there is none."""
    with audit.operation(
        principal, "withdrawObs", resource_type="agency", resource_id=region, resource_name="obs"
    ):
        gone, _ = ObsAuthorization.objects.filter(
            account_id=principal.account_id, region_id=region
        ).delete()
        if not gone:
            raise ApiError(errors.NOT_FOUND, kind="authorization", id=region)
