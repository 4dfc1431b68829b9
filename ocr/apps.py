"""App configuration of the recognition app."""

from django.apps import AppConfig


class OcrConfig(AppConfig):
    """Registers actions with iam, products with billing and periodic jobs with core."""

    name = "ocr"
    verbose_name = "Recognition"

    def ready(self) -> None:
        """Register the rows that lower apps need."""
        from billing import selectors
        from billing.services import products
        from core import jobs
        from iam import actions
        from iam.services import enterprise_projects, lockouts
        from ocr import alarms, notify, rollup
        from ocr.actions import CES, JOBS, ROWS
        from ocr.catalog import SERVICES
        from ocr.jobs import page_results, retention

        actions.register(ROWS)
        actions.register(CES)
        lockouts.LISTENERS.register([lockouts.Listener("notifications", notify.lock_out)])
        actions.register(JOBS)
        products.register(
            products.ProductRow(
                code=service.code,
                title=service.title_en,
                action_prefix=f"ocr:{service.action_name}",
                price_class=service.price_class,
            )
            for service in SERVICES
        )
        enterprise_projects.USAGES.register(
            [
                enterprise_projects.Usage(
                    "ocr",
                    "Optical Character Recognition",
                    "package",
                    selectors.project_resources,
                )
            ]
        )
        jobs.register(
            jobs.PeriodicJob("roll_up", 2.0, rollup.roll_up),
            jobs.PeriodicJob("alarms", 60.0, alarms.evaluate_all),
            jobs.PeriodicJob("notify", 5.0, notify.run),
            jobs.PeriodicJob("purge_calls", 3600.0, rollup.keep_partitions),
            jobs.PeriodicJob("purge_deliveries", 86400.0, notify.purge),
            jobs.PeriodicJob("batch_expire", 15.0, retention.expire),
            jobs.PeriodicJob("batch_sweep", 15.0, page_results.sweep),
            jobs.PeriodicJob("purge_jobs", 86400.0, retention.purge),
        )
