"""Notification endpoints of accounts and the delivery of events to them."""
