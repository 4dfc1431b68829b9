"""Django app configuration of `core`."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers core's rows."""

    name = "core"
    verbose_name = "Core"
