"""Rules for document fields: labels, dates, check digits, majority votes, corrections. Pure."""
