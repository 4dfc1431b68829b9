"""Page layout: reading order of lines, rows and columns of text. Pure."""
