"""App configuration of the recognition app."""

from django.apps import AppConfig


class OcrConfig(AppConfig):
    """Registers actions with iam, products with billing, interfaces with monitoring and periodic jobs."""

    name = "ocr"
    verbose_name = "Recognition"

    def ready(self) -> None:
        """Register the rows that lower apps need."""
        from billing import selectors
        from billing.services import products
        from core import jobs
        from iam import actions
        from iam.services import enterprise_projects
        from monitoring import metrics
        from ocr.actions import JOBS, ROWS
        from ocr.catalog import SERVICES
        from ocr.jobs import page_results, retention

        actions.register(ROWS)
        actions.register(JOBS)
        metrics.INTERFACES.register(
            metrics.Interface(code=service.code, name=service.action_name) for service in SERVICES
        )
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
            jobs.PeriodicJob("job_expire", 15.0, retention.expire),
            jobs.PeriodicJob("job_sweep", 15.0, page_results.sweep),
            jobs.PeriodicJob("purge_jobs", 86400.0, retention.purge),
        )
