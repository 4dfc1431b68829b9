"""Registry of rows by key that apps fill at start-up; it is not changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Registry(Generic[Row]):
    """Rows by key, in the order of registration; a second row of one key is a programming error."""

    def __init__(self, name: str, key: Callable[[Row], str]) -> None:
        self._name = name
        self._key = key
        self._rows: dict[str, Row] = {}

    def register(self, rows: Iterable[Row]) -> None:
        """Add rows. Registering an equal row again is harmless; a different one raises ValueError."""
        for row in rows:
            key = self._key(row)
            if self._rows.get(key, row) != row:
                raise ValueError(f"{self._name}: {key} is registered twice")
            self._rows[key] = row

    def get(self, key: str) -> Row:
        """Return the row of `key`; an unknown key is a programming error and raises KeyError."""
        try:
            return self._rows[key]
        except KeyError:
            raise KeyError(f"{self._name}: {key} is not registered") from None

    def find(self, key: str) -> Row | None:
        """Return the row of `key` or None, for keys that come from a caller."""
        return self._rows.get(key)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)
