"""The shared table: search, sort, columns, key-based pages, export; on querysets and on lists."""

from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict

from iam import selectors
from iam.models import User
from portal.data_table import Column, Table, cell

COLUMNS = (
    Column("name", "Name", lambda row: row.name, "name", fixed=True),
    Column("email", "E-mail", lambda row: row.email, "email"),
    Column("id", "Id", lambda row: row.pk, hidden=True),
)


@pytest.fixture
def people(account: dict[str, Any]) -> list[str]:
    names = [f"u{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        User.objects.create(
            account_id=account["domain_id"], name=name, email=f"{number % 3}@example.com"
        )
    return names


def table(account: dict[str, Any], *, listed: bool, query: str = "", **more: Any) -> Table:
    rows: Any = selectors.users(account["domain_id"]).filter(name__startswith="u")
    return Table(
        "people",
        COLUMNS,
        list(rows) if listed else rows,
        QueryDict(query),
        {},
        sort="name",
        search=("name",),
        size=5,
        **more,
    )


def names(found: Table) -> list[str]:
    return [row.name for row in found.page]


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("sort", ["name", "-name", "email", "-email"])
def test_pages_forth_and_back_show_every_row_once(
    account: Any, people: list[str], listed: bool, sort: str
) -> None:
    query, seen, pages = f"people.sort={sort}", [], []
    for _turn in range(4):
        found = table(account, listed=listed, query=query)
        pages.append(names(found))
        seen += names(found)
        if not found.next:
            break
        query = found.next[1:]
    assert sorted(seen) == people
    assert len(pages) == 3
    keys = [int(User.objects.get(name=name).email[0]) if "email" in sort else name for name in seen]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    back = table(account, listed=listed, query=found.previous[1:])
    assert names(back) == pages[1]
    assert names(table(account, listed=listed, query=back.previous[1:])) == pages[0]
    assert not table(account, listed=listed, query=f"people.sort={sort}").previous


def test_a_row_that_is_added_meanwhile_moves_nothing(account: Any, people: list[str]) -> None:
    following = table(account, listed=False).next[1:]
    User.objects.create(account_id=account["domain_id"], name="u00a")
    assert names(table(account, listed=False, query=following))[0] == "u05"


@pytest.mark.parametrize("cursor", ["x", "AAAA", "WzEsMl0", "W10", "%00", "bnVsbA"])
def test_a_cursor_that_nobody_gave_out_is_the_start(
    account: Any, people: list[str], cursor: str
) -> None:
    found = table(account, listed=False, query=f"people.sort=-email&people.after={cursor}")
    assert len(names(found)) <= 5


@pytest.mark.parametrize("listed", [False, True])
def test_search_and_columns(account: Any, people: list[str], listed: bool) -> None:
    found = table(account, listed=listed, query="people.q=U1")
    assert names(found) == ["u10", "u11"]
    assert found.shown == {"name": True, "email": True, "id": False}
    assert [head["sorted"] for head in found.heads] == ["ascending", ""]
    assert "people.sort=-name" in found.heads[0]["url"]
    assert "people.q=U1" in found.heads[0]["url"]
    chosen = table(account, listed=listed)
    chosen.session = {"columns": {"people": ["id"]}}
    assert chosen.shown == {"name": True, "email": False, "id": True}


def test_exports_hold_all_rows_and_columns(account: Any, people: list[str]) -> None:
    found = table(account, listed=False, query="people.export=csv")
    rows = list(csv.reader(io.StringIO(b"".join(found.export()).decode())))  # type: ignore[arg-type]
    assert rows[0] == ["name", "email", "id"]
    assert [row[0] for row in rows[1:]] == people
    answer: Any = table(account, listed=False, query="people.export=json").export()
    assert [row["name"] for row in json.loads(b"".join(answer))["people"]] == people
    answer = table(account, listed=True, query="people.export=xlsx").export()
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer))).active
    assert [cell.value for cell in sheet[1]] == ["Name", "E-mail", "Id"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == people


def test_no_cell_is_a_formula() -> None:
    assert cell("=1+1") == "'=1+1"
    assert cell("@SUM(A1)") == "'@SUM(A1)"
    assert cell({"a": 1}) == '{"a": 1}'
    assert cell(None) == ""


def test_a_list_of_plain_rows_keeps_its_order_without_sort() -> None:
    rows = [SimpleNamespace(pk=n, name=str(n), email="") for n in (3, 1, 2)]
    found = Table("plain", COLUMNS, rows, QueryDict(""), {}, size=2)
    assert [row.pk for row in found.page] == [3, 1]
    assert [
        row.pk for row in Table("plain", COLUMNS, rows, QueryDict(found.next[1:]), {}).page
    ] == [2]


def test_the_columns_of_a_page_stay_chosen(client_of: Any) -> None:
    client = client_of("admin")
    answer = client.get("/console/audit?columns=traces&show=code&days=7")
    assert (answer.status_code, answer["Location"]) == (302, "/console/audit?days=7")
    text = client.get("/console/audit").content.decode()
    assert '<th scope="col">Answer code' in text
    assert ">Operator<" not in text.split("<tbody>")[0].split("<thead>")[1]


def test_the_audit_page_exports(client_of: Any) -> None:
    client = client_of("admin")
    answer = client.get("/console/audit?traces.export=json")
    found = json.loads(b"".join(answer))["traces"]
    assert {"trace_name", "request", "response", "source_ip"} <= set(found[0])
    text = b"".join(client.get("/console/audit?traces.export=csv&status=normal")).decode()
    assert text.splitlines()[0].startswith("trace_name,time,")
