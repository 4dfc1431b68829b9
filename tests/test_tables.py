"""Every table is complete, without duplicates and without orphans."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import pytest

import billing.errors
import core.errors
import iam.errors
import monitoring.errors
import ocr.errors
import ocr.extractors
from billing import pricebook
from billing.services.products import PRODUCTS
from core.errors import ErrorRow
from core.jobs import PERIODIC
from iam import actions
from ocr import catalog
from ocr.actions import VERBS
from ocr.options import Option
from ocr.profiles import Profile


def rows_of(module) -> list[ErrorRow]:
    return [row for row in vars(module).values() if isinstance(row, ErrorRow)]


@pytest.mark.parametrize(
    "module", [core.errors, iam.errors, billing.errors, monitoring.errors, ocr.errors]
)
def test_an_error_says_what_to_do(module) -> None:
    for row in rows_of(module):
        assert 400 <= row.status < 600, row
        assert row.message, row
        assert row.code, row


def test_services_are_unique_and_whole() -> None:
    for attribute in ("code", "action_name", "module"):
        values = [getattr(service, attribute) for service in catalog.SERVICES]
        assert not [value for value, count in Counter(values).items() if count > 1], attribute
    for service in catalog.SERVICES:
        assert service.group in catalog.GROUPS
        assert isinstance(service.profile, Profile)
        assert all(isinstance(option, Option) for option in service.module.OPTIONS), service.code
        assert service.module.FIELDS, service.code
        assert callable(service.module.extract)


def test_every_extractor_is_a_service() -> None:
    files = {
        name for _, name, package in pkgutil.iter_modules(ocr.extractors.__path__) if not package
    }
    listed = {service.module.__name__.rsplit(".", 1)[1] for service in catalog.SERVICES}
    # Modules that services share start with an underscore or define no FIELDS.
    services = {
        name
        for name in files
        if hasattr(importlib.import_module(f"ocr.extractors.{name}"), "FIELDS")
    }
    assert services == listed


def test_every_service_has_its_actions_and_product() -> None:
    for service in catalog.SERVICES:
        for verb, _, _ in VERBS:
            assert actions.get(f"ocr:{service.action_name}:{verb}")
        assert PRODUCTS.get(service.code).price_class == service.price_class


def test_every_product_has_a_price() -> None:
    book = pricebook.load()
    for product in PRODUCTS:
        assert book.offers(product.code, product.price_class), product.code


def test_an_unknown_action_crashes() -> None:
    with pytest.raises(KeyError):
        actions.get("ocr:passport:subscribed")


def test_periodic_jobs_are_named_and_quick_to_repeat() -> None:
    assert {"roll_up"} <= {job.name for job in PERIODIC}
    assert all(job.seconds > 0 for job in PERIODIC)


def test_every_error_is_documented() -> None:
    from pathlib import Path

    from scripts.error_docs import text

    docs = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
    assert docs.read_text() == text(), "run: python scripts/error_docs.py"
