"""Billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers billing's actions and periodic jobs."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Hand rows to the registries."""
        from billing import tasks
        from core import jobs

        jobs.register(*tasks.JOBS)
