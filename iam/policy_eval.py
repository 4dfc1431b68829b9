"""Compile policy documents and decide whether they allow an action, and by which statement. Pure.

Rules: IAM user guide, "Policy Syntax", version 1.1. Any matching Deny refuses, else any matching
Allow permits, else the answer is no.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

Context = Mapping[str, Any]  # condition key, lower case → value
ValueType = Literal["string", "number", "date", "boolean", "address"]

MAX_STATEMENTS = 8
MAX_ACTIONS = 100


class PolicyError(ValueError):
    """A document breaks a rule of the policy language; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key; the values are alternatives."""

    operator: str
    key: str
    values: tuple[str, ...]
    if_exists: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """One compiled statement."""

    effect: Literal["Allow", "Deny"]
    actions: re.Pattern[str]
    resources: tuple[tuple[str, ...], ...]  # empty = every resource
    conditions: tuple[Condition, ...]
    index: int


@dataclass(frozen=True, slots=True)
class Sourced:
    """A statement together with the policy it came from."""

    policy_id: str
    policy_name: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer and what it rests on; `source` is None for an implicit deny and for the owner."""

    allowed: bool
    reason: str
    source: Sourced | None = None

    def __bool__(self) -> bool:
        return self.allowed


def _wild(pattern: str, any_character: str = ".", *, question_mark: bool = False) -> str:
    """Return the regular expression of `pattern`, whose `*` stands for any run of `any_character`.

    With `question_mark`, `?` stands for one character. Each piece between two stars is taken where it
    first occurs and never moved again (an atomic group), because a later occurrence cannot match
    anything that the first does not. Without that a pattern of many stars, which any account may
    write, takes time exponential in their number.
    """
    pieces = [re.escape(piece) for piece in pattern.split("*")]
    if question_mark:
        pieces = [piece.replace(r"\?", any_character) for piece in pieces]
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    between = "".join(f"(?>{any_character}*?{piece})" for piece in middle if piece)
    return f"{first}{between}{any_character}*{last}"


