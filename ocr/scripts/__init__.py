"""Text rules of single scripts, with their data files beside them. Pure."""
