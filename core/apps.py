"""Configuration of the app that the others stand on."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers core's rows."""

    name = "core"
    verbose_name = "Core"
