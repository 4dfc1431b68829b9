"""Thai text rules, personal names and provinces. Pure."""
