"""Passwords at the least cost: a hash at the cost of production takes a quarter of a second."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher

# Argon2's parameters, and the least that the library takes.
LEAST = {"memory_cost": 8, "time_cost": 1, "parallelism": 1}


def costs_set(costs: dict[str, int]) -> dict[str, int]:
    """Hash at these costs from now on in this process; returns those that were in force."""
    before = {name: getattr(Argon2PasswordHasher, name) for name in costs}
    for name, cost in costs.items():
        setattr(Argon2PasswordHasher, name, cost)
    return before