def _action_regex(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Return one expression for all `patterns`: service as written, the rest without case."""
    choices = []
    for pattern in patterns:
        service, rest = pattern.split(":", 1)
        kind, operation = rest.split(":")
        choices.append(f"{_part(service)}:(?i:{_part(kind)}:{_part(operation)})")
    return re.compile("|".join(choices))


def _part(pattern: str) -> str:
    """Return the expression of one part; its `*` never crosses a colon."""
    return _wild(pattern, "[^:]")


def _text_list(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise PolicyError(f"{where} must be a non-empty list of strings")
    return value


def _compile_actions(value: Any, where: str) -> re.Pattern[str]:
    names = _text_list(value, f"{where}.Action")
    if len(names) > MAX_ACTIONS:
        raise PolicyError(f"{where}.Action has more than {MAX_ACTIONS} entries")
    for name in names:
        if not re.fullmatch(r"[a-z0-9*_-]+:[A-Za-z0-9*_-]+:[A-Za-z0-9*_-]+", name):
            raise PolicyError(f"{where}.Action: {name!r} is not service:type:operation")
    return _action_regex(tuple(names))


def _compile_resources(value: Any, where: str) -> tuple[tuple[str, ...], ...]:
    if value is None:
        return ()
    if isinstance(value, dict):  # the form of agency policies
        value = value.get("uri")
    rows = []
    for name in _text_list(value, f"{where}.Resource"):
        parts = tuple(name.split(":", 4))
        if name != "*" and not name.startswith("/") and len(parts) != 5:
            raise PolicyError(f"{where}.Resource: {name!r} is not service:region:domain:type:path")
        rows.append(parts)
    return tuple(rows)


def _compile_conditions(value: Any, where: str) -> tuple[Condition, ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise PolicyError(f"{where}.Condition must be an object")
    rows = []
    for name, keys in value.items():
        if_exists = name.endswith("IfExists")
        operator = name.removesuffix("IfExists")
        if operator not in OPERATORS:
            raise PolicyError(f"{where}.Condition: unknown operator {name!r}")
        if not isinstance(keys, dict) or not keys:
            raise PolicyError(f"{where}.Condition.{name} must be an object of keys")
        for key, values in keys.items():
            rows.append(
                _condition(
                    operator, key, values, if_exists=if_exists, where=f"{where}.Condition.{name}"
                )
            )
    return tuple(rows)


def is_condition_key(name: str) -> bool:
    """Return whether policies may write `name` as a condition key: `service:name`."""
    return re.fullmatch(r"[a-z]+:[A-Za-z0-9_/-]+", name) is not None


def _condition(operator: str, key: str, values: Any, *, if_exists: bool, where: str) -> Condition:
    if not is_condition_key(key):
        raise PolicyError(f"{where}: {key!r} is not a condition key")
    alternatives = values if isinstance(values, list) else [values]
    if not alternatives or not all(isinstance(v, (str, int, float, bool)) for v in alternatives):
        raise PolicyError(f"{where}.{key} must be a list of values")
    texts = tuple(_as_text(v) for v in alternatives)
    try:
        for text in texts:
            OPERATORS[operator].parse(text)
    except ValueError as error:
        raise PolicyError(f"{where}.{key}: {error}") from error
    return Condition(operator, key.lower(), texts, if_exists)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def compile_document(document: Any) -> tuple[Statement, ...]:
    """Return the compiled statements of `document`; raises PolicyError naming the first fault."""
    if not isinstance(document, dict):
        raise PolicyError("the policy must be an object")
    if document.get("Version") not in {"1.0", "1.1"}:
        raise PolicyError('Version must be "1.1"')
    statements = document.get("Statement")
    if not isinstance(statements, list) or not statements:
        raise PolicyError("Statement must be a non-empty list")
    if len(statements) > MAX_STATEMENTS:
        raise PolicyError(f"Statement has more than {MAX_STATEMENTS} entries")
    return tuple(_statement(raw, index) for index, raw in enumerate(statements))


def _statement(raw: Any, index: int) -> Statement:
    where = f"Statement[{index}]"
    if not isinstance(raw, dict):
        raise PolicyError(f"{where} must be an object")
    unknown = set(raw) - {"Effect", "Action", "Resource", "Condition"}
    if unknown:
        raise PolicyError(f"{where} has the unknown member {min(unknown)}")
    if raw.get("Effect") not in {"Allow", "Deny"}:
        raise PolicyError(f"{where}.Effect must be Allow or Deny")
    return Statement(
        raw["Effect"],
        _compile_actions(raw.get("Action"), where),
        _compile_resources(raw.get("Resource"), where),
        _compile_conditions(raw.get("Condition"), where),
        index,
    )


def evaluate(
    statements: Iterable[Sourced], action: str, context: Context, *, resource: str = ""
) -> Decision:
    """Return the decision on `action` for a caller with `statements`.

    `resource` is `service:region:domain:type:path` of what is touched; "" stands for the service as a
    whole, which only statements without a resource or with `*` in type and path cover.
    """
    allowed: Sourced | None = None
    for sourced in statements:
        statement = sourced.statement
        if statement.effect == "Allow" and allowed is not None:
            continue
        if not _applies(statement, action, context, resource):
            continue
        if statement.effect == "Deny":
            return Decision(allowed=False, reason="explicit deny", source=sourced)
        allowed = sourced
    if allowed is not None:
        return Decision(allowed=True, reason="allowed", source=allowed)
    return Decision(allowed=False, reason="no statement allows it")


def _applies(statement: Statement, action: str, context: Context, resource: str) -> bool:
    return (
        statement.actions.fullmatch(action) is not None
        and _covers(statement.resources, action, context, resource)
        and all(_holds(condition, context) for condition in statement.conditions)
    )


@dataclass(frozen=True, slots=True)
class Match:
    """Which parts of one statement fit a request; it applies if all do."""

    action: bool
    resource: bool
    failed: tuple[Condition, ...]  # the conditions that do not hold

    @property
    def applies(self) -> bool:
        """Return whether the statement counts."""
        return self.action and self.resource and not self.failed


def match(statement: Statement, action: str, context: Context, *, resource: str = "") -> Match:
    """Return which parts of `statement` match a request: what the policy simulator shows."""
    return Match(
        statement.actions.fullmatch(action) is not None,
        _covers(statement.resources, action, context, resource),
        tuple(row for row in statement.conditions if not _holds(row, context)),
    )


def _covers(
    patterns: tuple[tuple[str, ...], ...], action: str, context: Context, resource: str
) -> bool:
    if not patterns:
        return True
    parts = (
        tuple(resource.split(":", 4))
        if resource
        else (
            action.split(":", 1)[0],
            str(context.get("region", "")),
            str(context.get("g:domainid", "")),
            "",
            "",
        )
    )
    return any(
        pattern == ("*",)
        or (len(pattern) == len(parts) and all(map(_part_matches, pattern, parts)))
        for pattern in patterns
    )


@lru_cache(maxsize=4096)
def _part_matches(pattern: str, value: str) -> bool:
    return re.fullmatch(_wild(pattern), value, re.IGNORECASE | re.DOTALL) is not None


def _holds(condition: Condition, context: Context) -> bool:
    value = context.get(condition.key)
    operator = OPERATORS[condition.operator]
    if condition.operator == "IsNullOrEmpty":
        empty = value is None or value == ""
        return any(empty == (text == "true") for text in condition.values)
    if value is None:
        return condition.if_exists
    try:
        have = operator.parse_value(_as_text(value))
        results = [operator.test(have, operator.parse(text)) for text in condition.values]
    except ValueError:
        return False
    return all(results) if operator.negated else any(results)


@dataclass(frozen=True, slots=True)
class Operator:
    """How one condition operator parses the policy's value and the request's, and compares them.

    `type` is that of the keys it is meant for. Of several values one must match, and with `negated`
    none may. `parse_request` parses the request's value where that differs from the policy's.
    """

    type: ValueType | Literal["any"]
    parse: Callable[[str], Any]
    test: Callable[[Any, Any], bool]
    negated: bool = False
    parse_request: Callable[[str], Any] | None = None

    @property
    def parse_value(self) -> Callable[[str], Any]:
        """Return the parser of the request's value."""
        return self.parse_request or self.parse


def _number(text: str) -> float:
    return float(text)


def _date(text: str) -> dt.datetime:
    if re.fullmatch(r"\d{9,11}", text):
        return dt.datetime.fromtimestamp(int(text), dt.UTC)
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"{text!r} is not true or false")
    return text.lower() == "true"


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _in_network(address: Any, network: Any) -> bool:
    return address.version == network.version and address in network


