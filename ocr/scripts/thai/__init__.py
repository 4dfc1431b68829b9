"""Thai text rules and name lists. Pure."""
