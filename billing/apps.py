"""Django app of billing: hands its actions and periodic jobs to the registries."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """The app configuration."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Register the rows of this app."""
        from billing import actions, tasks
        from core import jobs
        from iam import actions as iam_actions

        iam_actions.register(actions.ROWS)
        jobs.register(*tasks.JOBS)
