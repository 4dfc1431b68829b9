"""Django app of the console."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The app configuration."""

    name = "portal"
    verbose_name = "Console"
