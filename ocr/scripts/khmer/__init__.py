"""Khmer text rules and place names. Pure."""