def _match(value: str, pattern: str) -> bool:
    """Compare with `*` for any run of characters and `?` for one character."""
    return _match_regex(pattern).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _match_regex(pattern: str) -> re.Pattern[str]:
    return re.compile(_wild(pattern, question_mark=True), re.DOTALL)


def _not(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda have, want: not test(have, want)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda have, want: have == want,
    "LessThan": lambda have, want: have < want,
    "LessThanEquals": lambda have, want: have <= want,
    "GreaterThan": lambda have, want: have > want,
    "GreaterThanEquals": lambda have, want: have >= want,
}
_STRING_TESTS: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda have, want: have == want,
    "EqualsIgnoreCase": lambda have, want: have.casefold() == want.casefold(),
    "Match": _match,
    "StartWith": str.startswith,
    "EndWith": str.endswith,
}


def _operators() -> dict[str, Operator]:
    table: dict[str, Operator] = {}
    for name, test in _STRING_TESTS.items():
        table[f"String{name}"] = Operator("string", str, test)
        table[f"StringNot{name}"] = Operator("string", str, _not(test), negated=True)
    for name, test in _TESTS.items():
        table[f"Number{name}"] = Operator("number", _number, test)
        if name != "Equals":
            table[f"Date{name}"] = Operator("date", _date, test)
    table["NumberNotEquals"] = Operator("number", _number, _not(_TESTS["Equals"]), negated=True)
    table["Bool"] = Operator("boolean", _boolean, _TESTS["Equals"])
    table["IpAddress"] = Operator(
        "address", _network, _in_network, parse_request=ipaddress.ip_address
    )
    table["NotIpAddress"] = Operator(
        "address", _network, _not(_in_network), negated=True, parse_request=ipaddress.ip_address
    )
    table["IsNullOrEmpty"] = Operator("any", _boolean, _TESTS["Equals"])
    return table


OPERATORS = _operators()
