"""Writes of billing: each function is one change in one transaction, with its audit trace."""
