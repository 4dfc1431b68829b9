"""Extractors: one module a document type, from a `Page` to the documented result. Pure."""
