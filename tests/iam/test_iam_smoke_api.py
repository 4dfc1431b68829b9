"""The surface from end to end, through signatures and tokens."""

from __future__ import annotations

from django.test import Client


def test_version_documents_need_no_credentials(db: None) -> None:
    shown = Client().get("/v3").json()["version"]
    assert shown["status"] == "stable" and shown["links"][0]["href"].endswith("/v3/")


def test_projects_by_region_name_is_exact(owner, demo_account) -> None:
    rows = owner("GET", "/v3/projects", query={"name": demo_account["region"]}).json()["projects"]
    assert [row["id"] for row in rows] == [demo_account["project_id"]]
    part = demo_account["region"][:-1]
    assert owner("GET", "/v3/projects", query={"name": part}).json()["projects"] == []


def test_token_by_password_is_short_and_has_a_catalog(token_of, demo_account) -> None:
    response, token = token_of()
    body = response.json()["token"]
    assert response.status_code == 201 and len(token) <= 1024
    assert body["project"]["id"] == demo_account["project_id"]
    assert {"identity", "iam", "ocr"} <= {row["type"] for row in body["catalog"]}


def test_users_groups_and_members(owner, demo_account) -> None:
    made = owner("POST", "/v3/users", {"user": {"name": "anna", "password": "Secret-123"}})
    assert made.status_code == 201, made.content
    user = made.json()["user"]["id"]
    group = owner("POST", "/v3/groups", {"group": {"name": "g1"}}).json()["group"]["id"]
    assert owner("HEAD", f"/v3/groups/{group}/users/{user}").status_code == 404
    assert owner("PUT", f"/v3/groups/{group}/users/{user}").status_code == 204
    assert owner("HEAD", f"/v3/groups/{group}/users/{user}").status_code == 204
    assert [u["id"] for u in owner("GET", f"/v3/groups/{group}/users").json()["users"]] == [user]
    assert owner("DELETE", f"/v3/groups/{group}/users/{user}").status_code == 204
    assert owner("GET", "/v3/users/anna").status_code == 404
    assert owner("POST", "/v3/users", {"user": {"name": "anna"}}).status_code == 409
    assert owner("DELETE", f"/v3/users/{user}").status_code == 204


def test_reader_may_look_and_not_touch(reader) -> None:
    assert reader("GET", "/v3/users").status_code == 200
    refused = reader("POST", "/v3/users", {"user": {"name": "bob"}})
    assert refused.status_code == 403
    assert refused.json()["error"]["message"] == (
        "You are not authorized to perform the requested action: iam:users:createUser."
    )
