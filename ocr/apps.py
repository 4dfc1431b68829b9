"""Recognition app."""

from django.apps import AppConfig


class OcrConfig(AppConfig):
    """Hands actions to iam, products to billing and periodic work to core."""

    name = "ocr"
    verbose_name = "Recognition"

    def ready(self) -> None:
        """Register the rows that lower apps learn of."""
        from billing.services import products
        from core import jobs
        from iam import actions
        from ocr import alarms, notify, rollup
        from ocr.actions import CES, ROWS
        from ocr.catalog import SERVICES

        actions.register(ROWS)
        actions.register(CES)
        products.register(
            products.ProductRow(
                code=service.code,
                title=service.title_en,
                action_prefix=f"ocr:{service.action_name}",
                price_class=service.price_class,
            )
            for service in SERVICES
        )
        jobs.register(
            jobs.PeriodicJob("roll_up", 2.0, rollup.roll_up),
            jobs.PeriodicJob("alarms", 60.0, alarms.evaluate_all),
            jobs.PeriodicJob("notify", 5.0, notify.run),
            jobs.PeriodicJob("purge_calls", 6 * 3600.0, rollup.purge),
            jobs.PeriodicJob("purge_deliveries", 86400.0, notify.purge),
        )
