"""Wiring only; nothing imports it."""
