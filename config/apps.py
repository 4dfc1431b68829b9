"""Django app of the project: registers the system checks and the OpenAPI security schemes."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The app configuration."""

    name = "config"
    verbose_name = "Wiring"

    def ready(self) -> None:
        """Register the checks and the OpenAPI extension."""
        from django.conf import settings

        from config import checks, openapi  # noqa: F401

        if settings.SCALED:
            from config import celery  # noqa: F401  makes it the current Celery application
