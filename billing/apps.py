"""Billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Registers billing's actions and periodic jobs."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Hand rows to the registries."""
        from billing import actions, tasks
        from core import jobs
        from iam import actions as iam_actions

        iam_actions.register(actions.ROWS)
        jobs.register(*tasks.JOBS)
