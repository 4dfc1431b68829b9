"""Batch jobs: many pages of one service, encrypted while they are kept, each page one call."""
