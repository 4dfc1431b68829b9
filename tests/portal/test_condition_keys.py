"""A condition key is one row: evaluated, and offered by the policy editor, by that alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from iam import authn, authz, condition_keys, policy_eval, selectors
from iam.condition_keys import CONDITION_KEYS, ConditionKeyRow
from iam.services import policies
from tests.test_house import ROOT, SOURCES


@pytest.fixture
def extra_key(monkeypatch: pytest.MonkeyPatch) -> str:
    """Register one more row, for this test only."""
    monkeypatch.setattr(CONDITION_KEYS, "_rows", dict(CONDITION_KEYS._rows))
    condition_keys.register(
        [
            ConditionKeyRow(
                "g:Initial", "string", "First letter of the caller's name",
                lambda facts: facts.principal.user_name[:1],
            )
        ]
    )  # fmt: skip
    return "g:Initial"


def offered(client: Any) -> dict[str, Any]:
    page = client.get("/console/iam/policies?new=1").content.decode()
    rows = re.search(r'<script id="keys-data" type="application/json">(.*?)</script>', page)[1]
    return {row["name"]: row for row in json.loads(rows)}


@pytest.mark.parametrize(("letter", "answer"), [("r", True), ("o", False)])
def test_a_registered_row_is_evaluated(
    account: Any, extra_key: str, letter: str, answer: bool
) -> None:
    owner = authn.principal_for(selectors.owner(account["domain_id"]))
    reader = selectors.user(account["domain_id"], account["users"]["reader"]["id"])
    document = {
        "Version": "1.1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["iam:users:createUser"],
                "Condition": {"StringEquals": {extra_key: [letter]}},
            }
        ],
    }
    policy = policies.policy_create(
        principal=owner, display_name="initials", type="AX", document=document
    )
    policies.grant_add(principal=owner, policy=policy, subject=reader, scope=policies.ACCOUNT_WIDE)
    reader = selectors.user(account["domain_id"], reader.id)
    assert authz.may(authn.principal_for(reader), "iam:users:createUser") is answer


def test_a_registered_row_is_offered(client_of: Any, extra_key: str) -> None:
    row = offered(client_of("owner"))[extra_key]
    assert row["description"] == "First letter of the caller's name"
    assert "StringMatch" in row["operators"] and "IpAddress" not in row["operators"]


def test_every_row_is_offered_with_its_operators(client_of: Any) -> None:
    rows = offered(client_of("owner"))
    assert list(rows) == [row.name for row in CONDITION_KEYS]
    assert rows["g:SourceIp"]["operators"] == ["IpAddress", "NotIpAddress", "IsNullOrEmpty"]
    kinds = {operator.type for operator in policy_eval.OPERATORS.values()} - {"any"}
    assert {row.type for row in CONDITION_KEYS} <= kinds


def test_no_other_file_names_a_key() -> None:
    """A second list, in Python, a template or a script, would have to be kept in step."""
    files = [
        path for path in SOURCES if path.relative_to(ROOT).as_posix() != "iam/condition_keys.py"
    ]
    files += (ROOT / "templates").rglob("*.html")
    files += (ROOT / "portal" / "static" / "portal").glob("*.js")
    names = re.compile("|".join(rf"{row.name}\b" for row in CONDITION_KEYS))
    assert not [path.name for path in files if names.search(path.read_text())]


def test_a_name_that_no_policy_may_write_is_refused() -> None:
    with pytest.raises(ValueError, match="service:name"):
        condition_keys.register([ConditionKeyRow("Initial", "string", "", lambda facts: "")])
