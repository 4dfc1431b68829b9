"""Measurements of this project, each a ratio against its own baseline in the same run."""
