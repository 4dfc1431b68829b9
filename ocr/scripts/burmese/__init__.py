"""Burmese text rules: numbers, names, transliteration, Zawgyi. Pure."""
