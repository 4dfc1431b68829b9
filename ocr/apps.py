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
        from ocr import rollup
        from ocr.actions import ROWS
        from ocr.catalog import SERVICES

        actions.register(ROWS)
        products.register(
            products.ProductRow(
                code=service.code,
                title=service.title_en,
                action_prefix=f"ocr:{service.action_name}",
                price_class=service.price_class,
            )
            for service in SERVICES
        )
        jobs.register(jobs.PeriodicJob("roll_up", 2.0, rollup.roll_up))
