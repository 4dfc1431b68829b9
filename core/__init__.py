"""The floor every app stands on: no tables, no business nouns."""
