"""Every table is complete, without duplicates and without orphans."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import ocr.extractors
from billing import pricebook
from billing.services.products import PRODUCTS
from core.error_tables import error_modules, error_rows, remedy_of, rows_by_code
from core.errors import FAMILIES, ErrorRow, rows_of
from core.jobs import PERIODIC
from iam import actions
from ocr import catalog
from ocr.actions import VERBS
from ocr.options import Option
from ocr.profiles import Profile
from portal import error_help
from scripts import error_docs
from tools.synthetic import sets

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("row", error_rows(), ids=lambda row: f"{row.code}-{row.status}")
def test_an_error_says_why_and_what_to_do(row: ErrorRow) -> None:
    assert row.code
    assert 400 <= row.status < 600
    assert row.message
    assert row.cause
    assert row.remedy
    assert row.family in FAMILIES
    assert row.field in {"", "image", "url"}


def test_no_error_is_there_twice() -> None:
    told = Counter((row.code, row.status, row.message, row.cause) for row in error_rows())
    assert [key for key, count in told.items() if count > 1] == []
    # The same row under two names is one object; an equal copy of it would hide in the collection.
    copies = [
        (module.__name__, name)
        for module in error_modules()
        for row in rows_of(module)
        for name, other in vars(module).items()
        if other == row and other is not row
    ]
    assert copies == []


def test_every_app_with_an_errors_file_is_collected() -> None:
    files = {f"{path.parent.name}.errors" for path in ROOT.glob("*/errors.py")}
    assert {module.__name__ for module in error_modules()} == files


@pytest.mark.parametrize("module", error_modules(), ids=lambda module: module.__name__)
def test_one_row_is_enough_for_an_error(module, monkeypatch: pytest.MonkeyPatch) -> None:
    row = ErrorRow("TEST.0001", 418, "The pot is {state}.", "The pot is empty.", "Fill it.")
    monkeypatch.setattr(module, "TEMPORARY", row, raising=False)
    rows_by_code.cache_clear()
    try:
        help_of_code = error_help.help_of("TEST.0001")
        assert help_of_code is not None
        assert help_of_code.causes == ["The pot is empty."]
        assert help_of_code.remedies == ["Fill it."]
        assert help_of_code.messages == [{"status": 418, "message": "The pot is ‹state›."}]
        assert help_of_code.family is module.FAMILY
        assert [
            group["title"]
            for group in error_help.help_by_family()
            if "TEST.0001" in [entry.code for entry in group["rows"]]
        ] == [module.FAMILY.title]
        assert remedy_of("TEST.0001") == "Fill it."
        line = "| `TEST.0001` | 418 | The pot is ‹state›. | The pot is empty. | Fill it. |"
        assert line in error_docs.text().splitlines()
    finally:
        rows_by_code.cache_clear()


def test_services_are_unique_and_whole() -> None:
    for attribute in ("code", "action_name", "extractor"):
        values = [getattr(service, attribute) for service in catalog.SERVICES]
        assert not [value for value, count in Counter(values).items() if count > 1], attribute
    for service in catalog.SERVICES:
        assert service.group in catalog.GROUPS
        assert isinstance(service.profile, Profile)
        assert all(isinstance(option, Option) for option in service.extractor.OPTIONS), service.code
        assert service.extractor.FIELDS, service.code
        assert callable(service.extractor.extract)


def test_every_extractor_is_a_service() -> None:
    files = {
        name for _, name, package in pkgutil.iter_modules(ocr.extractors.__path__) if not package
    }
    listed = {service.extractor.__name__.rsplit(".", 1)[1] for service in catalog.SERVICES}
    # Modules that services share start with an underscore or define no FIELDS.
    services = {
        name
        for name in files
        if hasattr(importlib.import_module(f"ocr.extractors.{name}"), "FIELDS")
    }
    assert services == listed


def test_every_service_has_a_drawing_and_a_sample() -> None:
    codes = {service.code for service in catalog.SERVICES}
    assert set(sets.codes()) == codes, "tools/synthetic/<code>.py with CODE and draw(rng)"
    samples = {path.stem for path in (ROOT / "ocr" / "samples").iterdir()}
    assert samples == codes, "python -m tools.synthetic.samples CODE"


# Where a document type may be named: its own four places, translations of its title, tests and prose.
OWN_PLACES = (
    "ocr/catalog.py", "ocr/extractors/", "tools/synthetic/", "ocr/samples/", "ocr/scripts/", "locale/", "tests/",
    "docs/", "CHANGELOG.md", "README.md",
)  # fmt: skip
# Services that pages and tools choose as their example, or that have a room of their own.
EXAMPLES = {"passport", "general-text", "general-table", "web-image", "id-card"}
# Weights of a script are named after the card they were trained for; public samples name a service otherwise.
OTHER_NAMES = ("tools/training/", "tools/accuracy/__main__.py")


def test_no_second_place_lists_the_document_types() -> None:
    names = {
        form
        for service in catalog.SERVICES
        if service.code not in EXAMPLES
        for form in (service.code, service.code.replace("-", "_"), service.action_name)
    }
    found = re.compile(
        r"(?<![\w-])(" + "|".join(sorted(names, key=len, reverse=True)) + r")(?![\w-])"
    )
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    second = [
        f"{name}: {sorted(set(found.findall(text)))}"
        for name in listed
        if not name.startswith((*OWN_PLACES, *OTHER_NAMES))
        and (ROOT / name).suffix in {".py", ".html", ".js", ".toml", ".yaml", ".yml", ".sh", ".css"}
        and (text := (ROOT / name).read_text(encoding="utf-8"))
        and found.search(text)
    ]
    assert not second, "derive it from ocr/catalog.py"


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
    docs = ROOT / "docs" / "errors.md"
    assert docs.read_text() == error_docs.text(), "run: python scripts/error_docs.py"
