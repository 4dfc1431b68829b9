"""Wiring app."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Registers config's rows."""

    name = "config"
    verbose_name = "Wiring"
