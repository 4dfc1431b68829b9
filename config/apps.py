"""Wiring app."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Loads the start-up checks."""

    name = "config"
    verbose_name = "Wiring"

    def ready(self) -> None:
        """Register the checks and the OpenAPI extension."""
        from config import checks, openapi  # noqa: F401
