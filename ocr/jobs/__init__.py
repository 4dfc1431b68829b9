"""Jobs: many pages of one service, encrypted while they are kept; each page is one call."""
