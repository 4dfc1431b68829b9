"""Machine-readable zones (ICAO Doc 9303): location, lines, candidates, solver, parser. Pure."""
