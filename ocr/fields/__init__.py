"""Document fields: labels, dates, check digits, voting and corrections. Pure."""
