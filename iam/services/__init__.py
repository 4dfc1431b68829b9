"""Writes of identity: each changes rows, leaves its trace and ends what no longer counts."""
