"""Modules that every app may import: errors, clock, money, HTTP, jobs. No tables, no domain terms."""
