"""Tables: bordered (`ruling_lines`, `cell_grid`), borderless, implicit rows, cell text."""
