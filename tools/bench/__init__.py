"""Benchmarks, each a ratio to its own baseline in the same run."""
