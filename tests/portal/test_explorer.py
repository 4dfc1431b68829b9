"""The explorer's form holds every option of the catalogue, and says nothing that was not chosen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from ocr import catalog


@pytest.fixture
def admin(client_of: Any) -> Client:
    found: Client = client_of("admin")
    return found


def test_every_option_is_offered_and_starts_at_its_default(admin: Client) -> None:
    for service in catalog.SERVICES:
        text = admin.get(f"/console/explorer?service={service.code}").content.decode()
        for option in service.extractor.OPTIONS:
            assert f'data-option="{option.name}"' in text, (service.code, option.name)
            if option.kind != "str" or not option.choices:
                continue
            field = re.search(
                rf'<select[^>]*data-option="{option.name}"[^>]*>(.*?)</select>', text, re.S
            )
            assert field is not None
            values = re.findall(r'<option value="([^"]*)"', field[1])
            assert set(values) == {option.default, *option.choices}
            chosen = re.findall(r'<option value="([^"]*)" selected', field[1])
            assert chosen == [option.default], (service.code, option.name)


def test_a_service_that_does_not_exist_is_404(admin: Client) -> None:
    assert admin.get("/console/explorer?service=nothing").status_code == 404
