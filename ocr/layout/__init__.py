"""Page layout: columns and the reading order of lines. Pure."""
