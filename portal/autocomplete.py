"""Choice of one user or group: a list while there are few, a name with suggestions where there are many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.errors import ApiError, ErrorRow

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """A form field: a list of all rows or, if `many`, a text field with suggestions.

    The list submits an id as `field`, the text a name as `field_name`; `typed` is what was submitted before.
    """

    field: str
    rows: list[Any]
    typed: str
    many: bool = False
    problem: str = ""


def choice(field: str, rows: QuerySet[Any], sent: Mapping[str, str]) -> Choice:
    """Return the field for `rows`, with what was submitted and why it is refused, if it is."""
    found = list(rows.order_by("name")[: SHOWN + 1])
    name = sent.get(f"{field}_name", "").strip()
    if len(found) <= SHOWN:
        return Choice(field, found, sent.get(field, ""))
    wrong = name and not rows.filter(name=name).exists()
    problem = _unknown(name) if wrong else ""
    return Choice(field, found[:SHOWN], name, many=True, problem=problem)


def suggestions(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Return the first rows whose name holds `text`."""
    return rows.filter(name__icontains=text.strip()).order_by("name")[:SHOWN]


def chosen(field: str, rows: QuerySet[Any], sent: QueryDict) -> list[str]:
    """Return the ids that a form chose, or the one whose name it gives; raises 400 for a name of none."""
    name = sent.get(f"{field}_name", "").strip()
    if not name:
        return [key for key in sent.getlist(field) if key]
    found = rows.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise ApiError(ErrorRow("CONSOLE.0003", 400, _unknown("{name}")), name=name)
    return [found]


def _unknown(name: str) -> str:
    return _("Nothing here to choose is called %(name)s.") % {"name": name}
