"""Billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers billing's rows."""

    name = "billing"
    verbose_name = "Billing"
