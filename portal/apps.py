"""Console app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers portal's rows."""

    name = "portal"
    verbose_name = "Console"
