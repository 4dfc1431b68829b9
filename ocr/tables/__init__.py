"""Tables: ruling lines, cell grids, borderless and implicit rows, cell text."""
