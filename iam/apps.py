"""Identity app."""

from django.apps import AppConfig


class IamConfig(AppConfig):
    """Registers iam's rows."""

    name = "iam"
    verbose_name = "Identity"
