"""Monitoring app."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Registers its actions with iam, its listener of lock-outs, and its periodic work with core.

    Apps above register the interfaces that they serve: `monitoring.metrics.INTERFACES`.
    """

    name = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Register the rows that lower apps learn of."""
        from core import jobs
        from iam import actions
        from iam.services import lockouts
        from monitoring import alarms, partitions, rollup
        from monitoring.actions import ROWS
        from monitoring.notifications import delivery

        actions.register(ROWS)
        lockouts.LISTENERS.register([lockouts.Listener("notifications", delivery.lock_out)])
        jobs.register(
            jobs.PeriodicJob("roll_up", 2.0, rollup.roll_up),
            jobs.PeriodicJob("alarms", 60.0, alarms.evaluate_all),
            jobs.PeriodicJob("notify", 5.0, delivery.run),
            jobs.PeriodicJob("purge_calls", 3600.0, partitions.maintain),
            jobs.PeriodicJob("purge_deliveries", 86400.0, delivery.purge),
        )
