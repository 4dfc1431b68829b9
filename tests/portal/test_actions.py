"""What the buttons do: subscriptions, keys, users, groups, policies, enterprise projects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from billing import selectors as billing_selectors
from iam import selectors


def state(account: dict[str, Any], who: str, product: str = "passport") -> Any:
    rows = billing_selectors.subscription_state(
        account["domain_id"], region=account["region"], user_id=account["users"][who]["id"]
    )
    return rows.get(product)


def test_subscribing_counts_for_the_user_alone(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    answer = client.post("/console/overview", {"do": "subscribe", "service": "passport"})
    assert answer.status_code == 302
    assert state(account, "admin").own
    assert state(account, "reader") is None
    client.post("/console/overview", {"do": "unsubscribe", "service": "passport"})
    assert state(account, "admin") is None


def test_htmx_gets_the_row_only(account: Any, client_of: Any) -> None:
    answer = client_of("admin").post(
        "/console/overview",
        {"do": "subscribe", "service": "passport"},
        headers={"HX-Request": "true"},
    )
    text = answer.content.decode()
    assert text.startswith('<tr id="service-passport"') or '<tr id="service-passport"' in text[:200]
    assert "<html" not in text
    assert 'value="unsubscribe"' in text


def test_a_reader_sees_which_permission_is_missing(account: Any, client_of: Any) -> None:
    client = client_of("reader")
    text = client.get("/console/overview").content.decode()
    assert "ocr:passport:subscribe permission required" in text
    answer = client.post("/console/overview", {"do": "subscribe", "service": "passport"})
    assert answer.status_code == 422
    assert "ocr:passport:subscribe permission required" in answer.content.decode()
    assert state(account, "reader") is None


def test_everyone_includes_all_users(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    path = "/console/subscribers?service=passport"
    assert client.get(path).status_code == 200
    client.post(path, {"do": "everyone_on"})
    assert state(account, "reader").everyone
    client.post(path, {"do": "everyone_off"})
    users = [account["users"][who]["id"] for who in ("reader", "owner")]
    client.post(path, {"do": "users_on", "user": users})
    assert state(account, "reader").own
    assert state(account, "admin") is None


def test_an_unknown_service_is_not_found(client_of: Any) -> None:
    assert client_of("admin").get("/console/subscribers?service=nothing").status_code == 404
    assert client_of("admin").get("/console/explorer?service=nothing").status_code == 404


def test_a_new_secret_is_shown_once(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    answer = client.post("/console/credentials", {"do": "create", "description": "test"})
    secret = answer.context["made"].secret
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert secret not in client.get("/console/credentials").content.decode()


def test_nobody_touches_the_keys_of_others(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    foreign = account["users"]["reader"]["access_key"]
    answer = client.post("/console/credentials", {"do": "delete", "access": foreign})
    assert answer.status_code == 404
    assert selectors.access_key(account["domain_id"], foreign)


def test_a_form_keeps_what_was_typed(client_of: Any) -> None:
    answer = client_of("admin").post(
        "/console/iam/users/create",
        {"do": "create", "name": "ann", "password": "x", "email": "ann@example.org"},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ann@example.org"' in text
    assert 'value="x"' not in text


def test_group_policy_and_the_reason_of_a_denial(account: Any, client_of: Any) -> None:
    client = client_of("owner")
    document = {
        "Version": "1.1",
        "Statement": [{"Effect": "Allow", "Action": ["ocr:passport:subscribe"]}],
    }
    answer = client.post(
        "/console/iam/policies?new=1",
        {"do": "save", "name": "passports", "type": "XA", "document": json.dumps(document)},
    )
    assert answer.status_code == 302
    policy = selectors.custom_policies(account["domain_id"]).get(display_name="passports")
    client.post("/console/iam/groups", {"do": "create", "name": "desk"})
    group = selectors.groups(account["domain_id"]).get(name="desk")
    client.post(
        "/console/iam/groups",
        {
            "do": "grant",
            "group": group.id,
            "policy": policy.id,
            "scope": "project",
            "project": account["project_id"],
        },
    )
    reader = account["users"]["reader"]["id"]
    client.post("/console/iam/groups", {"do": "join", "group": group.id, "user": reader})
    assert client.get(f"/console/iam/groups?group={group.id}").status_code == 200

    def explained(action: str, place: str) -> str:
        answer = client.get(
            "/console/iam/simulator", {"user": reader, "action": action, "place": place}
        )
        return answer.content.decode()

    assert "reader may do ocr:passport:subscribe" in explained(
        "ocr:passport:subscribe", account["project_id"]
    )
    assert "passports" in explained("ocr:passport:subscribe", account["project_id"])
    assert "reader may not do ocr:passport:subscribe" in explained(
        "ocr:passport:subscribe", account["other_project_id"]
    )


def test_a_bad_policy_document_is_refused_and_kept(client_of: Any) -> None:
    answer = client_of("owner").post(
        "/console/iam/policies?new=1", {"do": "save", "name": "p", "document": '{"Version": 1}'}
    )
    assert answer.status_code == 422
    assert "Version&quot;: 1}" in answer.content.decode()


def test_an_enterprise_project_shows_its_expenditure(account: Any, client_of: Any) -> None:
    client = client_of("owner")
    client.post("/console/enterprise-projects", {"do": "create", "name": "branch"})
    made = selectors.enterprise_projects(account["domain_id"]).get(name="branch")
    answer = client.get("/console/enterprise-projects", {"project": made.public_id})
    assert answer.status_code == 200
    assert "branch" in answer.content.decode()


def test_audit_shows_who_did_what_and_the_chain_holds(client_of: Any) -> None:
    client = client_of("owner")
    client.post("/console/overview", {"do": "subscribe", "service": "passport"})
    text = client.get("/console/audit?name=subscribeAISubService").content.decode()
    assert "subscribeAISubService" in text
    rows = json.loads(b"".join(client.get("/console/audit?traces.export=json")))["traces"]
    assert rows[0]["trace_name"] == "subscribeAISubService"
    assert client.get("/console/audit?traces.export=csv")["Content-Type"].startswith("text/csv")
    answer = client.post("/console/audit", {"do": "verify"}, follow=True)
    assert "The chain holds" in answer.content.decode()


def test_choosing_a_region_is_kept(account: Any, client_of: Any) -> None:
    client = client_of("admin")
    answer = client.get(f"/console/explorer?service=passport&region={account['other_region']}")
    assert answer["Location"] == "/console/explorer?service=passport"
    text = client.get("/console/explorer?service=passport").content.decode()
    assert account["other_project_id"] in text


def test_the_sample_document_is_sent(client_of: Any) -> None:
    client = client_of("admin")
    answer = client.get("/console/explorer/sample?service=passport")
    assert answer["Content-Type"] == "image/jpeg"
    assert client.get("/console/explorer/sample?service=../passport").status_code == 404


@pytest.mark.parametrize(
    ("page", "field", "of"),
    [
        ("iam/groups", "group", "a group"),
        ("iam/policies", "policy", "a policy"),
        ("enterprise-projects", "project", "a project"),
        ("credentials", "access", "a key"),
    ],
)
def test_nothing_is_deleted_unless_its_name_was_typed(
    account: dict[str, Any], client_of: Any, page: str, field: str, of: str
) -> None:
    client, domain = client_of("owner"), account["domain_id"]
    owner = account["users"]["owner"]
    rule = {
        "Version": "1.1",
        "Statement": [{"Effect": "Allow", "Action": ["ocr:passport:subscribe"]}],
    }
    if page == "iam/groups":
        client.post(f"/console/{page}", {"do": "create", "name": "doomed"})
        key = selectors.groups(domain).get(name="doomed").pk
    elif page == "iam/policies":
        form = {"do": "save", "name": "doomed", "type": "XA", "document": json.dumps(rule)}
        client.post(f"/console/{page}?new=1", form)
        key = selectors.custom_policies(domain).get().pk
    elif page == "enterprise-projects":
        client.post(f"/console/{page}", {"do": "enable_function"})
        client.post(f"/console/{page}", {"do": "create", "name": "doomed"})
        key = selectors.enterprise_projects(domain).get(name="doomed").public_id
    else:
        key = owner["access_key"]
    form = {"do": "delete", field: key}
    for typed in ("", "Doomed", "doomed "):
        answer = client.post(f"/console/{page}", {**form, "confirm": typed})
        assert answer.status_code == 422, of
        assert "Nothing was deleted" in answer.content.decode()
    name = key if page == "credentials" else "doomed"
    assert client.post(f"/console/{page}", {**form, "confirm": name}).status_code == 302
    rows: dict[str, Any] = {
        "iam/groups": lambda: selectors.groups(domain).filter(pk=key),
        "iam/policies": lambda: selectors.custom_policies(domain).filter(pk=key),
        "credentials": lambda: selectors.access_keys(domain).filter(pk=key),
    }
    if page in rows:
        assert not rows[page]().exists()
