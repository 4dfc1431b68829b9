"""BSS surface: packages ("free resources") and what they paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from billing import actions, errors, periods, selectors
from billing.api.bss import TIMES, BssView, day, moment, page, service_name, whole
from billing.models import Allocation
from core.errors import ApiError
from iam.principal import Principal

STATUS = {"not_yet": 0, "active": 1, "used_up": 2, "expired": 3, "refunded": 4}
# Source of a package in the public API: 0 order, 1 promotion or gift.
SOURCE = {"purchased": 0, "promotional": 1, "free": 1}
ALL_PROJECTS, ONE_PROJECT = 0, 1
LONGEST_QUERY = dt.timedelta(days=90)


class PackagesView(BssView):
    """list_free_resource_infos."""

    action = actions.PACKAGE_VIEW

    def post(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return packages, newest first, narrowed by the members of the body."""
        wanted = self.json(request) if request.body else {}
        offset, limit = page(wanted)
        codes = wanted.get("service_type_code_list") or []
        if not isinstance(codes, list):
            raise ApiError(errors.INVALID, reason="service_type_code_list")
        status = None if wanted.get("status") is None else whole(wanted, "status", 0)
        rows = [
            row
            for row in selectors.packages(
                principal.account_id, region=str(wanted.get("region_code") or "")
            )
            if _matches(row, wanted, codes, status)
        ]
        return {
            "free_resource_packages": [_package(row) for row in rows[offset : offset + limit]],
            "total_count": len(rows),
        }


class PackageUsagesView(BssView):
    """list_free_resource_usages."""

    action = actions.PACKAGE_VIEW

    def post(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return what is left of the named packages; unknown ids are left out."""
        ids = self.json(request).get("free_resource_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise ApiError(errors.INVALID, reason="free_resource_ids")
        wanted = {str(value) for value in ids}
        return {
            "free_resources": [
                {
                    "free_resource_id": str(row.package.pk),
                    "free_resource_type_name": row.package.product.title,
                    "quota_reuse_cycle": 1,
                    "quota_reuse_cycle_type": 5,
                    "usage_type_name": "calls",
                    "start_time": moment(row.package.effective_at),
                    "end_time": moment(row.package.expires_at),
                    "amount": row.left,
                    "original_amount": row.package.granted,
                    "measure_id": TIMES,
                }
                for row in selectors.packages(principal.account_id)
                if str(row.package.pk) in wanted
            ]
        }


class UsageRecordsView(BssView):
    """list_free_resources_usage_records."""

    action = actions.PACKAGE_VIEW

    def get(self, request: HttpRequest, principal: Principal) -> dict[str, Any]:
        """Return deductions between two days of at most 90 days, newest first."""
        first = day(request.GET.get("deduct_time_begin", ""), "deduct_time_begin")
        last = day(request.GET.get("deduct_time_end", ""), "deduct_time_end")
        if first is None or last is None or not dt.timedelta() <= last - first <= LONGEST_QUERY:
            raise ApiError(errors.INVALID, reason="deduct_time_begin and deduct_time_end")
        offset, limit = page(request.GET)
        zone = settings.BILLING_TIME_ZONE
        package = request.GET.get("free_resource_id", "")
        rows = selectors.package_history(
            principal.account_id,
            start=periods.day_start(first, zone),
            end=periods.day_start(last + dt.timedelta(days=1), zone),
        )
        if package:
            rows = rows.filter(package_id=int(package)) if package.isdecimal() else rows.none()
        if request.GET.get("product_id"):
            rows = rows.filter(product_id=request.GET["product_id"])
        return {
            "free_resource_records": [_record(row) for row in rows[offset : offset + limit]],
            "total_count": rows.count(),
        }


def _matches(
    row: selectors.PackageRow, wanted: dict[str, Any], codes: list[Any], status: int | None
) -> bool:
    package = row.package
    pairs = (
        (wanted.get("order_id"), package.order_line.order_id if package.order_line else ""),
        (wanted.get("product_id"), package.product_id),
        (wanted.get("product_name"), package.product.title),
        (wanted.get("enterprise_project_id"), package.enterprise_project_id or "0"),
    )
    if any(value and value != found for value, found in pairs):
        return False
    if codes and package.product.service_type_code not in codes:
        return False
    return status is None or STATUS[row.state] == status


def _package(row: selectors.PackageRow) -> dict[str, Any]:
    package = row.package
    bound = bool(package.enterprise_project_id)
    return {
        "order_instance_id": str(package.pk),
        "order_id": package.order_line.order_id if package.order_line else None,
        "product_id": package.product_id,
        "product_name": package.product.title,
        "enterprise_project_id": package.enterprise_project_id or "0",
        "enterprise_project_scope": ONE_PROJECT if bound else ALL_PROJECTS,
        "effective_time": moment(package.effective_at),
        "expire_time": moment(package.expires_at),
        "status": STATUS[row.state],
        "service_type_code": package.product.service_type_code,
        "service_type_name": service_name(package.product),
        "region_code": package.region,
        "source_type": SOURCE[package.source],
        "bundle_type": "PKG",
        "quota_reuse_mode": 1,
        "free_resources": [
            {
                "free_resource_id": str(package.pk),
                "usage_type_name": "calls",
                "amount": str(row.left),
                "original_amount": str(package.granted),
                "measure_id": TIMES,
            }
        ],
    }


def _record(row: Allocation) -> dict[str, Any]:
    package = row.package
    if package is None or row.package_used_after is None:
        raise ValueError("not a deduction")
    remaining = package.granted - row.package_used_after
    return {
        "deduct_time": moment(row.created_at),
        "free_resource_id": str(package.pk),
        "resource_id": f"{row.product_id}.{row.region}",
        "resource_type_code": row.product.resource_type_code,
        "resource_type_name": service_name(row.product),
        "product_id": row.product_id,
        "product_name": row.product.title,
        "usage_type_code": "calls",
        "available_amount": str(remaining + row.quantity),
        "remaining_amount": str(remaining),
        "used_amount": str(row.quantity),
        "measure_id": TIMES,
        "effective_time": moment(package.effective_at),
        "expire_time": moment(package.expires_at),
    }
