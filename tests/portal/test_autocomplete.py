"""Fields that choose one user or group in an account of thousands: few are shown, any is named."""

from __future__ import annotations

import re
from typing import Any

import pytest

from billing.models import Budget, Subscription
from iam.models import Account, Attachment, EnterpriseProject, Group, Membership, Policy, User
from portal.autocomplete import SHOWN

MANY = 150
BULK = "/console/subscribers/all"


@pytest.fixture
def crowd(account: dict[str, Any]) -> dict[str, Any]:
    """150 users and groups of the account, and one of each in another."""
    domain, other = account["domain_id"], Account.objects.create(name="other")
    User.objects.bulk_create(
        User(account_id=domain, name=f"user-{number:03}") for number in range(MANY)
    )
    Group.objects.bulk_create(
        Group(account_id=domain, name=f"group-{number:03}") for number in range(MANY)
    )
    User.objects.create(account=other, name="user-of-others")
    Group.objects.create(account=other, name="group-of-others")
    return account


def pages(account: dict[str, Any]) -> list[tuple[str, str, str, dict[str, str]]]:
    """Return (address, field, what a name begins with, the rest of the form) of each."""
    policy = Policy.objects.get(display_name="OCR ReadOnlyAccess")
    group = Group.objects.get(account_id=account["domain_id"], name="readers")
    project = EnterpriseProject.objects.create(
        account_id=account["domain_id"], public_id="e" * 32, name="Harbour"
    )
    return [
        (BULK, "who", "user", {"do": "subscribe", "service": "passport"}),
        (f"/console/iam/groups?group={group.pk}", "user", "user",
         {"do": "join", "group": group.pk}),
        (f"/console/iam/users/detail?user={account['users']['reader']['id']}", "group", "group",
         {"do": "join"}),
        ("/console/billing/budgets", "user", "user",
         {"do": "create", "name": "Typed", "scope": "user", "unit": "calls", "limit": "5",
          "alert_percent": "80"}),
        (f"/console/enterprise-projects/details?project={project.public_id}", "group", "group",
         {"do": "grant", "policy": policy.pk}),
    ]  # fmt: skip


def names(text: str, word: str) -> list[str]:
    return re.findall(rf'<option value="({word}-[\w-]+)">', text)


def test_a_hundred_are_shown_and_the_others_are_found(client_of: Any, crowd: Any) -> None:
    client = client_of("admin")
    for page, field, word, _form in pages(crowd):
        text = client.get(page).content.decode()
        assert 0 < len(names(text, word)) <= SHOWN, page
        assert f'name="{field}_name"' in text, page
        sign = "&" if "?" in page else "?"
        asked = client.get(f"{page}{sign}suggest={field}&{field}_name={word.upper()}-14")
        assert names(asked.content.decode(), word) == [f"{word}-14{n}" for n in range(10)], page
        asked = client.get(f"{page}{sign}suggest={field}&{field}_name=of-others")
        assert not names(asked.content.decode(), word), page
        assert client.get(f"{page}{sign}suggest=nonsense").status_code == 404


def test_who_may_not_choose_sees_no_names(client_of: Any, crowd: Any) -> None:
    client = client_of("reader")
    for page, field, word, _form in pages(crowd):
        sign = "&" if "?" in page else "?"
        asked = client.get(f"{page}{sign}suggest={field}&{field}_name={word}")
        assert not names(asked.content.decode(), word), page


def test_a_name_is_resolved_within_the_account(client_of: Any, crowd: Any) -> None:
    client = client_of("admin")
    for page, field, word, form in pages(crowd):
        answer = client.post(page, {**form, f"{field}_name": f" {word}-149 "})
        assert answer.status_code == 302, page
        for name in ("nobody <b>", f"{word}-of-others"):
            answer = client.post(page, {**form, f"{field}_name": name})
            assert answer.status_code == 422, page
            text = answer.content.decode()
            shown = name.replace("<b>", "&lt;b&gt;")
            problem = re.search(r'aria-describedby="([^"]+-problem)"', text)
            assert problem is not None, page
            assert f'id="{problem[1]}">Nothing here to choose is called {shown}.<' in text, page
            assert f'value="{shown}"' in text, page
    user = User.objects.get(name="user-149")
    assert Membership.objects.filter(user=user, group__name="readers").exists()
    assert Subscription.objects.filter(user=user, product="passport").exists()
    assert Budget.objects.get(name="Typed").scope_id == user.pk
    granted = Attachment.objects.get(enterprise_project__name="Harbour")
    assert granted.group == Group.objects.get(name="group-149")


def test_the_user_of_a_question_is_named_too(client_of: Any, crowd: Any) -> None:
    client, page = client_of("admin"), "/console/iam/simulator?action=ocr:passport:subscribe"
    text = client.get(page).content.decode()
    assert 0 < len(names(text, "user")) <= SHOWN
    assert "user-149" in client.get(f"{page}&user_name=user-149").context["answer"]["user"].name
    text = client.get(f"{page}&user_name=user-of-others").content.decode()
    assert "Nothing here to choose is called user-of-others." in text


def test_a_name_that_stands_is_no_problem_of_another_field(client_of: Any, crowd: Any) -> None:
    form = {"do": "subscribe", "who_name": "user-149"}
    text = client_of("admin").post(BULK, form).content.decode()
    assert 'value="user-149"' in text
    assert "aria-invalid" not in text


def test_without_a_name_the_form_is_for_everyone(client_of: Any, crowd: Any) -> None:
    client = client_of("admin")
    client.post(BULK, {"do": "subscribe", "service": "passport", "who_name": ""})
    assert Subscription.objects.filter(
        account_id=crowd["domain_id"], product="passport", user=None
    ).exists()


def test_few_are_a_plain_list(client_of: Any, account: dict[str, Any]) -> None:
    client, reader = client_of("admin"), account["users"]["reader"]["id"]
    text = client.get(BULK).content.decode()
    assert '<select class="form-select" id="who" name="who"><option value="*">Everyone' in text
    text = client.post(BULK, {"do": "subscribe", "who": reader}).content.decode()
    assert f'<option value="{reader}" selected>' in text
