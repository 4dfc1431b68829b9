"""Request options of a service, declared as rows and validated in one place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["bool", "str", "int", "list"]
_NAMES = {"bool": "a boolean", "str": "a string", "int": "an integer", "list": "a list of strings"}


@dataclass(frozen=True, slots=True)
class Option:
    """One request field besides `image` and `url`.

    `choices` limits a string, or each member of a list; `minimum` and `maximum` limit an integer.
    """

    name: str
    kind: Kind
    default: Any
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    help: str = ""

    def check(self, value: object) -> Any:
        """Return the value if it is allowed; raises ValueError with a sentence naming the field."""
        if not self._has_kind(value):
            raise ValueError(f"The parameter {self.name} must be {_NAMES[self.kind]}.")
        if value == self.default:
            return value  # a string left empty is one left out
        members: Iterable[object] = value if isinstance(value, list) else (value,)
        if self.choices and any(member not in self.choices for member in members):
            raise ValueError(f"The parameter {self.name} must be one of {', '.join(self.choices)}.")
        if isinstance(value, int) and self.kind == "int":
            low, high = self.minimum, self.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                raise ValueError(f"The parameter {self.name} is out of range.")
        return value

    def _has_kind(self, value: object) -> bool:
        if self.kind == "bool":
            return isinstance(value, bool)
        if self.kind == "int":
            return isinstance(value, int) and not isinstance(value, bool)
        if self.kind == "str":
            return isinstance(value, str)
        return isinstance(value, list) and all(isinstance(member, str) for member in value)


def parse(options: Iterable[Option], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every option, with defaults; other keys of `body` are ignored.

    Raises ValueError with a sentence naming the first invalid field (AIS.0101 at the gateway).
    """
    return {
        option.name: option.check(body[option.name]) if option.name in body else option.default
        for option in options
    }
