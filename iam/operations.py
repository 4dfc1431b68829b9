"""HTTP operations of the API with the actions that they ask for, derived from the URL configuration.

A view declares the action of each method once, where it is enforced (`action`, `action_name`,
`actions`). Where the question needs more than the caller (an enterprise project, the caller's own
id, the body), the handler asks itself and the view lists the actions in `handler_actions`; the
permission table's test fails when a call asks for an action that its view does not declare. So
nothing is written down twice: an action's operations are read off the views.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from core.api import api_style
from iam import actions

METHODS = ("get", "post", "put", "patch", "delete", "head")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route with the actions that it may ask for."""

    method: str
    path: str
    actions: tuple[str, ...]

    def asks(self, action: str) -> bool:
        """Return whether the operation may ask for `action`, compared without case."""
        return action.lower() in (name.lower() for name in self.actions)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations() -> tuple[Operation, ...]:
    """Return every operation of the API, in the order of the routes."""
    return tuple(
        Operation(method.upper(), path, declared(entry, method))
        for path, entry in _routes(get_resolver(), "")
        if api_style(path)
        for method in METHODS
        if hasattr(_view(entry), method)
    )


def operations_of(row: actions.ActionRow) -> tuple[str, ...]:
    """Return the operations that ask for an action, as `GET /v3/users`."""
    return tuple(str(operation) for operation in operations() if operation.asks(row.name))


def declared(entry: URLPattern, method: str) -> tuple[str, ...]:
    """Return the actions that the view of a route declares for a method."""
    view = _view(entry)
    given = {**_declared_by(view), **getattr(entry.callback, "view_initkwargs", {})}
    table = given["actions"] or {}
    # HEAD is answered by GET's handler, and asks what GET asks.
    names = (method, "get") if method == "head" else (method,)
    action = given["action_name"] or given["action"]
    for name in reversed(names):
        action = table.get(name, action)
    own = tuple(one for name in names for one in given["handler_actions"].get(name, ()))
    return ((action,) if action else ()) + own


def _declared_by(view: Any) -> dict[str, Any]:
    """Return what a view class declares of its actions, None where it declares nothing."""
    found = {name: getattr(view, name, None) for name in ("actions", "action", "action_name")}
    asked = getattr(view, "handler_actions", {})
    return {**found, "handler_actions": asked() if callable(asked) else asked}


def _view(entry: URLPattern) -> Any:
    callback = entry.callback
    return getattr(callback, "view_class", None) or getattr(callback, "cls", None)


def _routes(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    """Yield every route as the API reference writes it: `/v3/users/{user}`."""
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, where)
        else:
            yield "/" + _readable(where), entry


def _readable(route: str) -> str:
    route = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"{\1}", route)  # of a regular expression
    route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    return route.strip("^$").replace("\\", "")
