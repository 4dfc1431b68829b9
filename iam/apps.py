"""Configuration of the identity app: registers its actions, condition keys and periodic jobs."""

from django.apps import AppConfig


class IamConfig(AppConfig):
    """Registers iam's rows."""

    name = "iam"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Fill the tables that other apps add to."""
        from core import jobs
        from iam import actions, condition_keys
        from iam.services import audit, tokens

        actions.register(actions.OWN)
        condition_keys.register(condition_keys.OWN)
        jobs.register(
            jobs.PeriodicJob("iam.revoked_tokens", 3600, tokens.purge),
            jobs.PeriodicJob("iam.old_traces", 6 * 3600, audit.purge),
        )
