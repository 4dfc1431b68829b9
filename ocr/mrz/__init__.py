"""Machine-readable zones (ICAO Doc 9303): location, candidates, solver, parser. Pure."""
